"""Doors of the workers."""

from portal.jobs import runner as jobs
from usecases.deployments import prepare, runner


@jobs.handler("releases.prepare")
def prepare_release(progress: jobs.Progress, release_id: int) -> None:
    """Hash what a release is made of."""
    prepare.prepare(progress, release_id)


@jobs.handler("deployments.execute")
def execute(progress: jobs.Progress, deployment_id: int) -> None:
    """Make an approved deployment live."""
    runner.execute(progress, deployment_id)


@jobs.handler("deployments.expire_requests")
def expire_requests(progress: jobs.Progress) -> None:
    """Every five minutes: end old requests, pick up what a lost worker left."""
    runner.expire_requests()
