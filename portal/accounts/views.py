"""Pages of accounts: signing in, one's password and tokens, the administration of people and teams, the rights."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts.doors import CALLERS
from portal.accounts.forms import (
    ChangePasswordForm,
    FirstAdministratorForm,
    PasswordForm,
    PersonForm,
    TeamForm,
    TokenForm,
    explain,
)
from portal.accounts.lists import PEOPLE, TEAMS, TOKENS
from portal.accounts.table import columns, door_rows, groups, mine
from portal.errors import BadInput
from portal.people import actions, pseudonyms, rights
from portal.people.models import AccessToken, OrganisationRole, Team, User
from portal.signin import confirming, rules
from portal.signin.entering import come_in, on_this_site
from portal.ui.tables import Listing, answer

FORM = require_http_methods(["GET", "HEAD", "POST"])


class SignedInRequest(HttpRequest):
    """A request that LoginRequiredMiddleware let through: its user is a person."""

    user: User


# --- coming in -----------------------------------------------------------------------------------------------------
@login_not_required
@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Become somebody of the cast; 404 unless DEMO is on and this is one of them."""
    return _become(request)


@require_POST
def switch(request: SignedInRequest) -> HttpResponse:
    """Become somebody else of the cast, on the same page."""
    return _become(request)


@login_not_required
@never_cache
@FORM
@sensitive_post_parameters()
def welcome(request: HttpRequest, secret: str) -> HttpResponse:
    """A one-time link: the first administrator introduces oneself, an invited person chooses a password."""
    invited = actions.usable_link(secret).user
    form_class = PasswordForm if invited else FirstAdministratorForm
    form = form_class(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = {name: value for name, value in form.cleaned_data.items() if name != "again"}
        try:
            follow = actions.accept_invitation if invited else actions.become_first_administrator
            person = follow(secret, **given)
        except BadInput as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("Welcome. You are signed in."))
            return come_in(request, person)
    return render(request, "portal/accounts/welcome.html", {"form": form, "invited": invited})


# --- one's own -----------------------------------------------------------------------------------------------------
@never_cache
@FORM
@sensitive_post_parameters()
def password(request: SignedInRequest) -> HttpResponse:
    """Change one's password; the other sessions end."""
    form = ChangePasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_password(request.user, form.cleaned_data["current"], form.cleaned_data["password"])
        except BadInput as refusal:
            explain(form, refusal)
        else:
            update_session_auth_hash(request, request.user)
            messages.success(request, _("Your password is changed. Your other sessions have ended."))
            return redirect("home")
    return render(request, "portal/accounts/password.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: SignedInRequest) -> HttpResponseBase:
    """One's own tokens."""
    listing = Listing(TOKENS, request, request.user.tokens.all())
    context = {"empty": "portal/accounts/tokens_empty.html"}
    return answer(request, "portal/accounts/tokens.html", context, listing)


@never_cache
@FORM
def token_new(request: SignedInRequest) -> HttpResponse:
    """Create a token; the answer to the form is the only page that ever shows its secret."""
    confirming.require(request)
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            token, secret = actions.create_token(by=request.user, **form.cleaned_data)
        except BadInput as refusal:
            explain(form, refusal)
        else:
            addresses = {"ingestion_url": settings.INGESTION_URL, "public_url": settings.PUBLIC_URL}
            shown = {"token": token, "secret": secret, **addresses}
            return render(request, "portal/accounts/token_created.html", shown, status=201)
    return render(request, "portal/accounts/token_new.html", {"form": form})


@require_POST
def token_revoke(request: SignedInRequest, uid: str) -> HttpResponse:
    """Stop a token at once."""
    token = get_object_or_404(_tokens_in_reach(request.user), uid=uid)
    actions.revoke_token(token, by=request.user)
    messages.success(request, _("The token “%(token)s” is revoked.") % {"token": token})
    return redirect("accounts:tokens" if token.owner == request.user else person_url(token.owner))


@require_safe
def rights_table(request: SignedInRequest) -> HttpResponse:
    """The role × verb table that decides everywhere."""
    has = mine(request.user)
    shown = {"mine": has, "columns": columns(request.user, has), "groups": groups()}
    return render(request, "portal/accounts/rights.html", shown)


@require_safe
def doors(request: SignedInRequest) -> HttpResponse:
    """What each address asks and what each role is told there: the permission matrix that the tests walk."""
    q = request.GET.get("q", "").strip().replace("\0", "")[:100]
    return render(request, "portal/accounts/doors.html", {"q": q, "callers": CALLERS, "rows": door_rows(q)})


# --- the administration --------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
def administration(request: SignedInRequest) -> HttpResponseBase:
    """People, teams, and where the rest of the organisation's settings are."""
    rights.require(request.user, "people.manage")
    everybody = User.objects.prefetch_related("organisation_grants", "memberships__team")
    every_team = Team.objects.annotate(people=Count("memberships__user", distinct=True))
    people, teams = Listing(PEOPLE, request, everybody), Listing(TEAMS, request, every_team)
    context = {"nav": "admin", "people": people, "teams": teams}
    return answer(request, "portal/accounts/administration.html", context, people, teams)


@FORM
def person_new(request: SignedInRequest) -> HttpResponse:
    """Add a person."""
    rights.require(request.user, "people.manage")
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            added = actions.create_person(by=request.user, **form.cleaned_data)
        except BadInput as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("%(person)s is added. Make the invitation now.") % {"person": added})
            return redirect(person_url(added))
    return render(request, "portal/accounts/person_new.html", {"form": form, "nav": "admin"})


@require_safe
def person(request: SignedInRequest, uid: str) -> HttpResponse:
    """A person: roles, teams, tokens, and what an administrator can do."""
    return _person_page(request, _person(request, uid))


@never_cache
@require_POST
def person_invite(request: SignedInRequest, uid: str) -> HttpResponse:
    """Make the invitation; the answer is the only page that ever shows it."""
    invited = _person(request, uid)
    secret = actions.invite(invited, by=request.user)
    return _person_page(request, invited, invitation=settings.PUBLIC_URL + reverse("accounts:welcome", args=[secret]))


@require_POST
def person_deactivate(request: SignedInRequest, uid: str) -> HttpResponse:
    """Close the doors to a person."""
    found = _person(request, uid)
    actions.deactivate_person(found, by=request.user)
    messages.success(request, _("%(person)s is deactivated.") % {"person": found})
    return redirect(person_url(found))


@require_POST
def person_pseudonymise(request: SignedInRequest, uid: str) -> HttpResponse:
    """Take a person's name away for good."""
    found = _person(request, uid)
    pseudonyms.pseudonymise_person(found, by=request.user, confirmed=request.POST.get("confirmed", ""))
    messages.success(request, _("The name is gone. What was done stays told, by %(person)s.") % {"person": found})
    return redirect(person_url(found))


@require_POST
def person_reactivate(request: SignedInRequest, uid: str) -> HttpResponse:
    """Let a person in again."""
    found = _person(request, uid)
    actions.reactivate_person(found, by=request.user)
    messages.success(request, _("%(person)s is active again.") % {"person": found})
    return redirect(person_url(found))


@require_POST
def role_grant(request: SignedInRequest, uid: str, role: str) -> HttpResponse:
    """Give a role in the organisation."""
    found = _person(request, uid)
    actions.grant_role(found, _organisation_role(role), by=request.user)
    messages.success(request, _("%(person)s has the role.") % {"person": found})
    return redirect(person_url(found))


@require_POST
def role_revoke(request: SignedInRequest, uid: str, role: str) -> HttpResponse:
    """Take a role in the organisation back."""
    found = _person(request, uid)
    actions.revoke_role(found, _organisation_role(role), by=request.user)
    messages.success(request, _("%(person)s no longer has the role.") % {"person": found})
    return redirect(person_url(found) if rights.can(request.user, "people.manage") else "home")


@FORM
def team_new(request: SignedInRequest) -> HttpResponse:
    """Create a team, then name its members on its page."""
    rights.require(request.user, "team.create")
    form = TeamForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            team = actions.create_team(by=request.user, **form.cleaned_data)
        except BadInput as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("The team is created. Name its people now."))
            return redirect("team", slug=team.slug)
    return render(request, "portal/accounts/team_new.html", {"form": form, "nav": "admin"})


def person_url(someone: User) -> str:
    """The administration's page of a person."""
    return reverse("accounts:person", args=[someone.uid])


# --- what several pages share --------------------------------------------------------------------------------------
def cast() -> QuerySet[User]:
    """The people of the demo, in the order of its story."""
    people = User.objects.filter(is_demo=True, is_active=True)
    held = ("memberships__team", "memberships__site", "memberships__environment", "stands_in__team")
    return people.prefetch_related("organisation_grants", *held).order_by("id")


def _become(request: HttpRequest) -> HttpResponse:
    number = request.POST.get("user", "")
    if not settings.DEMO or not number.isdecimal() or len(number) > 18:
        raise Http404
    login(request, get_object_or_404(User, pk=number, is_demo=True, is_active=True), backend=settings.LOGIN_BACKEND)
    return redirect(on_this_site(request, request.POST.get("next", "")) or "home")


def _person(request: SignedInRequest, uid: str) -> User:
    rights.require(request.user, "people.manage")
    return get_object_or_404(User, uid=uid)


def _person_page(request: SignedInRequest, someone: User, invitation: str = "") -> HttpResponse:
    held = set(someone.organisation_grants.values_list("role", flat=True))
    shown = {
        "nav": "admin",
        "person": someone,
        "roles": [(role, role in held) for role in OrganisationRole],
        "memberships": someone.memberships.select_related("team", "site", "environment"),
        "tokens": someone.tokens.all(),
        "invitation": invitation,
        "has_second_factor": rules.has_second_factor(someone),
    }
    return render(request, "portal/accounts/person.html", shown, status=201 if invitation else 200)


def _organisation_role(role: str) -> OrganisationRole:
    if role not in OrganisationRole.values:
        raise Http404
    return OrganisationRole(role)


def _tokens_in_reach(user: User) -> QuerySet[AccessToken]:
    everybody = rights.can(user, "people.manage")
    found = AccessToken.objects.select_related("owner")
    return found if everybody else found.filter(owner=user)
