"""Use cases and sites among what is searched."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from portal import plain
from portal.people.models import User
from portal.registry import Hit
from usecases.catalog.models import TOLD, Site, UseCase

NAMES = ("name", "slug")


def use_cases(user: User, query: str, limit: int) -> list[Hit]:
    """The use cases that this person may see, by name or by what their description says. One query."""
    mine = UseCase.objects.visible_to(user).select_related("team")
    found = plain.answers(mine, plain.ask(query), *NAMES, words=TOLD)[:limit]
    return [
        Hit(
            kind=_("Use cases"),
            title=one.name,
            detail=f"{one.get_stage_display()} · {one.team}",
            url=one.get_absolute_url(),
            score=one.score,
            icon="layout-list",
        )
        for one in found
    ]


def sites(user: User, query: str, limit: int) -> list[Hit]:
    """The sites of the organisation, which everybody may see; each leads to the use cases it serves. One query."""
    found: Any = plain.answers(Site.objects.select_related("parent"), plain.ask(query), *NAMES)[:limit]
    return [
        Hit(
            kind=_("Sites"),
            title=one.name,
            detail=" · ".join(filter(None, (one.kind, str(one.parent or "")))),
            url=f"{reverse('portfolio')}?site={one.slug}",
            score=one.score,
            icon="map-pin",
        )
        for one in found
    ]
