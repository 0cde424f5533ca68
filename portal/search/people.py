"""People and teams among what is searched."""

from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import plain
from portal.people import rights
from portal.people.models import Membership, Team, User
from portal.registry import Hit


def people(user: User, query: str, limit: int) -> list[Hit]:
    """Everybody for an administrator; for a member, colleagues of their teams. One query."""
    is_administrator = rights.can(user, "people.manage")
    seen = User.objects.all()
    if not is_administrator:
        colleagues = User.objects.filter(memberships__team__in=rights.team_ids(user)).values("pk")
        seen = seen.filter(Q(pk__in=colleagues), is_active=True)
    shared = Membership.objects.filter(user=OuterRef("pk"), team__in=rights.team_ids(user)).values("team__slug")[:1]
    seen = seen.annotate(team=Subquery(shared))
    found = plain.answers(seen, plain.ask(query), "first_name", "last_name", "username")[:limit]
    return [
        Hit(
            kind=_("People"),
            title=str(one),
            detail=one.username if one.is_active else _("%(username)s · deactivated") % {"username": one.username},
            url=reverse("accounts:person", args=[one.uid]) if is_administrator else reverse("team", args=[one.team]),
            score=one.score,
            icon="user",
        )
        for one in found
    ]


def teams(user: User, query: str, limit: int) -> list[Hit]:
    """One's own teams; every team for who sees everything. One query."""
    seen = Team.objects.all() if rights.sees_everything(user) else Team.objects.filter(pk__in=rights.team_ids(user))
    found = plain.answers(seen, plain.ask(query), "name", "slug")[:limit]
    return [
        Hit(
            kind=_("Teams"),
            title=one.name,
            detail="",
            url=reverse("team", args=[one.slug]),
            score=one.score,
            icon="users",
        )
        for one in found
    ]
