"""The things that people speak about, as their features register them, and who may see them."""

import uuid

from django.db.models import Q, QuerySet
from django.http import Http404

from portal import clock, registry
from portal.people import rights
from portal.people.models import Deputy, User
from portal.registry import Subject


def load(user: User, type_: str, uid: uuid.UUID) -> Subject:
    """The thing, if this person may see it. Raises Http404 otherwise, and for a type that nobody registered."""
    kind = registry.subjects().get(type_)
    found = kind.load(user, uid) if kind else None
    if found is None:
        raise Http404
    return found


def audience(subject: Subject) -> QuerySet[User]:
    """The people who may be named there: of the team, and those whose role lets them read every use case."""
    everywhere = rights.VERBS["usecase.view"].organisation
    members = User.objects.filter(memberships__team=subject.team).values("pk")
    readers = User.objects.filter(organisation_grants__role__in=everywhere).values("pk")
    deputies = Deputy.objects.at(clock.now()).filter(team=subject.team).values("deputy")
    named = Q(pk__in=members) | Q(pk__in=deputies) | Q(pk__in=readers)
    return User.objects.filter(named, is_active=True)
