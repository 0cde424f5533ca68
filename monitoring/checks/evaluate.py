"""The machine looks at the checks; incidents and health follow in a job of their own."""

from django.db import transaction

from monitoring.checks import transitions
from portal.jobs import queue


def evaluate(use_case_id: int | None = None) -> int:
    """Evaluate the active checks of a use case, or of all, and ask for the sweep of incidents; returns how many."""
    with transaction.atomic():
        looked_at, _changes = transitions.evaluate(use_case_id)
        queue.enqueue("incidents.sweep", str(use_case_id or "all"), use_case_id=use_case_id)
    return looked_at
