"""Taking a model version live in the story: release, request, approval, and the wait for the worker."""

from datetime import datetime

from django.utils.translation import override

from portal.demo.teller import Teller, days, once
from portal.people.models import User
from usecases.catalog.models import Site
from usecases.deployments import actions as deployments
from usecases.deployments.models import Deployment, DeploymentStatus, Environment, Release
from usecases.runs.models import ModelVersion


def request(
    teller: Teller, version: ModelVersion, environment: Environment, site: Site, *, requester: User, moment: datetime
) -> Deployment:
    """Prepare a release of this version, unless one is ready, and ask for it at the site."""
    use_case = version.use_case
    title = version.run.name if version.run else str(version)
    with teller.at(moment), override("en"):
        release = once(
            Release.objects.filter(use_case=use_case, model_version=version),
            lambda: deployments.create_release(use_case, version, title=title, by=requester),
        )
        teller.wait("releases.prepare", str(release.uid))
        release.refresh_from_db()
        return once(
            Deployment.objects.filter(release=release, target__site=site, kind="request", occurred_at=moment),
            lambda: deployments.request_deployment(
                release, environment, site, by=requester, reason="Agreed at the last meeting of the team."
            ),
        )


def go_live(
    teller: Teller,
    version: ModelVersion,
    environment: Environment,
    site: Site,
    *,
    requester: User,
    approver: User,
    moment: datetime,
) -> None:
    """Ask two days before `moment`, approve at `moment`, and wait until it is live, unless it is so already."""
    if Deployment.objects.filter(
        target__site=site, release__model_version=version, status=DeploymentStatus.LIVE
    ).exists():
        return
    asked = request(teller, version, environment, site, requester=requester, moment=moment - days(2))
    with teller.at(moment), override("en"):
        if asked.status == DeploymentStatus.REQUESTED:
            deployments.approve(asked, by=approver, comment="Way back known; seen with the team.")
        teller.wait("deployments.execute", str(asked.uid))
