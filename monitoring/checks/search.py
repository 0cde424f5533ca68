"""Checks among what is searched."""

from django.db.models import Q
from django.utils.translation import gettext as _

from monitoring.checks.models import Check
from portal import plain
from portal.people.models import User
from portal.registry import Hit
from usecases.catalog.models import UseCase


def checks(user: User, query: str, limit: int) -> list[Hit]:
    """The checks of the use cases that this person may see, by name or number. One query."""
    asked = plain.ask(query)
    mine = Check.objects.filter(use_case__in=UseCase.objects.visible_to(user)).select_related("use_case")
    also = None if asked.number is None else Q(number=asked.number)
    return [
        Hit(
            kind=_("Checks"),
            title=one.name,
            detail=f"#{one.number} · {one.get_state_display()} · {one.use_case}",
            url=one.get_absolute_url(),
            score=one.score,
            icon="checklist",
        )
        for one in plain.answers(mine, asked, "name", also=also)[:limit]
    ]
