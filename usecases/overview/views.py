"""Home, the overview of a use case, its journal."""

from datetime import timedelta

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_GET

from portal import clock, registry
from portal.audit.models import Event
from portal.journal import export
from portal.journal import listing as journals
from portal.people import rights
from portal.people.models import User
from portal.talk import feed
from portal.ui.as_of import shows_the_past
from usecases.catalog.views import teams_to_create_in
from usecases.catalog.visible import SignedInRequest, use_case_or_404
from usecases.curse.raised import signs
from usecases.overview import charts
from usecases.overview import home as homes
from usecases.overview.header import gate_ahead, gate_behind
from usecases.overview.iceberg import iceberg
from usecases.problems.models import Problem

PERIODS: dict[str, timedelta | None] = {"30d": timedelta(days=30), "13w": timedelta(weeks=13), "all": None}
USUAL = "13w"
RECENT = 8
# Problems that stand on the overview.
TOP = 3


def _period(request: SignedInRequest) -> str:
    period = request.GET.get("period", USUAL)
    return period if period in PERIODS else USUAL


@require_GET
def home(request: SignedInRequest) -> HttpResponse:
    """What needs me, what is not well, the rest as counts."""
    user = request.user
    items = registry.inbox(user)
    kind = request.GET.get("kind", "")
    context = {
        "nav": "home",
        "greeting": homes.greeting(timezone.localtime().hour, user.first_name or user.username),
        "items": [item for item in items if item.kind == kind] if kind else items,
        "waiting": len(items),
        "urgent": sum(item.urgent for item in items),
        "kind": kind,
        "chips": homes.chips(items),
        "not_well": list(homes.not_well(user)[: homes.SHOWN]),
        "counts": homes.counts(user),
        # Asked for only where there is nothing to do.
        "may_create": SimpleLazyObject(lambda: teams_to_create_in(user).exists()),
    }
    return render(request, "usecases/overview/home.html", context)


@shows_the_past
@require_GET
def overview(request: SignedInRequest, slug: str) -> HttpResponse:
    """Where the use case is, whether it is well, what is expected of me, why."""
    use_case = use_case_or_404(request, slug)
    user = request.user
    gate = gate_ahead(use_case)
    behind = None if gate else gate_behind(use_case)
    may_read = rights.can(user, "journal.view", use_case.team)
    problems = list(Problem.objects.filter(use_case=use_case).open().select_related("use_case", "owner"))
    at = clock.past()
    if at is not None:
        Problem.as_they_were(problems, at)
    context = {
        "nav": "portfolio",
        "use_case": use_case,
        "section": "overview",
        "top": problems[:TOP],
        "burden": use_case.problems.burden(),
        "gate_ahead": gate,
        "gate_behind": behind,
        "sides": iceberg(gate or behind, problems, use_case),
        "period": _period(request),
        # Which signals were raised on a day of the past was not kept.
        "signs": signs([use_case]).get(use_case.pk, []) if clock.past() is None else [],
        "may_read": may_read,
        "feed": feed.of_use_case(slug, events=may_read, number=RECENT),
        # Who may not mend is told what is missing, without a link to a form that would refuse them.
        "may_mend": rights.can(user, "gate.attest", use_case.team),
    }
    return render(request, "usecases/overview/overview.html", context)


@shows_the_past
@require_GET
def timeline(request: SignedInRequest, slug: str) -> HttpResponse:
    """KPI, models, deployments and incidents on one time axis: a page, or for htmx the section of the overview."""
    use_case = use_case_or_404(request, slug)
    period = _period(request)
    now, back = clock.now(), PERIODS[period]
    start = now - back if back else None
    lanes = registry.lanes(use_case, start=start, end=now)
    context = {
        "nav": "portfolio",
        "use_case": use_case,
        "section": "timeline",
        "period": period,
        # Nothing older is hidden: what is shown is all there is.
        "is_whole": start is None or use_case.occurred_at >= start,
        "figure": charts.timeline(lanes, start=start, end=now),
        "sentence": charts.sentence(lanes),
        "table": charts.table(lanes),
        "may_define": rights.can(request.user, "kpi.define", use_case.team),
    }
    alone = "HX-Request" not in request.headers
    return render(request, f"usecases/overview/timeline{'_alone' if alone else ''}.html", context)


@shows_the_past
@require_GET
def journal(request: SignedInRequest, slug: str) -> HttpResponse:
    """What happened to the use case, newest first."""
    use_case = use_case_or_404(request, slug)
    rights.require(request.user, "journal.view", use_case.team)
    wish = journals.Wish.of(request.GET)
    everything = Event.objects.filter(use_case=slug).order_by()
    verbs = everything.values_list("verb", flat=True).distinct()
    context = {
        "nav": "portfolio",
        "use_case": use_case,
        "section": "journal",
        "wish": wish,
        "page": journals.page(journals.asked(Event.objects.filter(use_case=slug), wish), wish),
        "people": User.objects.filter(pk__in=everything.values("actor")).order_by("first_name", "last_name", "pk"),
        "verbs": sorted(((verb, journals.label(verb)) for verb in verbs), key=lambda pair: pair[1]),
    }
    return render(request, "usecases/overview/journal.html", context)


@shows_the_past
@require_GET
def journal_csv(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """The journal that the filters ask for, as CSV."""
    return _journal_file(request, slug, "csv")


@shows_the_past
@require_GET
def journal_xlsx(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """The journal that the filters ask for, as a workbook."""
    return _journal_file(request, slug, "xlsx")


def _journal_file(request: SignedInRequest, slug: str, kind: str) -> HttpResponseBase:
    use_case = use_case_or_404(request, slug)
    rights.require(request.user, "journal.view", use_case.team)
    wish = journals.Wish.of(request.GET)
    asked = journals.asked(Event.objects.filter(use_case=slug), wish)
    return export.answer(kind, asked, wish, request.user, f"{slug}-journal")
