"""What the database refuses whoever writes: a request cannot become another one after it was asked for."""

from datetime import timedelta

import pytest
from django.db import Error, connection, transaction

from portal import clock
from portal.errors import Refused
from portal.jobs.models import Job
from tests.factories import SiteFactory, UseCaseFactory
from usecases.catalog.models import UseCaseSite
from usecases.deployments import actions
from usecases.deployments.models import Deployment, DeploymentKind, Environment, Release, Target

# Whichever trigger speaks first.
REFUSED = r"request_stays|lacks approvals|differs from its release"


def _sql(text: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(text)


@pytest.mark.parametrize(
    "change",
    [
        "requested_by_id = %(other)s",
        "model_author_id = NULL",
        "approvals_needed = 2",
        "digest = repeat('0', 64)",
        "kind = 'roll_back'",
        "executor = 'another'",
        "number = 77",
    ],
)
@pytest.mark.parametrize("decided", [False, True])
def test_a_request_stays_what_was_asked_for(request_it, it, second_it, change, decided):
    deployment = request_it()
    if decided:
        actions.approve(deployment, by=it)
    with pytest.raises(Error, match=REFUSED):
        _sql(f"UPDATE usecases_deployment SET {change % {'other': second_it.pk}}")  # noqa: S608


def test_an_approved_request_cannot_be_pointed_at_another_release(request_it, seal, it):
    deployment = request_it()
    actions.approve(deployment, by=it)
    with pytest.raises(Error, match=REFUSED), transaction.atomic():
        Deployment.objects.update(release=seal("Another"))


def test_an_approved_target_cannot_be_moved_to_another_site(request_it):
    request_it()
    with pytest.raises(Error, match="target_stays"), transaction.atomic():
        Target.objects.update(site=SiteFactory(name="Elsewhere"))


def _bypass(deployment: Deployment, **changes: object) -> None:
    """What a forgetful line of code, or somebody with SQL, would insert to go round the approval."""
    deployment.target.deployments.filter(status="requested").update(status="withdrawn")
    known = {
        "use_case": deployment.use_case,
        "target": deployment.target,
        "release": deployment.release,
        "digest": deployment.digest,
        "requested_by": deployment.requested_by,
        "status": "approved",
        "status_since": clock.now(),
        "number": 99,
    }
    with transaction.atomic():
        Deployment.objects.create(**{**known, **changes})


def test_what_never_ran_there_is_no_roll_back(request_it):
    with pytest.raises(Error, match="returns to what ran there"):
        _bypass(request_it(), kind=DeploymentKind.ROLL_BACK)


def test_a_model_is_not_declared(request_it):
    with pytest.raises(Error, match="only a system in place"):
        _bypass(request_it(), kind=DeploymentKind.DECLARATION)


def test_an_unknown_author_needs_two_approvals(request_it):
    with pytest.raises(Error, match="two approvals"):
        _bypass(request_it(), status="requested", model_author=None, approvals_needed=1)


def test_no_request_needs_nobody(request_it, author):
    with pytest.raises(Error, match="deployment_needs_somebody"):
        _bypass(request_it(), status="requested", model_author=author, approvals_needed=0)


def test_a_release_goes_to_its_own_use_case_only(request_it, it):
    deployment = request_it()
    foreign = UseCaseFactory(slug="foreign")
    with pytest.raises(Error, match="several use cases"):
        _bypass(deployment, use_case=foreign, status="requested", approvals_needed=2)


def test_a_hashed_release_does_not_change_its_kind(seal):
    seal()
    with pytest.raises(Error, match="release_sealed"), transaction.atomic():
        Release.objects.update(kind="in_place", model_version=None)


def test_nobody_approves_what_has_expired(request_it, it):
    deployment = request_it()
    deployment.expires_at = clock.now() - timedelta(seconds=1)
    deployment.save(update_fields=["expires_at"])
    with pytest.raises(Refused, match="Expired"):
        actions.approve(deployment, by=it)
    assert not Job.objects.filter(kind="deployments.execute").exists()


@pytest.fixture
def failed(request_it, it) -> Deployment:
    deployment = request_it()
    actions.approve(deployment, by=it)
    for status in ("running", "failed"):
        Deployment.objects.update(status=status)
    return Deployment.objects.for_pages().get()


def test_old_approvals_do_not_start_a_failed_deployment_again(failed, it):
    failed.expires_at = clock.now() - timedelta(seconds=1)
    failed.save(update_fields=["expires_at"])
    with pytest.raises(Refused, match="Expired"):
        actions.retry(failed, by=it)


def test_a_failed_deployment_is_not_run_again_where_the_site_changed(failed, it):
    UseCaseSite.objects.update(specifics="Closed on Mondays")
    with pytest.raises(Refused, match="changed since"):
        actions.retry(failed, by=it)


def test_a_failed_deployment_is_run_again_under_its_approvals(failed, it):
    actions.retry(failed, by=it)
    assert failed.status == "approved"


def test_two_places_do_not_share_an_alias(use_case, seal, author):
    """What is approved for one would move the other."""
    places = []
    for environment, slug in (("production", "eu-west"), ("production-eu", "west")):
        site = SiteFactory(name=slug, slug=slug)
        use_case.sites.add(site)
        places.append((Environment.objects.create(name=environment, slug=environment), site))
    release = seal()
    actions.request_deployment(release, *places[0], by=author)
    with pytest.raises(Refused, match="same alias"):
        actions.request_deployment(release, *places[1], by=author)
    assert Target.objects.count() == 1
