"""A model that went live at a site, written as the database accepts it: requested, approved, live."""

from datetime import datetime

from portal.people.models import Role
from tests.factories import MembershipFactory, UserFactory
from usecases.catalog.models import Site, UseCase
from usecases.deployments.models import Approval, Deployment, Environment, Release, Target
from usecases.runs.models import ModelVersion, TrackingServer


def live(
    use_case: UseCase,
    site: Site,
    since: datetime,
    until: datetime | None = None,
    *,
    is_production: bool = True,
    is_model: bool = True,
) -> Deployment:
    """The deployment, live since then (replaced when `until` is given)."""
    slug = "production" if is_production else "integration"
    environment, _ = Environment.objects.get_or_create(slug=slug, name=slug, is_production=is_production)
    target, _ = Target.objects.get_or_create(use_case=use_case, environment=environment, site=site)
    number = use_case.releases.count() + 1
    release = Release.objects.create(
        use_case=use_case,
        number=number,
        kind="model" if is_model else "in_place",
        title=f"Release {number}",
        model_version=_version(use_case, number, since) if is_model else None,
        status="ready",
        digest=f"{number:064x}",
        created_by=UserFactory.create(),
    )
    deployment = Deployment.objects.create(
        use_case=use_case,
        number=use_case.deployments.count() + 1,
        kind="request" if is_model else "declaration",
        target=target,
        release=release,
        status_since=since,
        requested_by=release.created_by,
        model_author=release.created_by,
        digest=release.digest,
    )
    Approval.objects.create(
        deployment=deployment,
        approver=MembershipFactory.create(team=use_case.team, role=Role.IT).user,
        requester=release.created_by,
        role=Role.IT,
        verdict="approve",
        digest=release.digest,
    )
    status = "replaced" if until else "live"
    Deployment.objects.filter(pk=deployment.pk).update(status=status, live_from=since, live_until=until)
    return deployment


def _version(use_case: UseCase, number: int, seen_at: datetime) -> ModelVersion:
    server, _ = TrackingServer.objects.get_or_create(name="Lab", url="http://mlflow.example:5000")
    return ModelVersion.objects.create(
        use_case=use_case,
        server=server,
        name="uplift",
        version=str(number),
        seen_at=seen_at,
    )
