"""Runs among what is searched."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import plain
from portal.people.models import User
from portal.registry import Hit
from usecases.catalog.models import UseCase
from usecases.runs.models import Run


def runs(user: User, query: str, limit: int) -> list[Hit]:
    """The runs of the use cases that this person may see, by name or by the start of their identifier. One query."""
    asked = plain.ask(query)
    mine = Run.objects.filter(use_case__in=UseCase.objects.visible_to(user)).select_related("use_case")
    also = Q(mlflow_id__startswith=asked.digest) if asked.digest else None
    return [
        Hit(
            kind=_("Runs"),
            title=str(one),
            detail=f"{one.status_label} · {one.use_case} · {one.mlflow_id[:8]}",
            url=reverse("run", args=[one.use_case.slug, one.mlflow_id]),
            score=one.score,
            icon="flask",
        )
        for one in plain.answers(mine, asked, "name", also=also)[:limit]
    ]
