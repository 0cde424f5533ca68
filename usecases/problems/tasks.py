"""Doors of the workers."""

from portal.jobs import runner as jobs
from usecases.problems import sweep


@jobs.handler("problems.tell_overdue")
def tell_overdue(progress: jobs.Progress) -> None:
    """Every day: owners learn what is overdue."""
    sweep.tell_overdue()
