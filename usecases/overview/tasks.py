"""The door of the queue: tell followers."""

from typing import Any

from portal.jobs.runner import Progress, handler
from usecases.overview import milestones


@handler("overview.tell_followers")
def tell_followers(progress: Progress, **_arguments: Any) -> None:
    """Tell followers what happened."""
    milestones.tell_followers()
