"""Rows for tests, as small as they can be."""

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from portal.people.models import Membership, OrganisationGrant, Role, Team, User
from usecases.catalog.models import Site, UseCase


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"person{n}")
    first_name = factory.LazyAttribute(lambda o: o.username.title())
    last_name = "Martin"


class TeamFactory(DjangoModelFactory[Team]):
    class Meta:
        model = Team

    name = factory.Sequence(lambda n: f"Team {n}")
    slug = factory.Sequence(lambda n: f"team-{n}")


class MembershipFactory(DjangoModelFactory[Membership]):
    class Meta:
        model = Membership

    team = factory.SubFactory(TeamFactory)
    user = factory.SubFactory(UserFactory)
    role = Role.VIEWER


class OrganisationGrantFactory(DjangoModelFactory[OrganisationGrant]):
    class Meta:
        model = OrganisationGrant

    user = factory.SubFactory(UserFactory)


class SiteFactory(DjangoModelFactory[Site]):
    class Meta:
        model = Site

    name = factory.Sequence(lambda n: f"Site {n}")
    slug = factory.Sequence(lambda n: f"site-{n}")


class UseCaseFactory(DjangoModelFactory[UseCase]):
    class Meta:
        model = UseCase

    name = factory.Sequence(lambda n: f"Use case {n}")
    slug = factory.Sequence(lambda n: f"use-case-{n}")
    team = factory.SubFactory(TeamFactory)
    created_by = factory.SubFactory(UserFactory)
    stage_since = factory.LazyFunction(timezone.now)
