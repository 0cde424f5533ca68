"""The cast: the same nine people in every test, on one use case that eight of them may see."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client

from portal.people.models import OrganisationRole, Role, Team, User
from tests.factories import (
    MembershipFactory,
    OrganisationGrantFactory,
    SiteFactory,
    TeamFactory,
    UseCaseFactory,
    UserFactory,
)
from usecases.catalog.models import Site, UseCase


@pytest.fixture(autouse=True)
def _clean_cache() -> Iterator[None]:
    cache.clear()
    yield


@pytest.fixture
def team(db) -> Team:
    return TeamFactory(name="Harbour marketing")


def _member(team: Team, username: str, role: Role) -> User:
    user = UserFactory(username=username)
    MembershipFactory(team=team, user=user, role=role)
    return user


@pytest.fixture
def business(team) -> User:
    return _member(team, "business", Role.BUSINESS)


@pytest.fixture
def data(team) -> User:
    return _member(team, "data", Role.DATA)


@pytest.fixture
def it(team) -> User:
    return _member(team, "it", Role.IT)


@pytest.fixture
def second_it(team) -> User:
    return _member(team, "second_it", Role.IT)


@pytest.fixture
def decision_user(team) -> User:
    return _member(team, "user", Role.USER)


@pytest.fixture
def viewer(team) -> User:
    return _member(team, "viewer", Role.VIEWER)


@pytest.fixture
def admin(db) -> User:
    return OrganisationGrantFactory(user__username="admin", role=OrganisationRole.ADMIN).user


@pytest.fixture
def steering(db) -> User:
    return OrganisationGrantFactory(user__username="steering", role=OrganisationRole.STEERING).user


@pytest.fixture
def auditor(db) -> User:
    return OrganisationGrantFactory(user__username="auditor", role=OrganisationRole.AUDITOR).user


@pytest.fixture
def stranger(db) -> User:
    user = UserFactory(username="stranger")
    MembershipFactory(team=TeamFactory(name="Elsewhere"), user=user, role=Role.DATA)
    return user


@pytest.fixture
def use_case(team, business) -> UseCase:
    return UseCaseFactory(team=team, created_by=business, name="Spring e-mail campaign", slug="spring")


@pytest.fixture
def site(use_case) -> Site:
    site = SiteFactory(name="Rural")
    use_case.sites.add(site)
    return site


@pytest.fixture
def sign_in():
    """A browser (without a screen) in which this person is signed in."""

    def _sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return _sign_in
