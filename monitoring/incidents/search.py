"""Incidents among what is searched."""

from django.db.models import Q
from django.utils.translation import gettext as _

from monitoring.checks.models import Check
from monitoring.incidents.models import Incident
from portal import plain
from portal.people.models import User
from portal.registry import Hit
from usecases.catalog.models import UseCase


def incidents(user: User, query: str, limit: int) -> list[Hit]:
    """The incidents that this person may see, by number, by the name of their check or by their cause. One query."""
    asked = plain.ask(query)
    visible = UseCase.objects.visible_to(user)
    mine = Incident.objects.filter(use_case__in=visible).select_related("use_case", "check_that_failed")
    also = Q(check_that_failed__in=plain.named(Check.objects.filter(use_case__in=visible).order_by(), asked, "name"))
    if asked.number is not None:
        also = Q(number=asked.number)
    found = plain.answers(mine, asked, "cause", words=("cause",), also=also).order_by("-score", "-pk")
    return [
        Hit(
            kind=_("Incidents"),
            title=str(one),
            detail=f"{one.get_status_display()} · {one.use_case}",
            url=one.get_absolute_url(),
            # What a check is called stands before what went wrong with it.
            score=one.score if asked.number is not None else min(one.score, 0.7),
            icon="urgent",
        )
        for one in found[:limit]
    ]
