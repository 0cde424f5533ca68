"""Jobs of notifications."""

from portal.jobs import runner as jobs
from portal.notifications import runner as machine


@jobs.handler("notifications.send_due")
def send_due(progress: jobs.Progress) -> None:
    """Every minute: what is due is woken, what nobody else tells is told."""
    machine.watch()
    machine.send_due()


@jobs.handler("notifications.deliver")
def deliver(progress: jobs.Progress, delivery_id: int) -> None:
    """One attempt of one delivery."""
    machine.deliver(delivery_id)


@jobs.handler("notifications.mail")
def mail(progress: jobs.Progress, person_id: int) -> None:
    """All that is due to one person, as one letter."""
    machine.mail(person_id)
