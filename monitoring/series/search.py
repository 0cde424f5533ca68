"""Series among what is searched."""

from django.urls import reverse
from django.utils.translation import gettext as _

from monitoring.series.models import Series
from portal import plain
from portal.people.models import User
from portal.registry import Hit
from usecases.catalog.models import UseCase


def series(user: User, query: str, limit: int) -> list[Hit]:
    """The series of the use cases that this person may see, by name. One query."""
    mine = Series.objects.filter(use_case__in=UseCase.objects.visible_to(user)).select_related("use_case", "site")
    return [
        Hit(
            kind=_("Series"),
            title=str(one),
            detail=f"{one.get_kind_display()} · {one.use_case}",
            url=reverse("series", args=[one.use_case.slug, one.uid]),
            score=one.score,
            icon="chart-line",
        )
        for one in plain.answers(mine, plain.ask(query), "name")[:limit]
    ]
