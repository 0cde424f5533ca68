"""Pages of the organisation's journal: the list, one event, the exceptions, the seals."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from portal import registry
from portal.audit.models import Event, EventQuerySet, Head, Seal, Verification
from portal.jobs import queue
from portal.journal import actions, exceptions, export, listing
from portal.people import rights
from portal.people.models import Team, User
from portal.ui.as_of import shows_the_past


class SignedInRequest(HttpRequest):
    """A request that LoginRequiredMiddleware let through: its user is a person."""

    user: User


@shows_the_past
@require_GET
def journal(request: SignedInRequest) -> HttpResponseBase:
    """What happened, newest first: everything for whom the organisation lets read it, else in one's teams."""
    families = sorted({verb.partition(".")[0] for verb in registry.words()})
    return _list(request, Event.objects.visible_to(request.user), "portal/journal/organisation.html", families=families)


@shows_the_past
@require_GET
def exceptions_page(request: SignedInRequest) -> HttpResponseBase:
    """What an auditor looks at first, and why it matters."""
    rights.require(request.user, "journal.inspect")
    code = request.GET.get("kind", "")
    found = Event.objects.visible_to(request.user).filter(exceptions.matching(code))
    kinds = registry.exceptions().values()
    return _list(request, found, "portal/journal/exceptions.html", kinds=kinds, code=code)


@require_GET
def event(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """One event: what it changed, its seal, what came before and after."""
    visible = Event.objects.visible_to(request.user)
    found = get_object_or_404(visible.select_related("actor", "person", "team", "seal"), uid=uid)
    before, after = found.before, found.after
    verified = Verification.objects.last()
    seal = getattr(found, "seal", None)
    context = {
        "nav": "journal",
        "event": found,
        "changes": [(name, before.get(name), after.get(name)) for name in sorted({*before, *after})],
        "seal": seal,
        "verified": verified if verified and seal and seal.sequence <= verified.sequence else None,
        "older": visible.filter(pk__lt=found.pk).told().first(),
        "newer": visible.filter(pk__gt=found.pk).select_related("actor", "person").order_by("id").first(),
    }
    return render(request, "portal/journal/event.html", context)


@require_GET
def seals(request: SignedInRequest) -> HttpResponse:
    """How far the journal is sealed, exported and verified, and when."""
    rights.require(request.user, "journal.inspect")
    context = {
        "nav": "journal",
        "last": Seal.objects.order_by("-sequence").first(),
        "head": Head.objects.last(),
        "verification": Verification.objects.last(),
        "job": queue.latest("audit.verify", "all"),
    }
    return render(request, "portal/journal/seals.html", context)


@require_POST
def verify(request: SignedInRequest) -> HttpResponse:
    """Ask for a verification."""
    actions.ask_to_verify(by=request.user)
    messages.success(request, _("A worker reads the journal from end to end: come back in a moment."))
    return redirect("seals")


def _list(request: SignedInRequest, found: EventQuerySet, template: str, **context: Any) -> HttpResponseBase:
    """A page of what the filters leave, or all of it as a file."""
    wish = listing.Wish.of(request.GET)
    asked = listing.asked(found, wish)
    if request.GET.get("as") in export.MOST:
        return export.answer(request.GET["as"], asked, wish, request.user, "journal")
    teams = Team.objects.all()
    if not rights.can(request.user, "journal.view"):
        teams = teams.filter(pk__in=rights.teams_where(request.user, "journal.view"))
    page = listing.page(asked, wish)
    shown = {"nav": "journal", "wish": wish, "page": page, "teams": teams[:200], **context}
    return render(request, template, shown)
