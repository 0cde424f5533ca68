"""Pages that show series, checks and incidents together: of the organisation, of a use case, of a series."""

from django.db.models import Count, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from monitoring.boards.table import INCIDENTS, OWN_INCIDENTS, SERIES, USE_CASES
from monitoring.boards.watched import watched
from monitoring.checks.models import Check
from monitoring.incidents.models import Incident
from monitoring.series import points, ranges
from monitoring.series.charts import series_figure
from monitoring.series.models import Series
from monitoring.series.past import as_they_were
from portal import clock
from portal.ui import wording
from portal.ui.as_of import shows_the_past
from portal.ui.charts import Table
from portal.ui.tables import Listing, answer
from usecases.catalog.models import Health, UseCase, place_at
from usecases.catalog.visible import SignedInRequest, use_case_or_404

ROWS_SHOWN = 100


@require_http_methods(["GET", "POST"])
def monitoring(request: SignedInRequest) -> HttpResponseBase:
    """Every use case this person may see: health, open incidents, checks by state. The worst first."""
    visible = UseCase.objects.visible_to(request.user)
    counts = {row["health"]: row["n"] for row in visible.order_by().values("health").annotate(n=Count("pk"))}
    listing = Listing(USE_CASES, request, watched(visible))
    every = Incident.objects.filter(use_case__in=visible)
    incidents = Listing(INCIDENTS, request, _with_check(every))
    context = {
        "nav": "monitoring",
        "total": sum(counts.values()),
        "incidents": incidents,
        "has_incidents": every.exists(),
        "sentence": _standing(counts),
    }
    return answer(request, "monitoring/boards/monitoring.html", context, listing, incidents)


@shows_the_past
@require_http_methods(["GET", "POST"])
def use_case_monitoring(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """One use case: its incidents first, its checks, its series."""
    use_case = use_case_or_404(request, slug)
    checks = list(Check.objects.filter(use_case=use_case).select_related("series__site"))
    for check in checks:
        check.use_case = use_case
    found = Series.objects.filter(use_case=use_case).select_related("site", "latest", "use_case")
    listing = Listing(SERIES, request, found.prefetch_related("checks"))
    incidents = Listing(OWN_INCIDENTS, request, _with_check(Incident.objects.filter(use_case=use_case)))
    context = {
        **_context(use_case),
        "incidents": incidents,
        "has_incidents": incidents.all.exists(),
        "checks": checks,
        "has_series": found.exists(),
        "api_url": request.build_absolute_uri(reverse("api_points", args=[use_case.slug])),
    }
    return answer(request, "monitoring/boards/use_case.html", context, listing, incidents)


@shows_the_past
@require_GET
def series(request: SignedInRequest, slug: str, uid: str) -> HttpResponse:
    """One series: a sentence, its chart with bounds and incidents, its newest points."""
    use_case = use_case_or_404(request, slug)
    series = get_object_or_404(Series.objects.select_related("site", "latest"), use_case=use_case, uid=uid)
    as_they_were([series])
    checks = list(Check.objects.filter(series=series).order_by("number"))
    for check in checks:
        check.use_case, check.series = use_case, series
    context = {
        **_context(use_case),
        "series": series,
        "place": place_at(series.site),
        "checks": checks,
        "choices": ranges.CHOICES.items(),
    }
    extent = points.extent(series.pk)
    if extent is not None:
        context |= _drawn(series, checks, ranges.chosen(request.GET, *extent))
    return render(request, "monitoring/boards/series.html", context)


def _drawn(series: Series, checks: list[Check], stretch: ranges.Stretch) -> dict[str, object]:
    drawing = points.draw(series.pk, stretch.start, stretch.end)
    seen = Incident.objects.filter(check_that_failed__series=series, began_at__lte=stretch.end)
    spans = [
        (max(began, stretch.start), min(over or clock.now(), stretch.end))
        for began, over in seen.annotate(over=Coalesce("recovered_at", "resolved_at")).values_list("began_at", "over")
        if (over or clock.now()) >= stretch.start
    ]
    newest = points.last(series.pk, stretch.start, stretch.end, ROWS_SHOWN)
    return {
        "stretch": stretch,
        "total": drawing.total,
        "step": drawing.step,
        "newest": newest,
        "sentence": _sentence(series, stretch, drawing),
        "figure": series_figure(
            drawing,
            str(series),
            unit=series.unit,
            levels=[(check.bound, check.name) for check in checks if check.is_active],
            spans=spans,
        ),
        "table": Table([_("Moment"), series.unit or _("Value")], newest),
        "csv_url": reverse("series_csv", args=[series.use_case.slug, series.uid]) + f"?{stretch.query}",
    }


def _sentence(series: Series, stretch: ranges.Stretch, drawing: points.Drawing) -> str:
    if not drawing.total:
        return _("No point between %(start)s and %(end)s.") % {
            "start": wording.day(stretch.start),
            "end": wording.day(stretch.end),
        }
    return ngettext(
        "Last value %(value)s, %(age)s; between %(low)s and %(high)s over the %(number)s point shown.",
        "Last value %(value)s, %(age)s; between %(low)s and %(high)s over the %(number)s points shown.",
        drawing.total,
    ) % {
        "value": wording.number(series.latest.value, unit=series.unit),
        "age": wording.ago(series.latest.ts),
        "low": wording.number(min(drawing.y)),
        "high": wording.number(max(drawing.y), unit=series.unit),
        "number": wording.number(drawing.total),
    }


def _standing(counts: dict[str, int]) -> str:
    failing = counts.get(Health.ERROR, 0) + counts.get(Health.WARNING, 0)
    unknown = counts.get(Health.UNKNOWN, 0)
    if failing:
        sentence = ngettext(
            "%(number)s use case out of %(total)s needs somebody.",
            "%(number)s use cases out of %(total)s need somebody.",
            failing,
        )
        return sentence % {"number": failing, "total": sum(counts.values())}
    if unknown:
        sentence = ngettext(
            "Nothing is known to be wrong; of %(number)s use case nothing is known.",
            "Nothing is known to be wrong; of %(number)s use cases nothing is known.",
            unknown,
        )
        return sentence % {"number": unknown}
    return _("Every use case is healthy.") if counts else ""


def _with_check(incidents: QuerySet[Incident]) -> QuerySet[Incident]:
    return incidents.select_related("check_that_failed__series__site", "use_case__team", "owner", "resolved_by")


def _context(use_case: UseCase) -> dict[str, object]:
    return {"use_case": use_case, "section": "monitoring", "nav": "portfolio"}
