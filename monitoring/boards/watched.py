"""What is counted of each use case: unresolved incidents, series, checks by state."""

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from monitoring.checks.models import Check
from monitoring.incidents.models import Incident, IncidentStatus
from monitoring.series.models import Series
from usecases.catalog.models import Health, UseCase


def watched(use_cases: QuerySet[UseCase]) -> QuerySet[UseCase]:
    """These use cases with `unresolved`, `series_count` and `checks_<state>` of the active checks."""
    return use_cases.select_related("team").annotate(
        unresolved=_count(Incident.objects.exclude(status=IncidentStatus.RESOLVED)),
        series_count=_count(Series.objects.all()),
        **{f"checks_{state}": _count(Check.objects.filter(is_active=True, state=state)) for state in Health.values},
    )


def _count(rows: QuerySet[Check] | QuerySet[Incident] | QuerySet[Series]) -> Coalesce:
    """How many of these rows each use case has, as a subquery (joins would multiply each other)."""
    counted = rows.filter(use_case=OuterRef("pk")).order_by().values("use_case").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)
