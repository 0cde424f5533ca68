"""Problems and debts among what is searched."""

from django.db.models import Q
from django.utils.translation import gettext as _

from portal import plain
from portal.people.models import User
from portal.registry import Hit
from usecases.catalog.models import UseCase
from usecases.problems.models import Problem


def problems(user: User, query: str, limit: int) -> list[Hit]:
    """The problems and debts of the use cases that this person may see, by title, words or number. One query."""
    asked = plain.ask(query)
    mine = Problem.objects.filter(use_case__in=UseCase.objects.visible_to(user)).select_related("use_case")
    also = None if asked.number is None else Q(number=asked.number)
    found = plain.answers(mine, asked, "title", words=("title", "description"), also=also)
    return [
        Hit(
            kind=_("Problems & debt"),
            title=one.title,
            detail=f"#{one.number} · {one.get_status_display()} · {one.use_case}",
            url=one.get_absolute_url(),
            score=one.score,
            icon="flag",
        )
        for one in found[:limit]
    ]
