"""Jobs of the API."""

from portal.api import idempotency
from portal.jobs import runner as jobs


@jobs.handler("api.forget_answers")
def forget_answers(progress: jobs.Progress) -> None:
    """Delete what was kept for requests sent again, after 24 hours."""
    idempotency.forget()
