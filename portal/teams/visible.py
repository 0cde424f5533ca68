"""Loading the team that the person asking may see; anything else is a 404."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from portal.people import rights
from portal.people.models import Team, User


def teams_of(user: User) -> QuerySet[Team]:
    """The teams this person may know of: their own, or all with an organisation role that reads."""
    return Team.objects.all() if rights.sees_everything(user) else Team.objects.filter(pk__in=rights.team_ids(user))


def team_or_404(user: User, slug: str) -> Team:
    """The team of this slug; raises Http404."""
    return get_object_or_404(teams_of(user), slug=slug)
