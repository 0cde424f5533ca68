from datetime import timedelta

import pytest

from portal.errors import NotAllowed, Refused
from tests.factories import UseCaseFactory
from usecases.catalog.models import Site, UseCase, UseCaseSite
from usecases.deployments import actions
from usecases.deployments.models import Release


def test_a_request_copies_the_digest_and_expires(request_it):
    deployment = request_it()
    assert deployment.digest == deployment.release.digest
    assert deployment.status_since - deployment.expires_at < timedelta(days=-29)
    assert deployment.approvals_needed == 1


def test_two_approvals_are_needed_while_nobody_knows_the_author(seal, environment, site, data):
    deployment = actions.request_deployment(seal(), environment, site, by=data)
    assert (deployment.model_author, deployment.approvals_needed) == (None, 2)


def test_business_may_not_request(seal, environment, site, business):
    with pytest.raises(NotAllowed):
        actions.request_deployment(seal(), environment, site, by=business)


def test_a_release_being_prepared_cannot_be_requested(use_case, version, environment, site, data):
    release = actions.create_release(use_case, version, "New", by=data)
    with pytest.raises(Refused, match="not ready"):
        actions.request_deployment(release, environment, site, by=data)


def test_only_one_request_is_open_at_a_place(request_it):
    request_it()
    with pytest.raises(Refused, match="under way"):
        request_it(title="Another")


def test_what_is_live_there_is_not_requested_again(go_live, environment, site, data):
    live = go_live()
    with pytest.raises(Refused, match="live at"):
        actions.request_deployment(live.release, environment, site, by=data)


def test_only_sites_of_the_use_case(seal, environment, data):
    elsewhere = Site.objects.create(name="Elsewhere", slug="elsewhere")
    with pytest.raises(Refused, match="not a site"):
        actions.request_deployment(seal(), environment, elsewhere, by=data)


def test_a_site_that_changed_since_the_hashing_needs_a_new_release(seal, environment, site, data):
    release = seal()
    UseCaseSite.objects.update(specifics="Closed on Mondays")
    with pytest.raises(Refused, match="Prepare the release again"):
        actions.request_deployment(release, environment, site, by=data)


def test_a_new_request_answers_the_changes_asked_for(request_it, it):
    first = request_it()
    actions.ask_changes(first, by=it, comment="Which data?")
    request_it(title="Answered")
    first.refresh_from_db()
    assert first.status == "withdrawn"


def test_a_version_of_another_use_case_is_refused(version, team, data):
    UseCaseFactory(team=team, slug="other")
    with pytest.raises(Refused, match="another use case"):
        actions.create_release(UseCase.objects.get(slug="other"), version, "New", by=data)
    assert not Release.objects.exists()


def test_withdrawing_ends_it(request_it, data):
    deployment = request_it()
    actions.withdraw(deployment, by=data)
    assert deployment.status == "withdrawn"


def test_business_may_not_withdraw_it(request_it, business):
    with pytest.raises(NotAllowed):
        actions.withdraw(request_it(), by=business)
