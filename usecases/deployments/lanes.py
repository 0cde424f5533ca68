"""Deployments on the one time axis."""

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.registry import Lane, Mark
from usecases.catalog.models import UseCase
from usecases.deployments.models import Deployment, DeploymentKind, ReleaseKind


def lanes(use_case: UseCase, *, start: datetime | None, end: datetime | None) -> list[Lane]:
    """One lane: what went live where, from when until when (one query)."""
    marks = went_live(use_case, start=start, end=end)
    return [Lane(key="deployments", title=_("Deployments"), kind="marks", marks=marks, order=30)] if marks else []


def went_live(use_case: UseCase, *, start: datetime | None = None, end: datetime | None = None) -> list[Mark]:
    """What went live where, from when until when, oldest first (one query)."""
    shown = Deployment.objects.filter(use_case=use_case, live_from__isnull=False).for_pages().order_by("live_from")
    if start:
        shown = shown.filter(Q(live_until__isnull=True) | Q(live_until__gt=start))
    if end:
        shown = shown.filter(live_from__lt=end)
    return [
        Mark(
            at=one.live_from,
            label=_label(one),
            tone="warn" if one.kind == DeploymentKind.ROLL_BACK else "ok" if _is_model(one) else "unk",
            until=one.live_until,
            url=one.get_absolute_url(),
        )
        for one in shown
        if one.live_from
    ]


def _is_model(one: Deployment) -> bool:
    return one.release.kind == ReleaseKind.MODEL


def _label(one: Deployment) -> str:
    words = {"number": one.release.number, "site": one.target.site}
    if one.kind == DeploymentKind.ROLL_BACK:
        return str(_("Back to release %(number)s, %(site)s") % words)
    return str(_("Release %(number)s to %(site)s") % words)
