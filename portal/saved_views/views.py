"""Pages of saved views: all of them, saving, changing, and the permanent address."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.errors import BadInput
from portal.people.models import User
from portal.saved_views import actions
from portal.saved_views.forms import ViewForm
from portal.saved_views.models import Audience, DefaultView, SavedView
from portal.ui.tables import Choices, Column, Listing, Table, answer

VIEWS = Table(
    key="views",
    title=gettext_lazy("Saved views"),
    order="name",
    search=("name", "list_title"),
    search_label=gettext_lazy("Name or list"),
    link=lambda view: view.permalink,
    filters=[Choices(key="audience", title=gettext_lazy("Who finds it"), choices=Audience.choices, field="audience")],
    columns=[
        Column(key="name", title=gettext_lazy("View"), value=lambda view: view.name, sort="name"),
        Column(key="list", title=gettext_lazy("List"), value=lambda view: view.list_name, sort="list_title"),
        Column(
            key="audience",
            title=gettext_lazy("Who finds it"),
            value=lambda view: str(view.team) if view.team else view.get_audience_display(),
            sort="audience",
        ),
        Column(
            key="owner", title=gettext_lazy("Saved by"), value=lambda view: str(view.owner), sort="owner__last_name"
        ),
        Column(
            key="verbs",
            title=gettext_lazy("What to do"),
            value=lambda view: view.permalink,
            template="portal/saved_views/verbs.html",
            exported=False,
            wide=True,
        ),
    ],
)


class SignedInRequest(HttpRequest):
    """A request that LoginRequiredMiddleware let through: its user is a person."""

    user: User


@require_GET
def index(request: SignedInRequest) -> HttpResponseBase:
    """Every view this person may use."""
    mine = SavedView.objects.visible_to(request.user).select_related("owner", "team")
    defaults = set(DefaultView.objects.filter(user=request.user).values_list("view_id", flat=True))
    listing = Listing(VIEWS, request, mine)
    return answer(request, "portal/saved_views/index.html", {"defaults": defaults}, listing)


@require_GET
def open_view(request: SignedInRequest, code: str) -> HttpResponse:
    """The permanent address: the list as it was saved; 404 for who may not use it."""
    return redirect(_visible(request, code).address)


@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """Save what a list shows, as a new view or in the place of one's own."""
    asked = request.GET
    initial = {"path": asked.get("path"), "list_key": asked.get("list"), "list_title": asked.get("title")}
    initial |= {"query": asked.get("query", ""), "audience": Audience.PRIVATE}
    form = ViewForm(request.user, request.POST or None, initial=initial)
    if form.is_valid():
        given = _given(form)
        view = _try(form, lambda: actions.save_view(by=request.user, **given))
        if view:
            return _kept(request, form, view)
    if not form.is_bound and not (initial["path"] and initial["list_key"] and initial["list_title"]):
        return redirect("saved_views")
    return render(request, "portal/saved_views/form.html", {"form": form}, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def edit(request: SignedInRequest, code: str) -> HttpResponse:
    """Rename a view, share it otherwise."""
    view = _visible(request, code)
    actions.require_owner(view, request.user)
    default = DefaultView.objects.filter(user=request.user, view=view).exists()
    form = (
        ViewForm(request.user, request.POST) if request.POST else ViewForm.showing(request.user, view, default=default)
    )
    if form.is_bound and form.is_valid():
        given = {name: value for name, value in _given(form).items() if name in ("name", "audience", "team", "query")}
        if _try(form, lambda: actions.change_view(view, by=request.user, **given)):
            return _kept(request, form, view)
    context = {"form": form, "view": view}
    return render(request, "portal/saved_views/form.html", context, status=400 if form.errors else 200)


@require_POST
def copy(request: SignedInRequest, code: str) -> HttpResponse:
    """Make it one's own."""
    made = actions.copy_view(_visible(request, code), by=request.user)
    messages.success(request, _("“%(view)s” is yours now.") % {"view": made})
    return redirect("saved_view_edit", made.code)


@require_POST
def delete(request: SignedInRequest, code: str) -> HttpResponse:
    """Forget it."""
    view = _visible(request, code)
    actions.delete_view(view, by=request.user)
    messages.success(request, _("“%(view)s” is deleted.") % {"view": view})
    return redirect("saved_views")


@require_POST
def default(request: SignedInRequest, code: str) -> HttpResponse:
    """Open its list so, or no longer."""
    wanted = request.POST.get("wanted") == "yes"
    actions.open_by_default(_visible(request, code), by=request.user, wanted=wanted)
    messages.success(request, _("Your list opens so now.") if wanted else _("Your list opens as usual again."))
    return redirect("saved_views")


def _visible(request: SignedInRequest, code: str) -> SavedView:
    return get_object_or_404(SavedView.objects.visible_to(request.user).select_related("owner", "team"), code=code)


def _given(form: ViewForm) -> dict[str, Any]:
    return {name: value for name, value in form.cleaned_data.items() if name != "default"}


def _try(form: ViewForm, verb: Any) -> SavedView | None:
    try:
        view: SavedView = verb()
    except BadInput as refusal:
        for problem in refusal.problems:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem.sentence))
        return None
    return view


def _kept(request: SignedInRequest, form: ViewForm, view: SavedView) -> HttpResponse:
    actions.open_by_default(view, by=request.user, wanted=form.cleaned_data["default"])
    messages.success(request, _("The view “%(view)s” is saved.") % {"view": view})
    return redirect(view.address)
