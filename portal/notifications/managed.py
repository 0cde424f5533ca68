"""Which rooms and machines a person manages."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.errors import NotAllowed
from portal.people import rights
from portal.people.models import Team, User


def teams_of(user: User) -> list[Team]:
    """The teams for which this person manages channels (all, for an administrator)."""
    if rights.can(user, "channel.manage"):
        return list(Team.objects.all())
    return [
        team for team in Team.objects.filter(pk__in=rights.team_ids(user)) if rights.can(user, "channel.manage", team)
    ]


def mine(user: User) -> Q:
    """Those of the teams where this person manages channels; for an administrator, of the organisation too."""
    if rights.can(user, "channel.manage"):
        return Q()
    return Q(team__in=rights.teams_where(user, "channel.manage"))


def require_somewhere(user: User) -> None:
    """Raise NotAllowed unless this person manages channels somewhere."""
    if not rights.can(user, "channel.manage") and not rights.teams_where(user, "channel.manage"):
        raise NotAllowed(_("Webhooks and rooms are for data science and IT of a team, and for administrators."))
