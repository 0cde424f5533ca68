"""Pages of measurements: type, send a file, correct, reject, validate, read again."""

import csv

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal import clock
from portal.errors import BadInput, Refused
from portal.people import rights
from portal.ui.as_of import shows_the_past
from portal.ui.sheets import harmless
from usecases.catalog.visible import SignedInRequest
from usecases.kpis import actions, rows
from usecases.kpis.forms import (
    CorrectionForm,
    MeasurementForm,
    RejectionForm,
    SeenAllForm,
    SeenForm,
    UploadForm,
    add_problems,
)
from usecases.kpis.models import KPI, Measurement, Source
from usecases.kpis.recording import Recorded
from usecases.kpis.standing import period_in_words
from usecases.kpis.views import context_of, example_of, kpi_or_404


@require_http_methods(["GET", "POST"])
def measurement_new(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Type one measurement."""
    use_case, kpi = kpi_or_404(request, slug, number)
    rights.require(request.user, "kpi.measure", use_case.team)
    form = MeasurementForm(request.POST or None, use_case=use_case, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            kept = actions.record_measurements(kpi, [form.cleaned_data], by=request.user, source=Source.TYPED)
        except BadInput as refusal:
            add_problems(form, refusal)
        else:
            messages.success(request, _kept(kept))
            return redirect("kpi", use_case.slug, kpi.number)
    context = context_of(use_case, kpi=kpi, form=form)
    return render(request, "usecases/kpis/measurement.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def measurements_upload(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Send a CSV file of measurements; nothing is kept when one line is wrong."""
    use_case, kpi = kpi_or_404(request, slug, number)
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
    context = context_of(use_case, kpi=kpi, form=form, refused=refused, columns=rows.COLUMNS, sample=example_of(kpi))
    return render(request, "usecases/kpis/upload.html", context, status=400 if form.errors or refused else 200)


@require_POST
def measurement_validate(request: SignedInRequest, slug: str, number: int, uid: str) -> HttpResponse:
    """Validate one measurement, as it was when the page was read."""
    use_case, kpi = kpi_or_404(request, slug, number)
    measurement = _measurement(kpi, uid)
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
    use_case, kpi = kpi_or_404(request, slug, number)
    form = SeenAllForm(request.POST)
    if not form.is_valid():
        raise BadInput(_("Say how many measurements you validate."))
    validated = actions.validate_all(
        kpi, by=request.user, seen=form.cleaned_data["number"], seal=form.cleaned_data["seal"] or None
    )
    said = ngettext("%(number)s measurement is validated.", "%(number)s measurements are validated.", validated)
    messages.success(request, said % {"number": validated})
    return redirect("kpi", use_case.slug, kpi.number)


@shows_the_past
@require_GET
def measurement(request: SignedInRequest, slug: str, number: int, uid: str) -> HttpResponse:
    """One measurement: what it says, what it said before, who changed it and why; to correct it, or to reject it."""
    _use_case, kpi = kpi_or_404(request, slug, number)
    found = _measurement(kpi, uid)
    return _measurement_page(request, kpi, found, CorrectionForm(initial=_figures(found)), _rejection(found))


@require_POST
def measurement_correct(request: SignedInRequest, slug: str, number: int, uid: str) -> HttpResponse:
    """Correct a measurement, as it was when the page was read."""
    use_case, kpi = kpi_or_404(request, slug, number)
    found = _measurement(kpi, uid)
    rights.require(request.user, "kpi.measure", use_case.team, found.place)
    form = CorrectionForm(request.POST)
    if form.is_valid():
        _require_seen(found, form.cleaned_data.pop("seen"))
        try:
            actions.correct(found, by=request.user, **form.cleaned_data)
        except BadInput as refusal:
            add_problems(form, refusal)
        else:
            messages.success(request, _("The measurement is corrected. The business validates it again."))
            return redirect("measurement", use_case.slug, kpi.number, found.uid)
    return _measurement_page(request, kpi, found, form, _rejection(found), status=400)


@require_POST
def measurement_reject(request: SignedInRequest, slug: str, number: int, uid: str) -> HttpResponse:
    """Reject a measurement, as it was when the page was read."""
    use_case, kpi = kpi_or_404(request, slug, number)
    found = _measurement(kpi, uid)
    rights.require(request.user, "kpi.validate", use_case.team, found.place)
    form = RejectionForm(request.POST)
    if form.is_valid():
        _require_seen(found, form.cleaned_data["seen"])
        actions.reject(found, by=request.user, reason=form.cleaned_data["reason"])
        messages.success(request, _("The measurement is rejected: it counts nowhere until it is corrected."))
        return redirect("measurement", use_case.slug, kpi.number, found.uid)
    return _measurement_page(request, kpi, found, CorrectionForm(initial=_figures(found)), form, status=400)


@shows_the_past
@require_GET
def measurements_csv(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Every measurement, with the columns of the upload and its status."""
    use_case, kpi = kpi_or_404(request, slug, number)
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
                one.reference_n,
                one.conversions,
                one.reference_conversions,
                one.numerator,
                one.denominator,
                one.status,
                one.source,
                harmless(one.validated_by.username) if one.validated_by else "",
            ]
        )
    return response


def _measurement(kpi: KPI, uid: str) -> Measurement:
    rows = Measurement.objects.select_related("kpi__use_case__team", "site", "recorded_by", "validated_by")
    return get_object_or_404(rows, kpi=kpi, uid=uid)


def _figures(found: Measurement) -> dict[str, object]:
    """What the form begins with: what was sent, without what follows from it."""
    figures = {name: getattr(found, name) for name in CorrectionForm.base_fields if hasattr(found, name)}
    derived = [] if found.conversions is None else ["value", "standard_error"]
    derived += [] if found.reference_conversions is None else ["reference_value", "reference_standard_error"]
    derived += [] if found.numerator is None else ["value"]
    return {**figures, **dict.fromkeys(derived), "seen": found.state}


def _rejection(found: Measurement) -> RejectionForm:
    return RejectionForm(initial={"seen": found.state})


def _require_seen(found: Measurement, seen: str) -> None:
    """Raise Refused unless this is the state that was read."""
    if seen != found.state:
        raise Refused(_("This measurement was validated or corrected in the meantime: look at it again."))


def _measurement_page(
    request: SignedInRequest,
    kpi: KPI,
    found: Measurement,
    correction: CorrectionForm,
    rejection: RejectionForm,
    status: int = 200,
) -> HttpResponse:
    context = context_of(
        kpi.use_case,
        kpi=kpi,
        measurement=found,
        period=period_in_words(kpi, found.period_start, found.period_end),
        revisions=found.revisions.filter(replaced_at__lte=clock.now()).select_related(
            "recorded_by", "validated_by", "replaced_by"
        ),
        correction=correction,
        rejection=rejection,
    )
    return render(request, "usecases/kpis/one.html", context, status=status)


def _kept(kept: Recorded) -> str:
    return _("Kept: %(recorded)s new, %(updated)s corrected, %(unchanged)s unchanged. The business validates them.") % {
        "recorded": kept.recorded,
        "updated": kept.updated,
        "unchanged": kept.unchanged,
    }
