"""Steering: how far use cases come, how long it takes, what they cost and bring, what was decided."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.contrib import messages
from django.db.models import Max, QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal import clock
from portal.audit.models import Event
from portal.errors import BadInput
from portal.memory import remembered
from portal.people import rights
from portal.people.models import User
from portal.ui.as_of import shows_the_past
from portal.ui.tables import Listing, Table, answer
from usecases.catalog.forms import explain
from usecases.catalog.models import UseCase
from usecases.catalog.visible import SignedInRequest, use_case_or_404
from usecases.roi.totals import Total, totals
from usecases.steering import actions, lists, tables
from usecases.steering.forms import DecideForm, LessonForm
from usecases.steering.leads import Leads, leads
from usecases.steering.models import Lesson, SteeringDecision
from usecases.steering.tables import known
from usecases.steering.transitions import CLOSED

FORM = require_http_methods(["GET", "HEAD", "POST"])
# Of each list on the first page; the rest is on its own page.
SHOWN = 6
KEPT = 60  # seconds
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Summary:
    """What the first page adds up over the use cases of its list, and the first of what happened to them."""

    leads: Leads
    totals: list[Total]
    stopped: list[Any]
    decided: list[SteeringDecision]
    cursed: list[Any]
    cursed_count: int


def summary(user: User, found: QuerySet[Any], as_of: datetime | None, key: str) -> Summary:
    """Added up from everything recorded until now, a minute ago at most; `key` names what is asked for.

    Whoever sees steering sees every use case: it is the same for all of them.
    """

    def add_up() -> Summary:
        every = found.order_by().select_related(None)
        # What is looked back at is rewound, and needs its fields.
        cases = list(every if as_of else every.defer(None).only("pk", "currency"))
        stopped = lists.stops(user, as_of).filter(use_case__in=found.values("pk")).order_by("-occurred_at", "-id")
        decided = SteeringDecision.objects.filter(use_case__in=found.values("pk"), occurred_at__lte=clock.now())
        cursed = lists.cursed(found)
        return Summary(
            leads=leads([one.pk for one in cases], as_of or clock.now()),
            totals=totals(cases, as_of),
            stopped=lists.dress_stops(list(stopped[:SHOWN])),
            decided=list(decided.select_related("use_case", "by")[:SHOWN]),
            cursed=lists.dress_curse(list(cursed[:SHOWN])),
            cursed_count=cursed.order_by().values("use_case").distinct().count(),
        )

    last = Event.objects.aggregate(last=Max("pk"))["last"]
    return remembered(f"steering:{key}:{get_language()}:{as_of}:{last}", add_up, KEPT)


@require_safe
@shows_the_past
def steering(request: SignedInRequest) -> HttpResponseBase:
    """The whole portfolio as the head of AI reads it, filtered, as of a day."""
    user, as_of = request.user, clock.past()
    rights.require(user, "steering.view")
    listing = Listing(tables.table(as_of), request, known(user, as_of), as_of=as_of)
    found = listing.found.order_by()
    context = {
        "nav": "steering",
        "body": "usecases/steering/body.html",
        "empty": "usecases/steering/empty.html",
        "day": timezone.localdate(as_of) if as_of else None,
        "kept": [(name, value) for name, value in listing.hidden() if name != "as_of"],
        "today": timezone.localdate(),
        "summary": SimpleLazyObject(lambda: summary(user, found, as_of, listing.state.query())),
        "may_decide": rights.can(user, "portfolio.decide"),
    }
    return answer(request, "usecases/steering/steering.html", context, listing)


def _list(request: SignedInRequest, table: Table, rows: QuerySet[Any], **more: Any) -> HttpResponseBase:
    listing = Listing(table, request, rows, as_of=more.pop("as_of", None))
    context = {"nav": "steering", "empty": "usecases/steering/empty.html", **more}
    return answer(request, "usecases/steering/list.html", context, listing)


@require_safe
@shows_the_past
def stopped(request: SignedInRequest) -> HttpResponseBase:
    """What was stopped, why, and what was learnt."""
    rights.require(request.user, "steering.view")
    as_of = clock.past()
    return _list(request, lists.STOPPED, lists.stops(request.user, as_of), as_of=as_of)


@require_safe
def decisions(request: SignedInRequest) -> HttpResponseBase:
    """What steering decided, newest first."""
    rights.require(request.user, "steering.view")
    visible = UseCase.objects.visible_to(request.user).values("pk")
    taken = SteeringDecision.objects.filter(use_case__in=visible).select_related("use_case", "by")
    return _list(request, lists.DECISIONS, taken)


@require_safe
def curse(request: SignedInRequest) -> HttpResponseBase:
    """Every curse signal on a use case that goes on, the oldest first."""
    rights.require(request.user, "steering.view")
    return _list(request, lists.CURSE, lists.cursed(UseCase.objects.visible_to(request.user)))


@FORM
def decide(request: SignedInRequest, slug: str) -> HttpResponse:
    """Fund, pause or stop a use case."""
    user = request.user
    use_case = use_case_or_404(request, slug)
    rights.require(user, "portfolio.decide", use_case.team)
    form = DecideForm(request.POST) if request.method == "POST" else DecideForm.showing(use_case)
    if form.is_bound and form.is_valid():
        try:
            actions.decide(use_case, by=user, **form.decided)
        except BadInput as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("It is decided, and the team is told."))
            return redirect("steering_decide", slug=slug)
    [row] = tables.rows([use_case])
    context = {
        "nav": "steering",
        "use_case": use_case,
        "section": "edit",
        "form": form,
        "row": row,
        "closed": use_case.stage in CLOSED,
        "taken": use_case.steering_decisions.select_related("by"),
    }
    return render(request, "usecases/steering/decide.html", context, status=400 if form.errors else 200)


@FORM
def lesson_new(request: SignedInRequest, slug: str) -> HttpResponse:
    """Say what was learnt from a use case that was stopped or retired."""
    user = request.user
    use_case = use_case_or_404(request, slug)
    rights.require(user, "lesson.write", use_case.team)
    form = LessonForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            actions.say_learnt(use_case, form.cleaned_data["text"], by=user)
        except BadInput as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("It is kept, under your name."))
            return redirect("lesson_new", slug=slug)
    context = {
        "nav": "portfolio",
        "use_case": use_case,
        "section": "edit",
        "form": form,
        "closed": use_case.stage in CLOSED,
        "lessons": Lesson.objects.filter(use_case=use_case).select_related("by"),
    }
    return render(request, "usecases/steering/lesson_new.html", context, status=400 if form.errors else 200)
