"""Releases and deployments among what is searched."""

from django.db.models import Q
from django.utils.translation import gettext as _

from portal import plain
from portal.people.models import User
from portal.registry import Hit
from usecases.catalog.models import Site, UseCase
from usecases.deployments.models import Deployment, Release


def releases(user: User, query: str, limit: int) -> list[Hit]:
    """The releases that this person may see, by title, number, notes or the start of their digest. One query."""
    asked = plain.ask(query)
    mine = Release.objects.filter(use_case__in=UseCase.objects.visible_to(user)).select_related("use_case")
    return [
        Hit(
            kind=_("Releases"),
            title=str(one),
            detail=f"{one.get_status_display()} · {one.use_case} · {one.digest[:8]}".removesuffix(" · "),
            url=one.get_absolute_url(),
            score=one.score,
            icon="package",
        )
        for one in plain.answers(mine, asked, "title", words=("title", "notes"), also=_exactly(asked))[:limit]
    ]


def deployments(user: User, query: str, limit: int) -> list[Hit]:
    """The deployments that this person may see, by number, ticket, release or site. One query."""
    asked = plain.ask(query)
    visible = UseCase.objects.visible_to(user)
    mine = Deployment.objects.filter(use_case__in=visible).select_related(
        "use_case", "release", "target__site", "target__environment"
    )
    also = Q(release__in=plain.named(Release.objects.filter(use_case__in=visible).order_by(), asked, "title"))
    also |= Q(target__site__in=plain.named(Site.objects.order_by(), asked, "name", "slug"))
    if asked.number is not None:
        also = Q(number=asked.number)
    found = plain.answers(mine, asked, "change_ticket", also=also).order_by("-score", "-pk")
    return [
        Hit(
            kind=_("Deployments"),
            title=str(one),
            detail=f"#{one.number} · {one.get_status_display()} · {one.use_case}",
            url=one.get_absolute_url(),
            # What a release or a site is called stands before where it went.
            score=one.score if asked.number is not None else min(one.score, 0.7),
            icon="rocket",
        )
        for one in found[:limit]
    ]


def _exactly(asked: plain.Asked) -> Q | None:
    if asked.number is not None:
        return Q(number=asked.number)
    return Q(digest__startswith=asked.digest) if asked.digest else None
