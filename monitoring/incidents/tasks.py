"""Jobs of incidents."""

from monitoring.incidents import sweep as machine
from portal.jobs import runner as jobs


@jobs.handler("incidents.sweep")
def sweep(progress: jobs.Progress, use_case_id: int | None) -> None:
    """After checks were evaluated: incidents and health."""
    machine.sweep(use_case_id)
