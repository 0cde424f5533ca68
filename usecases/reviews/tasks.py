"""Doors of the workers."""

from portal.jobs import runner as jobs
from usecases.reviews import runner


@jobs.handler("reviews.print")
def print_review(progress: jobs.Progress, review_id: int) -> None:
    """Make the PDF of a review in every language."""
    runner.make_documents(progress, review_id)


@jobs.handler("reviews.remind")
def remind(progress: jobs.Progress) -> None:
    """Every quarter of an hour: tell owners, the evening before, what is due."""
    runner.remind()
