"""Incidents on the one time axis."""

from datetime import datetime

from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from monitoring.checks.models import Severity
from monitoring.incidents.models import Incident
from portal import clock
from portal.registry import Lane, Mark
from usecases.catalog.models import UseCase


def lanes(use_case: UseCase, *, start: datetime | None = None, end: datetime | None = None) -> list[Lane]:
    """One lane of spans, from the failing point to the recovery; none without incidents. One query."""
    shown = Incident.objects.filter(use_case=use_case).select_related("check_that_failed").order_by("began_at")
    if start:
        shown = shown.exclude(recovered_at__lt=start).exclude(recovered_at=None, resolved_at__lt=start)
    if end:
        shown = shown.filter(began_at__lt=end)
    shown = shown.annotate(over=Coalesce("recovered_at", "resolved_at"))
    marks = [
        Mark(
            at=incident.began_at,
            label=incident.check_that_failed.name,
            tone="err" if incident.severity == Severity.ERROR else "warn",
            until=max(incident.over or clock.now(), incident.began_at),
            url=reverse("incident", args=[use_case.slug, incident.number]),
        )
        for incident in shown
    ]
    return [Lane(key="incidents", title=_("Incidents"), kind="spans", marks=marks, order=40)] if marks else []
