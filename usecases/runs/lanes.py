"""Runs on the one time axis: the marked ones."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.registry import Lane
from portal.registry import Mark as Flag
from portal.ui import wording
from usecases.catalog.models import UseCase
from usecases.runs.models import Mark, Run


def lanes(use_case: UseCase, *, start: datetime | None, end: datetime | None) -> list[Lane]:
    """One lane with the simple baseline and the candidate, when marked (one query)."""
    marked = Run.objects.filter(use_case=use_case, started_at__isnull=False).exclude(mark=Mark.NONE)
    if start:
        marked = marked.filter(started_at__gte=start)
    if end:
        marked = marked.filter(started_at__lt=end)
    flags = [
        Flag(
            at=run.started_at,
            label=wording.labelled(run.get_mark_display(), run),
            url=reverse("run", args=[use_case.slug, run.mlflow_id]),
        )
        for run in marked.order_by("started_at")
        if run.started_at
    ]
    return [Lane(key="runs", title=_("Runs"), kind="marks", marks=flags, order=40)] if flags else []
