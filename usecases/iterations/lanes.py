"""Iterations on the one time axis."""

from datetime import datetime, time

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.registry import Lane, Mark
from usecases.catalog.models import UseCase
from usecases.iterations.models import Iteration, IterationStatus


def lanes(use_case: UseCase, *, start: datetime | None, end: datetime | None) -> list[Lane]:
    """One lane: when each iteration began, coloured by what was decided (one query)."""
    marks = [
        Mark(
            at=at,
            label=str(_("Iteration %(number)s") % {"number": one.number}),
            tone=one.decision_tone if one.status == IterationStatus.CLOSED else "unk",
            url=one.get_absolute_url(),
        )
        for one in Iteration.objects.filter(use_case=use_case).select_related("use_case").order_by("number")
        if (at := _midnight(one)) and (start is None or at >= start) and (end is None or at < end)
    ]
    return [Lane(key="iterations", title=_("Iterations"), kind="marks", marks=marks, order=25)] if marks else []


def _midnight(one: Iteration) -> datetime:
    return datetime.combine(one.starts_on, time(), tzinfo=timezone.get_default_timezone())
