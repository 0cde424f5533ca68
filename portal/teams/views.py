"""Pages of a team: a member's role and limits, deputies, service tokens, who could on which day."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.accounts.forms import TokenForm, explain
from portal.errors import BadInput, NotAllowed
from portal.people import actions, deputies, rights, service_tokens
from portal.people.models import Deputy, Membership, Role, Scope, Team, Tenure, User
from portal.signin import confirming
from portal.teams.forms import ChangeForm, DeputyForm, ServiceTokenForm, WhoCouldForm
from portal.teams.lists import SERVICE_TOKENS, TENURES
from portal.teams.visible import team_or_404
from portal.ui.tables import Listing, answer

FORM = LIST = require_http_methods(["GET", "POST"])


class SignedInRequest(HttpRequest):
    """A request that LoginRequiredMiddleware let through: its user is a person."""

    user: User


@FORM
def member_change(request: SignedInRequest, slug: str, uid: str) -> HttpResponse:
    """Give a member another role, or other limits."""
    team = team_or_404(request.user, slug)
    membership = _membership(team, uid)
    rights.require(request.user, "team.manage", team)
    now = {"role": membership.role, "site": membership.site_id, "environment": membership.environment_id}
    form = ChangeForm(request.POST or None, initial=now)
    if request.method == "POST" and form.is_valid():
        actions.change_member(membership, by=request.user, **form.cleaned_data)
        messages.success(request, _("The role of %(person)s is changed.") % {"person": membership.user})
        return redirect("team", slug=slug)
    return _form(request, "member_change", team, form, membership=membership)


@FORM
def deputy_new(request: SignedInRequest, slug: str, uid: str) -> HttpResponse:
    """Name a deputy for one's role."""
    team = team_or_404(request.user, slug)
    membership = _membership(team, uid)
    if membership.user != request.user and not rights.can(request.user, "people.manage"):
        raise NotAllowed(_("One names a deputy for one’s own role; else an administrator does."))
    rights.require(request.user, "deputy.name", team)
    today = rights.today()
    form = DeputyForm(request.POST or None, member=membership.user, initial={"first_day": today, "last_day": today})
    if request.method == "POST" and form.is_valid():
        try:
            named = deputies.name_deputy(membership, by=request.user, **form.cleaned_data)
        except BadInput as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("%(person)s is named deputy.") % {"person": named.deputy})
            return redirect("team", slug=slug)
    return _form(request, "deputy_new", team, form, membership=membership)


@require_POST
def deputy_end(request: SignedInRequest, slug: str, uid: str) -> HttpResponse:
    """End a deputy's days at once."""
    team = team_or_404(request.user, slug)
    named = get_object_or_404(Deputy.objects.select_related("team", "deputy", "member"), team=team, uid=uid)
    deputies.end_deputy(named, by=request.user)
    messages.success(request, _("%(person)s is no longer deputy.") % {"person": named.deputy})
    rights.forget(request.user)
    return redirect("team", slug=slug) if rights.can(request.user, "usecase.view", team) else redirect("home")


@require_GET
def team_roles(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """Who could do what on which day, and the whole history of the roles of a team."""
    team = team_or_404(request.user, slug)
    given = {"verb": "deployment.approve", "day": f"{rights.today():%Y-%m-%d}"}
    asked = given | {name: request.GET[name] for name in ("verb", "day", "site", "environment") if name in request.GET}
    form = WhoCouldForm(asked)
    columns = ("user", "site", "environment", "given_by", "ended_by")
    history = Listing(TENURES, request, Tenure.objects.filter(team=team).select_related(*columns))
    context = {"nav": "portfolio", "team": team, "form": form, **(_who_could(form, team) if form.is_valid() else {})}
    return answer(request, "portal/teams/roles.html", context, history)


@LIST
def team_tokens(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """The service tokens of a team."""
    team = team_or_404(request.user, slug)
    rights.require(request.user, "service.manage", team)
    listing = Listing(SERVICE_TOKENS, request, service_tokens.of_team(team))
    context = {"nav": "portfolio", "team": team, "empty": "portal/teams/tokens_empty.html"}
    return answer(request, "portal/teams/tokens.html", context, listing)


@never_cache
@FORM
def team_token_new(request: SignedInRequest, slug: str) -> HttpResponse:
    """Create a service token of a team; the answer is the only page that ever shows its secret."""
    team = team_or_404(request.user, slug)
    rights.require(request.user, "service.manage", team)
    mine = set(Role) if rights.can(request.user, "people.manage") else rights.roles_in(request.user, team)
    roles = [role for role in Role if role in mine or role is Role.VIEWER]
    confirming.require(request)
    form = ServiceTokenForm(request.POST or None, roles=roles)
    return _create_token(request, form, team)


@LIST
def organisation_tokens(request: SignedInRequest) -> HttpResponseBase:
    """The service tokens of the organisation, which read everything."""
    rights.require(request.user, "service.manage_all")
    listing = Listing(SERVICE_TOKENS, request, service_tokens.of_team(None))
    context = {"nav": "admin", "team": None, "empty": "portal/teams/tokens_empty.html"}
    return answer(request, "portal/teams/tokens.html", context, listing)


@never_cache
@FORM
def organisation_token_new(request: SignedInRequest) -> HttpResponse:
    """Create a service token of the organisation."""
    rights.require(request.user, "service.manage_all")
    confirming.require(request)
    return _create_token(request, TokenForm(request.POST or None, initial={"scopes": [Scope.READ]}), None)


@require_GET
def organisation_roles(request: SignedInRequest) -> HttpResponseBase:
    """Who held a role of the organisation, from when to when."""
    rights.require(request.user, "journal.inspect")
    found = Tenure.objects.filter(team=None).select_related("user", "given_by", "ended_by", "site", "environment")
    return answer(request, "portal/teams/organisation.html", {"nav": "admin"}, Listing(TENURES, request, found))


def _create_token(request: SignedInRequest, form: TokenForm, team: Team | None) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            token, secret = service_tokens.create_service_token(by=request.user, team=team, **form.cleaned_data)
        except BadInput as refusal:
            explain(form, refusal)
        else:
            addresses = {"ingestion_url": settings.INGESTION_URL, "public_url": settings.PUBLIC_URL}
            shown = {"token": token, "secret": secret, "team": team, "service": True, **addresses}
            return render(request, "portal/accounts/token_created.html", shown, status=201)
    return _form(request, "token_new", team, form)


def _form(request: SignedInRequest, page: str, team: Team | None, form: Any, **more: Any) -> HttpResponse:
    context = {"nav": "portfolio" if team else "admin", "team": team, "form": form, **more}
    return render(request, f"portal/teams/{page}.html", context, status=400 if form.errors else 200)


def _membership(team: Team, uid: str) -> Membership:
    found = Membership.objects.select_related("team", "user", "site", "environment")
    return get_object_or_404(found, team=team, uid=uid)


def _who_could(form: WhoCouldForm, team: Team) -> dict[str, Any]:
    asked = form.cleaned_data
    could = rights.who_could(team, asked["verb"], asked["day"], asked["site"], asked["environment"])
    place = ", ".join(str(one) for one in (asked["site"], asked["environment"]) if one)
    return {"moment": could.moment, "found": could.holders, "rule": rights.VERBS[asked["verb"]], "place": place}
