"""A country with a field and a well, another country, two environments, and IT people who reach parts of it."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from portal.people import actions, deputies
from portal.people.models import Deputy, Membership, Role, User
from portal.people.rights import Place
from tests.factories import MembershipFactory, SiteFactory, UserFactory
from usecases.catalog.models import Site
from usecases.deployments.models import Environment


@pytest.fixture
def gabon(db) -> Site:
    return SiteFactory(name="Gabon", slug="gabon")


@pytest.fixture
def well(gabon) -> Site:
    """Two levels below Gabon."""
    return SiteFactory(name="Well 7", slug="well-7", parent=SiteFactory(name="Field A", slug="field-a", parent=gabon))


@pytest.fixture
def norway(db) -> Site:
    return SiteFactory(name="Norway", slug="norway")


@pytest.fixture
def production(db) -> Environment:
    return Environment.objects.create(name="Production", slug="production", is_production=True)


@pytest.fixture
def integration(db) -> Environment:
    return Environment.objects.create(name="Integration", slug="integration")


@pytest.fixture
def place():
    """Where a site and an environment meet."""

    def _place(site: Site, environment: Environment) -> Place:
        return Place(site.pk, environment.pk, f"{site}, {environment}")

    return _place


@pytest.fixture
def gabon_it(team, gabon, production) -> User:
    """IT in Gabon, in production only."""
    person = UserFactory(username="gabon_it")
    MembershipFactory(team=team, user=person, role=Role.IT, site=gabon, environment=production)
    return person


@pytest.fixture
def outsider(db) -> User:
    return UserFactory(username="outsider")


@pytest.fixture
def today() -> date:
    return timezone.localdate(timezone=timezone.get_default_timezone())


@pytest.fixture
def stand_in(outsider, today):
    """The outsider stands in for a member today, for a week."""

    def _stand_in(member: User, *, first: int = 0, last: int = 6) -> Deputy:
        membership = Membership.objects.get(user=member)
        days = today + timedelta(days=first), today + timedelta(days=last)
        return deputies.name_deputy(membership, outsider, *days, by=member)

    return _stand_in


@pytest.fixture
def leave(admin):
    """A member leaves."""

    def _leave(member: User) -> None:
        actions.end_membership(Membership.objects.select_related("team", "user").get(user=member), by=admin)

    return _leave
