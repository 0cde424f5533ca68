"""Pages of KPIs and their measurements."""

import json
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Case, When
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal import registry
from portal.errors import BadInput
from portal.people import rights
from portal.registry import Mark
from portal.ui.as_of import shows_the_past
from portal.ui.tables import Listing, answer
from usecases.catalog.models import Site, UseCase
from usecases.catalog.visible import SignedInRequest, use_case_or_404
from usecases.kpis import actions
from usecases.kpis.charts import kpi_figure, kpi_table
from usecases.kpis.forms import DecisionForm, KPIForm, add_problems
from usecases.kpis.measured import effects
from usecases.kpis.models import KPI
from usecases.kpis.standing import latest, standings
from usecases.kpis.table import measurements_table
from usecases.kpis.telling import cautions, changes, figures, said
from usecases.kpis.totals import EVERY, Only
from usecases.kpis.transitions import waiting, within_reach
from usecases.kpis.verdict import verdict


@shows_the_past
@require_GET
def kpis(request: SignedInRequest, slug: str) -> HttpResponse:
    """The KPIs of a use case, each with where it stands."""
    use_case = use_case_or_404(request, slug)
    found = list(KPI.objects.filter(use_case=use_case).with_waiting().select_related("owner"))
    last, measured = latest(found), effects(found)
    cards = [
        {
            "kpi": kpi,
            "standing": last.get(kpi.pk),
            "measured": measured[kpi.pk],
            "said": said(measured[kpi.pk]),
            "cautions": cautions(measured[kpi.pk]),
        }
        for kpi in found
    ]
    return render(request, "usecases/kpis/list.html", context_of(use_case, cards=cards))


@shows_the_past
@require_http_methods(["GET", "HEAD", "POST"])
def kpi(request: SignedInRequest, slug: str, number: int) -> HttpResponseBase:
    """One KPI: a sentence, the chart, the measurements."""
    use_case, kpi = kpi_or_404(request, slug, number)
    measured_at = Site.objects.filter(pk__in=kpi.measurements.order_by().values("site"))
    sites = list(measured_at)
    site = next((one for one in sites if one.slug == request.GET.get("site")), None)
    measured = kpi.measurements.filter(site=site) if site else kpi.measurements.all()
    only = Only(sites=[site.pk]) if site else EVERY
    points, changed = standings(kpi, only), effects([kpi], only)[kpi.pk]
    marks = _went_live(use_case, site)
    known = [point for point in points if point.estimate is not None]
    listed = measured.select_related("kpi__use_case", "site", "validated_by", "recorded_by")
    mine = Case(When(within_reach(kpi, request.user), then=True), default=False)
    validates = rights.can(request.user, "kpi.validate", use_case.team)
    table = measurements_table(kpi, validates=validates)
    listing = Listing(table, request, listed.annotate(may_validate=mine))
    context = context_of(
        use_case,
        kpi=kpi,
        sites=sites,
        site=site,
        last=points[-1] if points else None,
        changed=changed,
        said=said(changed, marks),
        cautions=cautions(changed),
        others=figures(changed),
        verdict=verdict(kpi, only=only),
        mine=waiting(kpi, request.user),
        # The most precise period says how many decimals the column deserves.
        digits=max((point.digits for point in points), default=None),
        figure=_figure(kpi, known, marks) if known else None,
        figure_table=_table(known),
        measured=bool(points) or kpi.measurements.exists(),
        api_url=settings.PUBLIC_URL + reverse("api_measurements", args=[use_case.slug, kpi.number]),
        api_example=json.dumps({"measurements": [example_of(kpi)]}),
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
    context = context_of(use_case, form=form, kpi=None)
    return render(request, "usecases/kpis/form.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def kpi_edit(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Change what a KPI says."""
    use_case, kpi = kpi_or_404(request, slug, number)
    rights.require(request.user, "kpi.define", use_case.team)
    initial = {name: getattr(kpi, name) for name in KPIForm.Meta.fields}
    form = KPIForm(request.POST or None, use_case=use_case, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_kpi(kpi, by=request.user, **form.cleaned_data)
        except BadInput as refusal:
            add_problems(form, refusal)
        else:
            messages.success(request, _("The KPI is changed; the version before is kept."))
            return redirect("kpi", use_case.slug, kpi.number)
    context = context_of(use_case, form=form, kpi=kpi)
    return render(request, "usecases/kpis/form.html", context, status=400 if form.errors else 200)


@shows_the_past
@require_GET
def kpi_versions(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """What a KPI said, version by version, what changed from one to the next, and who agreed on it."""
    use_case, kpi = kpi_or_404(request, slug, number)
    versions = list(kpi.versions.select_related("by").prefetch_related("agreements__by"))
    before = [*versions[1:], None]
    told = [(version, changes(kpi, version, earlier)) for version, earlier in zip(versions, before, strict=True)]
    return render(request, "usecases/kpis/versions.html", context_of(use_case, kpi=kpi, versions=told))


@require_http_methods(["GET", "POST"])
def kpi_decide(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Sign, on stated evidence, whether a KPI is better than the system in place."""
    use_case, kpi = kpi_or_404(request, slug, number)
    rights.require(request.user, "kpi.decide", use_case.team)
    form = DecisionForm(request.POST or None, initial={"seen": kpi.version})
    if request.method == "POST" and form.is_valid():
        actions.decide(kpi, by=request.user, **form.cleaned_data)
        messages.success(request, _("The decision is signed."))
        return redirect("kpi", use_case.slug, kpi.number)
    changed = effects([kpi])[kpi.pk]
    decisions = kpi.decisions.select_related("by")[:10]
    context = context_of(use_case, kpi=kpi, form=form, said=said(changed), decisions=decisions)
    return render(request, "usecases/kpis/decide.html", context, status=400 if form.errors else 200)


@require_POST
def kpi_headline(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Make this KPI the headline."""
    use_case, kpi = kpi_or_404(request, slug, number)
    actions.make_headline(kpi, by=request.user)
    messages.success(request, _("“%(kpi)s” is the headline now.") % {"kpi": kpi})
    return redirect("kpi", use_case.slug, kpi.number)


def kpi_or_404(request: SignedInRequest, slug: str, number: int) -> tuple[UseCase, KPI]:
    """The use case and its KPI, with what waits in it. Raises Http404."""
    use_case = use_case_or_404(request, slug)
    kpi = get_object_or_404(KPI.objects.with_waiting().select_related("owner"), use_case=use_case, number=number)
    kpi.use_case = use_case
    return use_case, kpi


def context_of(use_case: UseCase, **more: Any) -> dict[str, Any]:
    """What every page of the tab needs."""
    return {"use_case": use_case, "section": "kpis", "nav": "portfolio", **more}


def _figure(kpi: KPI, points: list[Any], marks: Sequence[Mark]) -> Any:
    return kpi_figure(
        points,
        marks=marks,
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


def example_of(kpi: KPI) -> dict[str, Any]:
    """A measurement as a machine would send it."""
    return {"period_start": "2026-05-04", "value": kpi.target or 18.2, "standard_error": 0.4, "n": 10614}


def _went_live(use_case: UseCase, site: Site | None) -> list[Mark]:
    """What went live, as the feature above tells it."""
    marks = registry.went_live(use_case)
    return marks if site is None else [mark for mark in marks if site.name in mark.label]
