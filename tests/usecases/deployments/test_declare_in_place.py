import pytest
from django.db import Error, transaction

from portal.audit.models import Event
from portal.errors import BadInput, NotAllowed, Refused
from tests.factories import SiteFactory
from usecases.deployments import actions
from usecases.deployments.manifest import digest
from usecases.deployments.models import Deployment, Environment, Release
from usecases.lifecycle.emergencies import needs_second_at_once


def test_it_declares_what_is_there_and_it_is_live_at_each_site(use_case, environment, site, it):
    use_case.sites.add(SiteFactory())
    release = actions.declare_in_place(use_case, environment, use_case.sites.all(), "The manual rule", by=it)
    assert (release.status, release.digest) == ("ready", digest(release.manifest))
    assert Deployment.objects.filter(status="live", kind="declaration").count() == 2


def test_a_data_scientist_may_not_declare(use_case, environment, site, data):
    with pytest.raises(NotAllowed):
        actions.declare_in_place(use_case, environment, [site], "The manual rule", by=data)


def test_it_is_declared_somewhere(use_case, environment, it):
    with pytest.raises(BadInput):
        actions.declare_in_place(use_case, environment, [], "The manual rule", by=it)


def test_not_where_something_is_live(use_case, environment, site, it, in_place):
    with pytest.raises(Refused, match="declared or live"):
        actions.declare_in_place(use_case, environment, [site], "Another", by=it)
    assert Release.objects.count() == 1


def test_what_was_hashed_does_not_change(in_place):
    with pytest.raises(Error, match="Cannot update"), transaction.atomic():
        Release.objects.update(digest="0" * 64)


def test_an_administrator_creates_an_environment_once(admin):
    actions.create_environment("Integration", "integration", False, by=admin)
    with pytest.raises(Refused):
        actions.create_environment("Integration", "other", False, by=admin)


def test_it_may_not_create_an_environment(it):
    with pytest.raises(NotAllowed):
        actions.create_environment("Integration", "integration", False, by=it)


def test_an_administrator_says_when_a_second_person_answers_an_emergency(admin, it, environment, sign_in, use_case):
    address = f"/administration/environments/{environment.slug}/emergency/"
    assert needs_second_at_once(use_case) is True
    assert sign_in(it).post(address, {"second_person_at_once": "no"}).status_code == 403
    browser = sign_in(admin)
    assert browser.post(address, {"second_person_at_once": "perhaps"}).status_code == 400
    assert "within 24 hours" in browser.post(address, {"second_person_at_once": "no"}, follow=True).text
    assert needs_second_at_once(use_case) is False
    event = Event.objects.get(verb="environment.emergency_within_a_day")
    assert (event.actor, event.data["before"]) == (admin, {"second_person_at_once": True})
    assert browser.post(address, {"second_person_at_once": "no"}).status_code == 409


def test_an_environment_is_created_with_its_rule_for_emergencies(admin, sign_in):
    sent = {"name": "Integration", "slug": "integration", "second_person_at_once": "no"}
    assert sign_in(admin).post("/administration/environments/", sent).status_code == 302
    assert Environment.objects.get(slug="integration").second_person_at_once is False


def test_the_rule_for_emergencies_on_the_api(admin, it, environment, call):
    path = f"environments/{environment.slug}"
    assert call(it, "get", path).json()["second_person_at_once"] is True
    assert call(it, "patch", path, {"second_person_at_once": False}, match="*").status_code == 403
    for _again in range(2):
        changed = call(admin, "patch", path, {"second_person_at_once": False}, match="*")
        assert changed.json()["second_person_at_once"] is False
    assert Event.objects.filter(verb__startswith="environment.emergency").count() == 1
