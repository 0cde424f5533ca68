"""Pages of the catalogue: portfolio, use case forms, teams, sites."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import clock
from portal.errors import BadInput
from portal.people import actions as people
from portal.people import rights
from portal.people.models import Membership, Team, User
from portal.teams.forms import MemberForm
from portal.teams.visible import team_or_404
from portal.ui.as_of import shows_the_past
from portal.ui.tables import Listing, answer
from usecases.catalog import actions
from usecases.catalog import portfolio as portfolios
from usecases.catalog.faces import seats
from usecases.catalog.forms import (
    EditUseCaseForm,
    NewUseCaseForm,
    ScoreForm,
    ServedSiteForm,
    SiteForm,
    explain,
)
from usecases.catalog.kanban import lanes
from usecases.catalog.matrix import matrix
from usecases.catalog.models import Site, UseCase
from usecases.catalog.past import sites_served
from usecases.catalog.tree import use_cases_below
from usecases.catalog.visible import SignedInRequest, use_case_or_404

FORM = require_http_methods(["GET", "HEAD", "POST"])
# How the portfolio is drawn when not as a table.
VIEWS = {"kanban": "usecases/catalog/kanban.html", "matrix": "usecases/catalog/matrix.html"}
SCORES_SHOWN = 20
SITES_PER_PAGE = 200
STEP = 20


@dataclass(frozen=True, slots=True)
class Branch:
    """A site in the tree, how far it is set in (px), how many visible use cases it or a site below it has."""

    site: Site
    indent: int
    use_cases: int


@require_http_methods(["GET", "POST"])
def portfolio(request: SignedInRequest) -> HttpResponseBase:
    """Every use case this person may see: the same list as a table, as a kanban, or as a matrix."""
    user = request.user
    listing = Listing(portfolios.TABLE, request, portfolios.ready(UseCase.objects.visible_to(user)))
    view = request.GET.get("view", "")
    context = {
        "nav": "portfolio",
        "view": view if view in VIEWS else "table",
        "body": VIEWS.get(view, ""),
        "unpaged": view in VIEWS,
        "empty": "usecases/catalog/portfolio_empty.html",
        # Read when they are drawn: a file needs neither.
        "lanes": SimpleLazyObject(lambda: lanes(listing.found)),
        "matrix": SimpleLazyObject(lambda: matrix(listing.found)),
        "may_create": SimpleLazyObject(lambda: teams_to_create_in(user).exists()),
    }
    return answer(request, "usecases/catalog/portfolio.html", context, listing)


@FORM
def use_case_score(request: SignedInRequest, slug: str) -> HttpResponse:
    """Judge the value and the feasibility of a use case."""
    use_case = use_case_or_404(request, slug)
    rights.require(request.user, "usecase.score", use_case.team)
    form = ScoreForm(request.POST) if request.method == "POST" else ScoreForm.showing(use_case)
    if form.is_bound and form.is_valid():
        actions.score_use_case(use_case, by=request.user, **form.judged)
        messages.success(request, _("It is kept, under your name."))
        return redirect("use_case_score", slug=slug)
    context = {
        "nav": "portfolio",
        "use_case": use_case,
        "section": "edit",
        "form": form,
        "scores": use_case.scores.select_related("by")[:SCORES_SHOWN],
    }
    return render(request, "usecases/catalog/use_case_score.html", context, status=400 if form.errors else 200)


@FORM
def use_case_new(request: SignedInRequest) -> HttpResponse:
    """Open a use case."""
    user = request.user
    teams = teams_to_create_in(user)
    form = NewUseCaseForm(request.POST or None, teams=teams, initial={"team": request.GET.get("team")})
    if request.method == "POST" and form.is_valid():
        try:
            use_case = actions.create_use_case(by=user, **form.cleaned_data)
        except BadInput as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("The use case is open, in exploration."))
            return redirect(use_case)
    context = {"nav": "portfolio", "form": form, "teams": teams}
    return render(request, "usecases/catalog/use_case_new.html", context, status=400 if form.errors else 200)


@FORM
def use_case_edit(request: SignedInRequest, slug: str) -> HttpResponse:
    """Describe a use case better."""
    user = request.user
    use_case = use_case_or_404(request, slug)
    rights.require(user, "usecase.edit", use_case.team)
    form = EditUseCaseForm(request.POST) if request.method == "POST" else EditUseCaseForm.showing(use_case)
    if form.is_bound and form.is_valid():
        try:
            actions.edit_use_case(use_case, by=user, **form.cleaned_data)
        except BadInput as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("The description is saved."))
            return redirect("use_case_edit", slug=slug)
    context = {
        "nav": "portfolio",
        "use_case": use_case,
        "section": "edit",
        "form": form,
        "served": use_case.served_sites.select_related("site"),
    }
    return render(request, "usecases/catalog/use_case_edit.html", context, status=400 if form.errors else 200)


@shows_the_past
@FORM
def use_case_sites(request: SignedInRequest, slug: str) -> HttpResponse:
    """The sites a use case serves, and what is particular at each."""
    user = request.user
    use_case = use_case_or_404(request, slug)
    form = ServedSiteForm(request.POST or None, initial={"site": request.GET.get("site")})
    if request.method == "POST" and form.is_valid():
        served = actions.serve_site(
            use_case, form.cleaned_data["site"], by=user, specifics=form.cleaned_data["specifics"]
        )
        messages.success(request, _("%(site)s is served, as written.") % {"site": served})
        return redirect("use_case_sites", slug=slug)
    served_sites = sites_served(use_case)
    chosen = [served for served in served_sites if str(served.site_id) == request.GET.get("site")]
    if chosen:
        form.initial["specifics"] = chosen[0].specifics
    context = {
        "nav": "portfolio",
        "use_case": use_case,
        "section": "edit",
        "form": form,
        "served": served_sites,
        "chosen": chosen[0] if chosen else None,
        "may_edit": rights.can(user, "usecase.edit", use_case.team),
    }
    return render(request, "usecases/catalog/use_case_sites.html", context, status=400 if form.errors else 200)


@require_POST
def use_case_site_leave(request: SignedInRequest, slug: str, site: str) -> HttpResponse:
    """Serve a site no longer."""
    user = request.user
    use_case = use_case_or_404(request, slug)
    left = get_object_or_404(Site, slug=site)
    actions.leave_site(use_case, left, by=user)
    messages.success(request, _("%(site)s is no longer served.") % {"site": left})
    return redirect("use_case_sites", slug=slug)


@FORM
def team(request: SignedInRequest, slug: str) -> HttpResponse:
    """A feature team: who is in it, in which role, and its use cases."""
    user = request.user
    shown = team_or_404(user, slug)
    form = MemberForm(request.POST or None, initial={"role": request.GET.get("role")})
    if request.method == "POST" and form.is_valid():
        added = people.add_member(shown, form.cleaned_data.pop("user"), by=user, **form.cleaned_data)
        messages.success(request, _("%(person)s is in the team.") % {"person": added.user})
        return redirect("team", slug=slug)
    context = {
        "nav": "portfolio",
        "team": shown,
        "form": form,
        "members": shown.memberships.select_related("user", "site", "environment"),
        "deputies": shown.deputies.filter(until__gt=clock.now()).select_related(
            "member", "deputy", "site", "environment"
        ),
        "may_name": rights.can(user, "deputy.name", shown),
        "may_name_anybody": rights.can(user, "people.manage"),
        "may_serve": rights.can(user, "service.manage", shown),
        "missing": [seat.role for seat in seats(shown) if seat.user is None],
        "use_cases": UseCase.objects.visible_to(user).filter(team=shown)[:50],
        "may_manage": rights.can(user, "team.manage", shown),
        "may_create": rights.can(user, "usecase.create", shown),
    }
    return render(request, "usecases/catalog/team.html", context, status=400 if form.errors else 200)


@require_POST
def team_member_remove(request: SignedInRequest, slug: str, membership: int) -> HttpResponse:
    """Take a role in the team from a person."""
    user = request.user
    shown = team_or_404(user, slug)
    member = get_object_or_404(Membership.objects.select_related("user", "team"), pk=membership, team=shown)
    people.end_membership(member, by=user)
    messages.success(request, _("%(person)s no longer has this role in the team.") % {"person": member.user})
    return redirect("team", slug=slug) if _sees(user, shown) else redirect("home")


@require_safe
def sites(request: SignedInRequest) -> HttpResponse:
    """The organisation's tree of sites, and how many use cases each serves."""
    user = request.user
    tree = Site.objects.with_tree_fields()
    asked = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    if asked:
        matching = tree.filter(name__icontains=asked).values_list("tree_path", flat=True)
        # A place is shown under those above it.
        tree = tree.filter(pk__in={place for path in matching for place in path})
    page = Paginator(tree, SITES_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "nav": "sites",
        "page": page,
        "asked": asked,
        "branches": _branches(list(page.object_list), user),
        "may_manage": rights.can(user, "site.manage"),
    }
    return render(request, "usecases/catalog/sites.html", context)


@FORM
def site_new(request: SignedInRequest) -> HttpResponse:
    """Add a site to the organisation."""
    user = request.user
    rights.require(user, "site.manage")
    form = SiteForm(request.POST or None, initial={"parent": request.GET.get("parent")})
    if request.method == "POST" and form.is_valid():
        try:
            site = actions.create_site(by=user, **form.cleaned_data)
        except BadInput as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("The site %(site)s is there.") % {"site": site})
            return redirect("sites")
    context = {"nav": "sites", "form": form}
    return render(request, "usecases/catalog/site_new.html", context, status=400 if form.errors else 200)


def teams_to_create_in(user: User) -> QuerySet[Team]:
    """The teams in which this person may open a use case."""
    if rights.can(user, "usecase.create"):
        return Team.objects.all()
    mine = Team.objects.filter(pk__in=rights.team_ids(user))
    return mine.filter(pk__in=[team.pk for team in mine if rights.can(user, "usecase.create", team)])


def _sees(user: User, team: Team) -> bool:
    rights.forget(user)
    return rights.sees_everything(user) or team.pk in rights.team_ids(user)


def _branches(shown: list[Site], user: User) -> list[Branch]:
    """Each site with its depth and the number of distinct use cases at it or below it."""
    held = use_cases_below(user)
    return [Branch(site, STEP * min(site.tree_depth, 8), held.get(site.pk, 0)) for site in shown]
