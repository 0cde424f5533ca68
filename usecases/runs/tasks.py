"""Doors of the workers."""

from portal.jobs import runner as jobs
from usecases.runs import sync


@jobs.handler("runs.sync")
def sync_server(progress: jobs.Progress, server_id: int, everything: bool = False) -> None:
    """Read what is new on a tracking server, or everything."""
    sync.sync(progress, server_id, everything)


@jobs.handler("runs.sync_due")
def sync_due(progress: jobs.Progress) -> None:
    """Every minute: ask for a synchronisation of each server."""
    sync.enqueue_due()
