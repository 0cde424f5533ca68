"""Doors of the workers."""

from portal.jobs import runner as jobs
from usecases.curse import sweep as machine


@jobs.handler("curse.sweep")
def sweep(progress: jobs.Progress) -> None:
    """Every five minutes: which signals are raised."""
    machine.sweep(progress)
