"""Doors of the queue."""

from portal.jobs import runner as jobs
from usecases.lifecycle import emergencies


@jobs.handler("lifecycle.tell_overdue")
def tell_overdue(progress: jobs.Progress) -> None:
    """Tell of each broken glass that no second person answered in time."""
    emergencies.tell_overdue()
