"""Jobs of checks."""

from monitoring.checks import evaluate
from portal.jobs import runner as jobs


@jobs.handler("checks.evaluate_due")
def evaluate_due(progress: jobs.Progress) -> None:
    """Every active check, each minute."""
    evaluate.evaluate()


@jobs.handler("checks.evaluate")
def evaluate_use_case(progress: jobs.Progress, use_case_id: int) -> None:
    """The active checks of one use case, after points arrived."""
    evaluate.evaluate(use_case_id)
