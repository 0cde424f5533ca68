"""Pages of problems and debts."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal import clock
from portal.errors import BadInput
from portal.people import rights
from portal.ui.as_of import shows_the_past
from portal.ui.tables import Listing, answer
from usecases.catalog.models import UseCase
from usecases.catalog.visible import SignedInRequest, use_case_or_404
from usecases.problems import actions
from usecases.problems.forms import CommentForm, DropForm, ProblemForm, RankForm, add_problems
from usecases.problems.models import IceFace, Problem
from usecases.problems.table import PROBLEMS, PROBLEMS_THEN


@shows_the_past
@require_http_methods(["GET", "POST"])
def problems(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """The problems and debts of a use case, in the order in which they are to be solved."""
    use_case = use_case_or_404(request, slug)
    everything = use_case.problems.known()
    table = PROBLEMS if clock.past() is None else PROBLEMS_THEN
    listing = Listing(table, request, everything.select_related("owner", "use_case__team"))
    context = _context(
        use_case,
        burden=everything.burden(),
        any=everything.exists(),
        last=everything.open().count(),
        may_keep=rights.can(request.user, actions.VERB, use_case.team),
        empty="usecases/problems/empty.html",
    )
    return answer(request, "usecases/problems/problems.html", context, listing)


@shows_the_past
@require_GET
def problem(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """One of them: what, whose, until when, at what cost, what happened."""
    return _page(request, _problem(request, slug, number))


@require_http_methods(["GET", "POST"])
def problem_new(request: SignedInRequest, slug: str) -> HttpResponse:
    """Write one down."""
    use_case = use_case_or_404(request, slug)
    rights.require(request.user, actions.VERB, use_case.team)
    face = request.GET.get("face")
    initial = {"face": face if face in IceFace.values else None, "owner": request.user}
    form = ProblemForm(request.POST or None, use_case=use_case, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.raise_problem(use_case, by=request.user, **form.cleaned_data)
        except BadInput as refusal:
            add_problems(form, refusal)
        else:
            messages.success(request, _("It is written down, in place %(rank)s.") % {"rank": made.rank})
            return redirect("problems", slug)
    context = _context(use_case, form=form, problem=None)
    return render(request, "usecases/problems/form.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def problem_edit(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Change what is said of it."""
    problem = _problem(request, slug, number)
    rights.require(request.user, actions.VERB, problem.use_case.team)
    initial = {name: getattr(problem, name) for name in actions.Facts.__annotations__}
    form = ProblemForm(request.POST or None, use_case=problem.use_case, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_problem(problem, by=request.user, **form.cleaned_data)
        except BadInput as refusal:
            add_problems(form, refusal)
        else:
            messages.success(request, _("It is changed; the journal keeps what was said before."))
            return redirect(problem)
    context = _context(problem.use_case, form=form, problem=problem)
    return render(request, "usecases/problems/form.html", context, status=400 if form.errors else 200)


@require_POST
def problem_rank(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Put it at another place; the browser comes back to the button that was pressed."""
    problem = _problem(request, slug, number)
    form = RankForm(request.POST)
    if not form.is_valid():
        raise BadInput(_("Say at which place: 1 is the first."))
    place, seen = form.cleaned_data["place"], form.cleaned_data["seen"]
    actions.rank_problem(problem, place, by=request.user, seen=seen)
    messages.success(request, _("“%(title)s” is in place %(rank)s.") % {"title": problem, "rank": problem.rank})
    button = "up" if place < (seen or place) else "down"
    return redirect(reverse("problems", args=[slug]) + f"#{button}-{problem.number}")


@require_POST
def problem_solve(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Say that it is solved."""
    return _step(request, slug, number, CommentForm, actions.solve, _("It is solved."))


@require_POST
def problem_drop(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Say that it will not be solved, and why."""
    return _step(request, slug, number, DropForm, actions.drop, _("It is dropped, with its reason."))


@require_POST
def problem_reopen(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Say that it is there again."""
    return _step(request, slug, number, CommentForm, actions.reopen, _("It is open again, in the last place."))


def _step(
    request: SignedInRequest,
    slug: str,
    number: int,
    kind: type[forms.Form],
    act: Callable[..., None],
    said: str,
) -> HttpResponse:
    problem = _problem(request, slug, number)
    form = kind(request.POST)
    if form.is_valid():
        try:
            act(problem, by=request.user, **form.cleaned_data)
        except BadInput as refusal:
            add_problems(form, refusal)
        else:
            messages.success(request, said)
            return redirect(problem)
    return _page(request, problem, **{"drop_form" if kind is DropForm else "form": form}, status=400)


def _page(request: SignedInRequest, problem: Problem, status: int = 200, **more: Any) -> HttpResponse:
    context = _context(
        problem.use_case,
        problem=problem,
        changes=problem.changes.select_related("by"),
        last=Problem.objects.filter(use_case=problem.use_case).open().count(),
        may_keep=rights.can(request.user, actions.VERB, problem.use_case.team),
        **{"form": CommentForm(), "drop_form": DropForm(), **more},
    )
    return render(request, "usecases/problems/problem.html", context, status=status)


def _problem(request: SignedInRequest, slug: str, number: int) -> Problem:
    use_case = use_case_or_404(request, slug)
    related = ("owner", "raised_by")
    found = get_object_or_404(Problem.objects.known().select_related(*related), use_case=use_case, number=number)
    found.use_case = use_case
    at = clock.past()
    if at is not None:
        Problem.as_they_were([found], at)
    return found


def _context(use_case: UseCase, **more: Any) -> dict[str, Any]:
    return {"use_case": use_case, "section": "problems", "nav": "portfolio", **more}
