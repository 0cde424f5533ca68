"""Pages of reviews and of their actions."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.errors import BadInput
from portal.jobs import queue
from portal.people import rights
from portal.ui.as_of import shows_the_past
from portal.ui.tables import Listing, answer
from usecases.catalog.models import Stage, UseCase
from usecases.catalog.visible import SignedInRequest, use_case_or_404
from usecases.kpis.models import KPI
from usecases.kpis.transitions import waiting as waiting_for
from usecases.lifecycle.transitions import gate_after
from usecases.reviews import actions
from usecases.reviews.forms import ActionForm, AttendanceForm, CloseForm, DecisionForm, OpenForm, explain
from usecases.reviews.models import Document, Review, ReviewAction
from usecases.reviews.page import page
from usecases.reviews.table import ALL, OWN, TO_DO

MANY = 20  # KPIs that wait, on the page of a meeting


@require_GET
def reviews(request: SignedInRequest) -> HttpResponseBase:
    """The reviews this person may see: of the portfolio, for who reads it all, and of use cases."""
    found = Review.objects.visible_to(request.user).select_related("use_case")
    context = {
        "nav": "reviews",
        "may_open": rights.can(request.user, actions.HOLD_PORTFOLIO),
        "open_one": found.filter(use_case=None, status="open").first(),
        "empty": "usecases/reviews/empty.html",
    }
    return answer(request, "usecases/reviews/reviews.html", context, Listing(ALL, request, found))


@shows_the_past
@require_GET
def use_case_reviews(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """The reviews of a use case."""
    use_case = use_case_or_404(request, slug)
    found = Review.objects.of(use_case).select_related("use_case")
    context = _of(use_case) | {
        "may_open": rights.can(request.user, actions.HOLD, use_case.team),
        "open_one": found.filter(status="open").first(),
        "empty": "usecases/reviews/empty.html",
    }
    return answer(request, "usecases/reviews/use_case_reviews.html", context, Listing(OWN, request, found))


@require_http_methods(["GET", "POST"])
def review_new(request: SignedInRequest, slug: str = "") -> HttpResponse:
    """Open a review: of a use case, or without one of the portfolio."""
    use_case = use_case_or_404(request, slug) if slug else None
    actions.require(request.user, use_case)
    form = OpenForm(request.POST or None)
    if form.is_valid():
        try:
            review = actions.open_review(use_case, by=request.user, meets_at=form.cleaned_data["meets_at"])
        except BadInput as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("The page is frozen; those whom it concerns are told."))
            return redirect(review)
    template = "usecases/reviews/new.html" if use_case else "usecases/reviews/new_portfolio.html"
    context = (_of(use_case) if use_case else {"nav": "reviews"}) | {"form": form}
    return render(request, template, context, status=400 if form.errors else 200)


@require_GET
def review(request: SignedInRequest, uid: uuid.UUID) -> HttpResponse:
    """A review: the frozen page, decisions, actions; while it is open, what can be done in the meeting."""
    return _page(request, _review(request, uid))


@require_POST
def review_prepare(request: SignedInRequest, uid: uuid.UUID) -> HttpResponse:
    """Freeze the page anew."""
    found = _held(request, uid)
    actions.prepare_again(found, by=request.user)
    messages.success(request, _("The page is frozen as of now."))
    return redirect(found)


@require_POST
def review_decide(request: SignedInRequest, uid: uuid.UUID) -> HttpResponse:
    """Write down a decision."""
    found = _held(request, uid)
    form = DecisionForm(request.POST, review=found, by=request.user)
    return _written(request, found, "decision", form, lambda sent: actions.decide(found, by=request.user, **sent))


@require_POST
def review_agree(request: SignedInRequest, uid: uuid.UUID) -> HttpResponse:
    """Write down who does what until when."""
    found = _held(request, uid)
    form = ActionForm(request.POST, review=found, by=request.user)
    return _written(request, found, "agree", form, lambda sent: actions.agree(found, by=request.user, **sent))


@require_POST
def review_attend(request: SignedInRequest, uid: uuid.UUID) -> HttpResponse:
    """Say who is there."""
    found = _held(request, uid)
    form = AttendanceForm(request.POST, review=found)
    return _written(request, found, "attendance", form, lambda sent: actions.attend(found, by=request.user, **sent))


@require_POST
def review_close(request: SignedInRequest, uid: uuid.UUID) -> HttpResponse:
    """Seal it."""
    found = _held(request, uid)
    form = CloseForm(request.POST)
    return _written(request, found, "close", form, lambda sent: actions.close(found, by=request.user, **sent))


@require_POST
def review_print(request: SignedInRequest, uid: uuid.UUID) -> HttpResponse:
    """Have the PDF made with what was written until now."""
    found = _held(request, uid)
    actions.ask_for_document(found, by=request.user)
    messages.success(request, _("The PDF is being made."))
    return redirect(found)


@require_GET
def review_pdf(request: SignedInRequest, uid: uuid.UUID, language: str) -> HttpResponse:
    """The PDF in a language, as a file."""
    found = _review(request, uid)
    document = get_object_or_404(found.documents, language=language)
    name = f"{found.use_case.slug if found.use_case else 'portfolio'}-review-{found.number}-{language}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(bytes(document.content), content_type="application/pdf", headers=headers)


@require_GET
def review_documents(request: SignedInRequest, uid: uuid.UUID) -> HttpResponse:
    """The fragment that says whether the PDF is there; it asks again only while a worker makes it."""
    return render(request, "usecases/reviews/documents.html", _documents(_review(request, uid)))


@require_http_methods(["GET", "POST"])
def my_actions(request: SignedInRequest) -> HttpResponseBase:
    """The actions of reviews that are mine."""
    mine = ReviewAction.objects.filter(owner=request.user).select_related("review__use_case", "about", "owner")
    context = {"nav": "home", "empty": "usecases/reviews/no_actions.html"}
    return answer(request, "usecases/reviews/actions.html", context, Listing(TO_DO, request, mine))


@require_POST
def action_finish(request: SignedInRequest, uid: uuid.UUID) -> HttpResponse:
    """Say that it is done."""
    found = _action(request, uid)
    actions.finish(found, by=request.user)
    messages.success(request, _("It is done."))
    return _back(request, found)


@require_POST
def action_take_back(request: SignedInRequest, uid: uuid.UUID) -> HttpResponse:
    """Say that it is not done after all."""
    found = _action(request, uid)
    actions.take_back(found, by=request.user)
    messages.success(request, _("It is to do again."))
    return _back(request, found)


def _page(request: SignedInRequest, found: Review, status: int = 200, **refused: forms.Form) -> HttpResponse:
    may_hold = found.is_open and actions.may_hold(request.user, found)
    context: dict[str, Any] = {"review": found, "page": page(found), "may_hold": may_hold, **_documents(found)}
    if may_hold:
        people = found.present.values_list("person", flat=True)
        context |= {
            "decision": DecisionForm(review=found, by=request.user, auto_id="decide-%s"),
            "agree": ActionForm(review=found, by=request.user, auto_id="agree-%s"),
            "attendance": AttendanceForm(review=found, initial={"people": list(people)}, auto_id="attend-%s"),
            "close": CloseForm(auto_id="close-%s"),
        }
    if found.is_open:
        context |= _meeting(request, found)
    context |= refused
    if found.use_case is None:
        return render(request, "usecases/reviews/portfolio.html", context | {"nav": "reviews"}, status=status)
    return render(request, "usecases/reviews/review.html", _of(found.use_case) | context, status=status)


def _meeting(request: SignedInRequest, found: Review) -> dict[str, Any]:
    """What can be done in the meeting beside writing: KPIs that wait for the business, gates ahead."""
    use_cases = UseCase.objects.visible_to(request.user)
    if found.use_case:
        use_cases = use_cases.filter(pk=found.use_case.pk)
    waiting = KPI.objects.filter(use_case__in=use_cases).with_waiting().filter(waiting__gt=0)
    ordered = waiting.select_related("use_case__team").order_by("use_case__name", "number")
    kpis = [(kpi, waiting_for(kpi, request.user)) for kpi in ordered[:MANY]]
    gates = [
        (one, gate)
        for one in use_cases.exclude(stage__in=(Stage.STOPPED, Stage.RETIRED)).order_by("name")
        if (gate := gate_after(one.stage))
    ]
    return {"waiting": kpis, "gates": gates}


def _documents(found: Review) -> dict[str, Any]:
    # The files themselves stay in the database.
    made = list(Document.objects.filter(review=found).defer("content").order_by("language"))
    job = queue.latest("reviews.print", str(found.uid))
    return {"review": found, "documents": made, "job": job, "making": job is not None and job.is_open}


def _written(request: SignedInRequest, found: Review, name: str, form: forms.Form, act: Any) -> HttpResponse:
    if form.is_valid():
        try:
            act(form.cleaned_data)
        except BadInput as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("It is written down.") if name != "close" else _("The review is closed."))
            return redirect(found)
    return _page(request, found, status=400, **{name: form})


def _review(request: SignedInRequest, uid: uuid.UUID) -> Review:
    return get_object_or_404(Review.objects.visible_to(request.user).select_related("use_case__team"), uid=uid)


def _held(request: SignedInRequest, uid: uuid.UUID) -> Review:
    """The review, for who may write it; raises NotAllowed."""
    found = _review(request, uid)
    actions.require(request.user, found.use_case)
    return found


def _action(request: SignedInRequest, uid: uuid.UUID) -> ReviewAction:
    """An action of one's own, or of a review one may see."""
    rows = ReviewAction.objects.select_related("review__use_case__team", "owner")
    found = get_object_or_404(rows, uid=uid)
    if found.owner != request.user and not Review.objects.visible_to(request.user).filter(pk=found.review_id).exists():
        raise Http404
    return found


def _back(request: SignedInRequest, found: ReviewAction) -> HttpResponse:
    """To where one came from: one's own list, or the review."""
    return redirect("my_actions") if request.POST.get("from") == "mine" else redirect(found.review)


def _of(use_case: UseCase) -> dict[str, Any]:
    return {"use_case": use_case, "section": "reviews", "nav": "portfolio"}
