import pytest
from django.db import Error, transaction

from portal.errors import BadInput, NotAllowed, Refused
from tests.factories import SiteFactory
from usecases.deployments import actions
from usecases.deployments.manifest import digest
from usecases.deployments.models import Deployment, Release


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
