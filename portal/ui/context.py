"""What base.html needs on every page. Nothing is read before the template asks for it."""

import tomllib
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from portal import clock
from portal.notifications.models import Notification
from portal.people import rights
from portal.people.models import OrganisationRole, Role, User
from portal.ui import banner

THEMES = ("light", "dark")


def shell(request: HttpRequest) -> dict[str, Any]:
    """The context of the shell; two queries at most (the demo's people, the banner), only while DEMO is on."""
    theme = request.COOKIES.get("theme", "")
    return {
        "demo": settings.DEMO,
        "demo_people": SimpleLazyObject(lambda: demo_people(request)),
        "banner": SimpleLazyObject(lambda: starting(request)),
        "sees_steering": SimpleLazyObject(lambda: sees_steering(request)),
        "reads_journal": SimpleLazyObject(lambda: reads_journal(request)),
        "is_administrator": SimpleLazyObject(lambda: is_administrator(request)),
        "unread_count": SimpleLazyObject(lambda: unread_count(request)),
        "theme": theme if theme in THEMES else "",
        "product_version": version(),
        # The moment looked back at, None in the present.
        "as_of": clock.past(),
    }


def starting(request: HttpRequest) -> banner.Banner | None:
    """The banner; outside the demo it is for those who signed in, as its refreshing is."""
    return banner.current() if settings.DEMO or request.user.is_authenticated else None


def demo_people(request: HttpRequest) -> list[User]:
    """The cast of the demo, each with `role_labels`; empty unless DEMO is on and the reader is signed in."""
    if not settings.DEMO or not request.user.is_authenticated:
        return []
    team_roles = ArrayAgg("memberships__role", filter=Q(memberships__isnull=False), distinct=True, default=[])
    organisation = ArrayAgg(
        "organisation_grants__role", filter=Q(organisation_grants__isnull=False), distinct=True, default=[]
    )
    people = User.objects.filter(is_demo=True, is_active=True).annotate(team=team_roles, organisation=organisation)
    return [_labelled(person) for person in people.order_by("id")]


def is_administrator(request: HttpRequest) -> bool:
    """Whether the rail shows the administration."""
    user = request.user
    return isinstance(user, User) and rights.can(user, "people.manage")


def unread_count(request: HttpRequest) -> int:
    """The number on the bell; counting stops at 100 (one query on a partial index)."""
    user = request.user
    if not isinstance(user, User):
        return 0
    return Notification.objects.unread().filter(person=user)[:100].count()


def sees_steering(request: HttpRequest) -> bool:
    """Whether the rail shows the steering."""
    user = request.user
    return isinstance(user, User) and rights.can(user, "steering.view")


def reads_journal(request: HttpRequest) -> bool:
    """Whether the rail shows the journal of the organisation."""
    user = request.user
    return isinstance(user, User) and rights.can(user, "journal.inspect")


@cache
def version() -> str:
    """The version of the product, as pyproject.toml says."""
    return str(tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]["version"])


def _labelled(person: Any) -> Any:
    roles = [Role(role).label for role in person.team] + [OrganisationRole(role).label for role in person.organisation]
    person.role_labels = ", ".join(str(label) for label in roles)
    return person
