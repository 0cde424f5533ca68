"""Pages of cost and value."""

import json
from typing import Any

from django import forms as django_forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal import clock
from portal.errors import BadInput
from portal.people import rights
from portal.people.models import Team
from portal.ui.as_of import shows_the_past
from portal.ui.charts import Table
from portal.ui.tables import Listing, answer
from usecases.catalog.models import UseCase
from usecases.catalog.visible import SignedInRequest, use_case_or_404
from usecases.kpis.rows import parse_csv
from usecases.roi import actions, charts, rows, verdict
from usecases.roi.account import Account, accounts, book, effort
from usecases.roi.forms import CaseForm, CostForm, CostsForm, RateForm, StrikeForm, add_problems, as_lines
from usecases.roi.models import BusinessCase, CaseStatus, Cost, CostKind, DayRate
from usecases.roi.table import COSTS, RATES


@shows_the_past
@require_GET
def roi(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """What was spent, what was expected, what came in: one account per currency; where the effort went; the costs."""
    use_case = use_case_or_404(request, slug)
    # Looking back, only what was recorded, set and validated by then.
    at = clock.past()
    costs = Cost.objects.filter(use_case=use_case).standing(at).priced(at)
    listing = Listing(COSTS, request, costs.select_related("recorded_by", "use_case"), as_of=at)
    written = book(use_case, at)
    worked = effort(use_case, at, written)
    context = _context(
        use_case,
        accounts=[_shown(one) for one in accounts(use_case, at, written)],
        effort=worked,
        effort_sentence=verdict.effort_sentence(worked),
        split=_split(worked.months) if worked.months else None,
        valued=use_case.kpis.filter(unit_value__isnull=False),
        case=written.case,
        draft=written.draft if at is None else None,
        may_record=rights.can(request.user, actions.RECORD, use_case.team),
        may_validate=rights.can(request.user, actions.VALIDATE, use_case.team),
        empty="usecases/roi/costs_empty.html",
    )
    return answer(request, "usecases/roi/roi.html", context, listing)


@require_http_methods(["GET", "POST"])
def cost_new(request: SignedInRequest, slug: str) -> HttpResponse:
    """Record a cost."""
    use_case = use_case_or_404(request, slug)
    rights.require(request.user, actions.RECORD, use_case.team)
    first = timezone.localdate(clock.now(), timezone.get_default_timezone()).replace(day=1)
    form = CostForm(request.POST or None, use_case=use_case, initial={"period_start": first})
    if request.method == "POST" and form.is_valid():
        try:
            actions.record_cost(use_case, by=request.user, **form.cleaned_data)
        except BadInput as refusal:
            add_problems(form, refusal)
        else:
            messages.success(request, _("The cost is recorded."))
            return redirect("roi", slug)
    return _form(request, use_case, form, cost=None)


@require_http_methods(["GET", "POST"])
def costs_upload(request: SignedInRequest, slug: str) -> HttpResponse:
    """Send a CSV file of costs; nothing is kept when one line is wrong, nothing twice when it is sent again."""
    use_case = use_case_or_404(request, slug)
    rights.require(request.user, actions.RECORD, use_case.team)
    form = CostsForm(request.POST or None, request.FILES or None)
    refused: BadInput | None = None
    if request.method == "POST" and form.is_valid():
        try:
            found, lines = parse_csv(form.cleaned_data["file"].read(), rows.LAYOUT)
            kept = actions.record_costs(use_case, found, by=request.user, lines=lines)
        except BadInput as refusal:
            refused = refusal
        else:
            told = {"recorded": kept.recorded, "unchanged": kept.unchanged}
            messages.success(request, _("Kept: %(recorded)s new, %(unchanged)s there already.") % told)
            return redirect("roi", slug)
    context = _context(use_case, form=form, refused=refused, columns=rows.COLUMNS, kinds=CostKind.choices)
    context["api_url"] = settings.PUBLIC_URL + reverse("api_costs_batch", args=[slug])
    context["api_example"] = json.dumps({"costs": [rows.EXAMPLE]})
    return render(request, "usecases/roi/upload.html", context, status=400 if form.errors or refused else 200)


@require_http_methods(["GET", "POST"])
def cost_correct(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Record a cost again as it should have been; the former one is struck out."""
    cost = _cost(request, slug, number)
    rights.require(request.user, actions.RECORD, cost.use_case.team)
    initial = {name: getattr(cost, name) for name in actions.CostFacts.__annotations__}
    form = CostForm(request.POST or None, use_case=cost.use_case, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.correct_cost(cost, by=request.user, **form.cleaned_data)
        except BadInput as refusal:
            add_problems(form, refusal)
        else:
            messages.success(request, _("The cost is corrected; the journal keeps the former one."))
            return redirect("roi", slug)
    return _form(request, cost.use_case, form, cost=cost, strike_form=StrikeForm())


@require_POST
def cost_strike(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Count a cost no longer."""
    cost = _cost(request, slug, number)
    form = StrikeForm(request.POST)
    if form.is_valid():
        try:
            actions.strike_cost(cost, by=request.user, reason=form.cleaned_data["reason"])
        except BadInput as refusal:
            add_problems(form, refusal)
        else:
            messages.success(request, _("The cost no longer counts."))
            return redirect("roi", slug)
    initial = {name: getattr(cost, name) for name in actions.CostFacts.__annotations__}
    again = CostForm(use_case=cost.use_case, initial=initial)
    return _form(request, cost.use_case, again, cost=cost, strike_form=form)


@require_http_methods(["GET", "POST"])
def business_case_new(request: SignedInRequest, slug: str) -> HttpResponse:
    """Write the business case, from the one that stands."""
    use_case = use_case_or_404(request, slug)
    rights.require(request.user, actions.RECORD, use_case.team)
    last = use_case.business_cases.exclude(status=CaseStatus.REPLACED).first()
    initial = {"assumptions": last.assumptions, "months": as_lines(last.months.all())} if last else {}
    form = CaseForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.write_case(use_case, by=request.user, **form.cleaned_data)
        except BadInput as refusal:
            add_problems(form, refusal)
        else:
            messages.success(request, _("The business case is written. The business validates it."))
            return redirect("roi", slug)
    context = _context(use_case, form=form)
    return render(request, "usecases/roi/case_form.html", context, status=400 if form.errors else 200)


@require_POST
def business_case_validate(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Validate a business case."""
    use_case = use_case_or_404(request, slug)
    case = get_object_or_404(BusinessCase, use_case=use_case, number=number)
    case.use_case = use_case
    actions.validate_case(case, by=request.user)
    messages.success(request, _("The business case is validated: value will be held against it."))
    return redirect("roi", slug)


@require_http_methods(["GET", "POST"])
def day_rates(request: SignedInRequest) -> HttpResponseBase:
    """What a day is counted at, in the organisation and in its teams."""
    rights.require(request.user, actions.RATE_OF_ALL)
    return _rates(request, None, DayRate.objects.all())


@require_http_methods(["GET", "POST"])
def team_day_rates(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """What a day of this team is counted at."""
    user = request.user
    seen = Team.objects.all() if rights.sees_everything(user) else Team.objects.filter(pk__in=rights.team_ids(user))
    team = get_object_or_404(seen, slug=slug)
    if request.method == "POST":
        rights.require(user, actions.RATE, team)
    return _rates(request, team, DayRate.objects.filter(team__in=[team]) | DayRate.objects.filter(team=None))


def _rates(request: SignedInRequest, team: Team | None, rates: Any) -> HttpResponseBase:
    today = timezone.localdate(clock.now(), timezone.get_default_timezone())
    form = RateForm(request.POST or None, initial={"valid_from": today.replace(month=1, day=1)})
    if form.is_valid():
        try:
            actions.set_rate(team=team, by=request.user, **form.cleaned_data)
        except BadInput as refusal:
            add_problems(form, refusal)
        else:
            messages.success(request, _("The day rate is set."))
            return redirect("team_day_rates", team.slug) if team else redirect("day_rates")
    listing = Listing(RATES, request, rates.select_related("team", "set_by"))
    context = {
        "nav": "portfolio" if team else "admin",
        "team": team,
        "form": form,
        "may_set": rights.can(request.user, actions.RATE if team else actions.RATE_OF_ALL, team),
        "empty": "usecases/roi/rates_empty.html",
    }
    return answer(request, "usecases/roi/rates.html", context, listing, status=400 if form.errors else 200)


def _shown(account: Account) -> dict[str, Any]:
    """An account with its sentences and its figure."""
    names = {"cost": _("Spent"), "expected": _("Expected value"), "realised": _("Realised value")}
    today = timezone.localdate(clock.now(), timezone.get_default_timezone())
    columns = [
        _("Month"),
        _("Cost"),
        _("Expected value"),
        _("Realised value"),
        _("Spent so far"),
        _("Expected so far"),
        _("Realised so far"),
        _("Low (95 %)"),
        _("High (95 %)"),
        _("Net so far"),
    ]
    return {
        "account": account,
        "key": f"roi-{account.currency.lower()}",
        "sums": account.sums,
        "sentence": verdict.sentence(account.sums),
        "paybacks": verdict.paybacks(account) if account.months else "",
        "cautions": verdict.cautions(account.sums),
        "figure": charts.account_figure(account.months, until=today, names=names) if account.months else None,
        "table": charts.account_table(account.months, columns),
    }


def _split(months: Any) -> dict[str, Any]:
    names = {str(kind): str(kind.label) for kind in CostKind}
    kinds = list(names)
    columns: list[Any] = [_("Month"), *(f"{names[kind]} ({_('person-days')})" for kind in kinds), _("ML share (%)")]
    table: Table = charts.split_table(months, kinds, columns)
    return {"figure": charts.split_figure(months, names=names, average=_("ML so far")), "table": table}


def _cost(request: SignedInRequest, slug: str, number: int) -> Cost:
    use_case = use_case_or_404(request, slug)
    cost = get_object_or_404(Cost.objects.standing(), use_case=use_case, number=number)
    cost.use_case = use_case
    return cost


def _form(request: SignedInRequest, use_case: UseCase, form: django_forms.Form, **more: Any) -> HttpResponse:
    strike = more.get("strike_form")
    wrong = form.errors or (strike is not None and strike.errors)
    context = _context(use_case, form=form, **more)
    return render(request, "usecases/roi/cost_form.html", context, status=400 if wrong else 200)


def _context(use_case: UseCase, **more: Any) -> dict[str, Any]:
    return {"use_case": use_case, "section": "kpis", "nav": "portfolio", **more}
