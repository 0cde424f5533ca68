"""Pages of KPIs and their measurements."""

import csv
import json
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.errors import BadInput
from portal.people import rights
from portal.ui.sheets import harmless
from portal.ui.tables import Listing, answer
from usecases.catalog.models import Site, UseCase
from usecases.catalog.visible import SignedInRequest, use_case_or_404
from usecases.kpis import actions, rows
from usecases.kpis.charts import kpi_figure, kpi_table
from usecases.kpis.forms import KPIForm, MeasurementForm, SeenAllForm, SeenForm, UploadForm, add_problems
from usecases.kpis.models import KPI, Measurement, Source
from usecases.kpis.recording import Recorded
from usecases.kpis.standing import latest, standings
from usecases.kpis.table import measurements_table
from usecases.kpis.totals import EVERY, Only


@require_GET
def kpis(request: SignedInRequest, slug: str) -> HttpResponse:
    """The KPIs of a use case, each with where it stands."""
    use_case = use_case_or_404(request, slug)
    found = list(KPI.objects.filter(use_case=use_case).with_waiting().select_related("owner"))
    last = latest(found)
    cards = [{"kpi": kpi, "standing": last.get(kpi.pk)} for kpi in found]
    return render(request, "usecases/kpis/list.html", _context(use_case, cards=cards))


@require_GET
def kpi(request: SignedInRequest, slug: str, number: int) -> HttpResponseBase:
    """One KPI: a sentence, the chart, the measurements."""
    use_case, kpi = _kpi(request, slug, number)
    measured_at = Site.objects.filter(pk__in=kpi.measurements.order_by().values("site"))
    sites = list(measured_at)
    site = next((one for one in sites if one.slug == request.GET.get("site")), None)
    measured = kpi.measurements.filter(site=site) if site else kpi.measurements.all()
    points = standings(kpi, Only(sites=[site.pk]) if site else EVERY)
    known = [point for point in points if point.estimate is not None]
    listed = measured.select_related("site", "validated_by", "recorded_by")
    listing = Listing(measurements_table(kpi), request, listed)
    context = _context(
        use_case,
        kpi=kpi,
        sites=sites,
        site=site,
        last=points[-1] if points else None,
        # The most precise period says how many decimals the column deserves.
        digits=max((point.digits for point in points), default=None),
        figure=_figure(kpi, known) if known else None,
        figure_table=_table(known),
        measured=bool(points),
        api_url=settings.PUBLIC_URL + reverse("api_measurements", args=[use_case.slug, kpi.number]),
        api_example=json.dumps({"measurements": [_example(kpi)]}),
    )
    return answer(request, "usecases/kpis/kpi.html", context, listing)


@require_http_methods(["GET", "POST"])
def kpi_new(request: SignedInRequest, slug: str) -> HttpResponse:
    """Define a KPI."""
    use_case = use_case_or_404(request, slug)
    rights.require(request.user, "kpi.define", use_case.team)
    form = KPIForm(request.POST or None, use_case=use_case, initial={"owner": request.user})
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.define_kpi(use_case, by=request.user, **form.cleaned_data)
        except BadInput as refusal:
            add_problems(form, refusal)
        else:
            messages.success(request, _("The KPI is defined. Now measure it."))
            return redirect("kpi", use_case.slug, made.number)
    context = _context(use_case, form=form, kpi=None)
    return render(request, "usecases/kpis/form.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def kpi_edit(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Change what a KPI says."""
    use_case, kpi = _kpi(request, slug, number)
    rights.require(request.user, "kpi.define", use_case.team)
    initial = {name: getattr(kpi, name) for name in KPIForm.Meta.fields}
    form = KPIForm(request.POST or None, use_case=use_case, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_kpi(kpi, by=request.user, **form.cleaned_data)
        except BadInput as refusal:
            add_problems(form, refusal)
        else:
            messages.success(request, _("The KPI is changed; the journal keeps what it said before."))
            return redirect("kpi", use_case.slug, kpi.number)
    context = _context(use_case, form=form, kpi=kpi)
    return render(request, "usecases/kpis/form.html", context, status=400 if form.errors else 200)


@require_POST
def kpi_headline(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Make this KPI the headline."""
    use_case, kpi = _kpi(request, slug, number)
    actions.make_headline(kpi, by=request.user)
    messages.success(request, _("“%(kpi)s” is the headline now.") % {"kpi": kpi})
    return redirect("kpi", use_case.slug, kpi.number)


@require_http_methods(["GET", "POST"])
def measurement_new(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Type one measurement."""
    use_case, kpi = _kpi(request, slug, number)
    rights.require(request.user, "kpi.measure", use_case.team)
    form = MeasurementForm(request.POST or None, use_case=use_case)
    if request.method == "POST" and form.is_valid():
        try:
            kept = actions.record_measurements(kpi, [form.cleaned_data], by=request.user, source=Source.TYPED)
        except BadInput as refusal:
            add_problems(form, refusal)
        else:
            messages.success(request, _kept(kept))
            return redirect("kpi", use_case.slug, kpi.number)
    context = _context(use_case, kpi=kpi, form=form)
    return render(request, "usecases/kpis/measurement.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def measurements_upload(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Send a CSV file of measurements; nothing is kept when one line is wrong."""
    use_case, kpi = _kpi(request, slug, number)
    rights.require(request.user, "kpi.measure", use_case.team)
    form = UploadForm(request.POST or None, request.FILES or None)
    refused: BadInput | None = None
    if request.method == "POST" and form.is_valid():
        try:
            found, lines = rows.parse_csv(form.cleaned_data["file"].read())
            kept = actions.record_measurements(kpi, found, by=request.user, source=Source.CSV, lines=lines)
        except BadInput as refusal:
            refused = refusal
        else:
            messages.success(request, _kept(kept))
            return redirect("kpi", use_case.slug, kpi.number)
    context = _context(use_case, kpi=kpi, form=form, refused=refused, columns=rows.COLUMNS, sample=_example(kpi))
    return render(request, "usecases/kpis/upload.html", context, status=400 if form.errors or refused else 200)


@require_POST
def measurement_validate(request: SignedInRequest, slug: str, number: int, uid: str) -> HttpResponse:
    """Validate one measurement, as it was when the page was read."""
    use_case, kpi = _kpi(request, slug, number)
    measurement = get_object_or_404(Measurement.objects.select_related("kpi__use_case__team"), kpi=kpi, uid=uid)
    form = SeenForm(request.POST)
    if not form.is_valid():
        raise BadInput(_("Say which value you validate."))
    # Compared with the row in the transition: a correction that arrived meanwhile was not read.
    measurement.value = form.cleaned_data["value"]
    actions.validate(measurement, by=request.user)
    messages.success(request, _("The measurement is validated."))
    return redirect("kpi", use_case.slug, kpi.number)


@require_POST
def measurements_validate_all(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Validate every provisional measurement."""
    use_case, kpi = _kpi(request, slug, number)
    form = SeenAllForm(request.POST)
    if not form.is_valid():
        raise BadInput(_("Say how many measurements you validate."))
    validated = actions.validate_all(kpi, by=request.user, seen=form.cleaned_data["number"])
    said = ngettext("%(number)s measurement is validated.", "%(number)s measurements are validated.", validated)
    messages.success(request, said % {"number": validated})
    return redirect("kpi", use_case.slug, kpi.number)


@require_GET
def measurements_csv(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Every measurement, with the columns of the upload and its status."""
    use_case, kpi = _kpi(request, slug, number)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{use_case.slug}-kpi-{kpi.number}.csv"'
    writer = csv.writer(response)
    writer.writerow([*rows.COLUMNS, "status", "source", "validated_by"])
    for one in kpi.measurements.select_related("site", "validated_by").order_by("period_start", "site__name"):
        writer.writerow(
            [
                one.period_start.isoformat(),
                one.period_end.isoformat(),
                one.site.slug if one.site else "",
                one.value,
                one.n,
                one.standard_error,
                one.reference_value,
                one.reference_standard_error,
                one.status,
                one.source,
                harmless(one.validated_by.username) if one.validated_by else "",
            ]
        )
    return response


def _kpi(request: SignedInRequest, slug: str, number: int) -> tuple[UseCase, KPI]:
    use_case = use_case_or_404(request, slug)
    kpi = get_object_or_404(KPI.objects.with_waiting().select_related("owner"), use_case=use_case, number=number)
    kpi.use_case = use_case
    return use_case, kpi


def _context(use_case: UseCase, **more: Any) -> dict[str, Any]:
    return {"use_case": use_case, "section": "kpis", "nav": "portfolio", **more}


def _figure(kpi: KPI, points: list[Any]) -> Any:
    return kpi_figure(
        points,
        name=kpi.name,
        baseline=kpi.baseline,
        baseline_label=_("system in place"),
        target=kpi.target,
        target_label=_("target"),
    )


def _table(points: list[Any]) -> Any:
    columns = [
        _("Period"),
        _("Value"),
        _("Low (95 %)"),
        _("High (95 %)"),
        _("Against the system in place"),
        _("Low (95 %)"),
        _("High (95 %)"),
    ]
    return kpi_table(points, columns)


def _example(kpi: KPI) -> dict[str, Any]:
    return {"period_start": "2026-05-04", "value": kpi.target or 18.2, "standard_error": 0.4, "n": 10614}


def _kept(kept: Recorded) -> str:
    return _("Kept: %(recorded)s new, %(updated)s corrected, %(unchanged)s unchanged. The business validates them.") % {
        "recorded": kept.recorded,
        "updated": kept.updated,
        "unchanged": kept.unchanged,
    }
