"""Iterations among what is searched."""

from django.utils.translation import gettext as _

from portal import plain
from portal.people.models import User
from portal.registry import Hit
from usecases.catalog.models import UseCase
from usecases.iterations.models import Iteration


def iterations(user: User, query: str, limit: int) -> list[Hit]:
    """The iterations of the use cases that this person may see, by title, hypothesis or findings. One query."""
    mine = Iteration.objects.filter(use_case__in=UseCase.objects.visible_to(user)).select_related("use_case")
    found = plain.answers(mine, plain.ask(query), "title", words=("title", "hypothesis", "findings"))
    return [
        Hit(
            kind=_("Iterations"),
            title=str(one),
            detail=str(one.use_case),
            url=one.get_absolute_url(),
            score=one.score,
            icon="refresh",
        )
        for one in found[:limit]
    ]
