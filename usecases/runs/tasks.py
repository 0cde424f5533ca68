"""Doors of the workers."""

from portal.jobs import runner as jobs
from usecases.runs import sync


@jobs.handler("runs.sync")
def sync_server(progress: jobs.Progress, server_id: int) -> None:
    """Read what is new on a tracking server."""
    sync.sync(progress, server_id)


@jobs.handler("runs.sync_due")
def sync_due(progress: jobs.Progress) -> None:
    """Every minute: ask for a synchronisation of each server."""
    sync.enqueue_due()
