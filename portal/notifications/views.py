"""Pages of notifications: the bell, the list, how one is told, and which rooms and machines are."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q, QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.errors import BadInput
from portal.notifications import actions, runner
from portal.notifications.channels import email
from portal.notifications.forms import ChoicesForm, EndpointForm, EventsForm, RoomForm, ToldForm, explain
from portal.notifications.managed import mine, require_somewhere, teams_of
from portal.notifications.models import Attempt, ChatRoom, Delivery, DeliveryStatus, Endpoint, Habits, Notification
from portal.people import rights
from portal.people.models import User

PER_PAGE = 50
LOG = 50
FORM = require_http_methods(["GET", "HEAD", "POST"])


class SignedInRequest(HttpRequest):
    """A request that LoginRequiredMiddleware let through: its user is a person."""

    user: User


# --- reading -------------------------------------------------------------------------------------------------------
@require_safe
def notifications(request: SignedInRequest) -> HttpResponse:
    """What one was told, newest first; unread only unless `?all`."""
    everything = "all" in request.GET
    found = Notification.objects.filter(person=request.user).select_related("message").order_by("-id")
    context = {
        "page": Paginator(found if everything else found.unread(), PER_PAGE).get_page(request.GET.get("page")),
        "everything": everything,
        "unread": found.unread().count(),
        "may_manage": rights.can(request.user, "channel.manage") or bool(teams_of(request.user)),
    }
    return render(request, "portal/notifications/list.html", context)


@require_safe
def bell(request: SignedInRequest) -> HttpResponse:
    """The bell with its number, refreshed while a page stays open."""
    return render(request, "portal/notifications/bell.html")


@require_safe
def go(request: SignedInRequest, uid: str) -> HttpResponse:
    """Where the notification leads; it is read then."""
    one = get_object_or_404(Notification.objects.select_related("message"), uid=uid, person=request.user)
    actions.mark_read(request.user, [one.uid])
    return redirect(one.message.url)


@require_POST
def read(request: SignedInRequest) -> HttpResponse:
    """One is read (`uid`), or all are."""
    uid = request.POST.get("uid", "")
    if uid:
        one = get_object_or_404(Notification.objects.filter(person=request.user), uid=_uuid(uid))
        actions.mark_read(request.user, [one.uid])
    else:
        actions.mark_read(request.user)
    return redirect("notifications:list")


@FORM
def choices(request: SignedInRequest) -> HttpResponse:
    """How one is told by e-mail: language, zone, hour, and when, per kind."""
    habits = Habits.objects.filter(person=request.user).first() or Habits(person=request.user)
    form = ChoicesForm(request.POST or None, habits=habits)
    if request.method == "POST" and form.is_valid():
        try:
            actions.choose(request.user, **form.chosen())
        except BadInput as refusal:
            explain(form, refusal)
        else:
            _say(request, _("Your choice is kept."))
            return redirect("notifications:choices")
    context = {"form": form, "email_on": email.is_on(), "address": request.user.email}
    return render(request, "portal/notifications/choices.html", context)


# --- rooms and machines ----------------------------------------------------------------------------------------------
@require_safe
def receivers(request: SignedInRequest) -> HttpResponse:
    """The rooms and machines that the reader manages."""
    require_somewhere(request.user)
    found = mine(request.user)
    failed = Count("deliveries", filter=Q(deliveries__status=DeliveryStatus.DEAD))
    context = {
        "endpoints": Endpoint.objects.filter(found, removed_at=None).select_related("team").annotate(failed=failed),
        "rooms": ChatRoom.objects.filter(found, removed_at=None).select_related("team").order_by("name"),
        "email_on": email.is_on(),
        "waiting": runner.waiting_letters(),
        "is_admin": rights.can(request.user, "people.manage"),
    }
    return render(request, "portal/notifications/receivers.html", context)


@FORM
@never_cache
def endpoint_new(request: SignedInRequest) -> HttpResponse:
    """Add a webhook; the answer is the only page that ever shows its secret."""
    require_somewhere(request.user)
    form = EndpointForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            added, secret = actions.add_endpoint(by=request.user, **form.chosen())
        except BadInput as refusal:
            explain(form, refusal)
        else:
            return _secret_page(request, added, secret)
    return render(request, "portal/notifications/endpoint_new.html", {"form": form})


@require_safe
def endpoint(request: SignedInRequest, uid: str) -> HttpResponse:
    """A webhook: what it is told, and the log of its deliveries."""
    found = _endpoint(request, uid)
    tries = Prefetch("tries", Attempt.objects.order_by("-id"))
    log = found.deliveries.select_related("message").prefetch_related(tries).order_by("-id")[:LOG]
    failed = found.deliveries.filter(status=DeliveryStatus.DEAD).count()
    return render(request, "portal/notifications/endpoint.html", {"endpoint": found, "log": log, "failed": failed})


@FORM
def endpoint_edit(request: SignedInRequest, uid: str) -> HttpResponse:
    """What it is told."""
    found = _endpoint(request, uid)
    form = EventsForm(request.POST) if request.method == "POST" else EventsForm.showing(found)
    if form.is_bound and form.is_valid():
        try:
            actions.change_endpoint(found, by=request.user, **form.cleaned_data)
        except BadInput as refusal:
            explain(form, refusal)
        else:
            _say(request, _("Your choice is kept."))
            return redirect("notifications:endpoint", uid=uid)
    return _edit_page(request, form, str(found))


@never_cache
@require_POST
def endpoint_rotate(request: SignedInRequest, uid: str) -> HttpResponse:
    """Another secret, shown this once."""
    found = _endpoint(request, uid)
    return _secret_page(request, found, actions.rotate_secret(found, by=request.user))


@require_POST
def endpoint_test(request: SignedInRequest, uid: str) -> HttpResponse:
    """A test event."""
    found = _endpoint(request, uid)
    actions.test_endpoint(found, by=request.user)
    _say(request, _("A test is on its way: see the log."))
    return redirect("notifications:endpoint", uid=uid)


@require_POST
def endpoint_replay(request: SignedInRequest, uid: str) -> HttpResponse:
    """One delivery again (`delivery`), or all that were given up."""
    found = _endpoint(request, uid)
    which = request.POST.get("delivery", "")
    one = get_object_or_404(Delivery, endpoint=found, uid=_uuid(which)) if which else None
    number = actions.replay(found, by=request.user, delivery=one)
    _say(request, _("Asked for again: %(number)s.") % {"number": number})
    return redirect("notifications:endpoint", uid=uid)


@require_POST
def endpoint_enable(request: SignedInRequest, uid: str) -> HttpResponse:
    """Tell it again."""
    actions.enable_endpoint(_endpoint(request, uid), by=request.user)
    return redirect("notifications:endpoint", uid=uid)


@require_POST
def endpoint_disable(request: SignedInRequest, uid: str) -> HttpResponse:
    """Tell it nothing until it is enabled again."""
    actions.disable_endpoint(_endpoint(request, uid), by=request.user)
    return redirect("notifications:endpoint", uid=uid)


@require_POST
def endpoint_remove(request: SignedInRequest, uid: str) -> HttpResponse:
    """Tell it nothing more."""
    actions.remove_endpoint(_endpoint(request, uid), by=request.user)
    _say(request, _("The webhook is removed."))
    return redirect("notifications:receivers")


@FORM
def room_new(request: SignedInRequest) -> HttpResponse:
    """Add a chat room."""
    require_somewhere(request.user)
    form = RoomForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_room(by=request.user, **form.chosen())
        except BadInput as refusal:
            explain(form, refusal)
        else:
            _say(request, _("The room is added."))
            return redirect("notifications:receivers")
    return render(request, "portal/notifications/room_new.html", {"form": form})


@FORM
def room_edit(request: SignedInRequest, uid: str) -> HttpResponse:
    """What a room is called, what it is told, in which language."""
    room = _room(request, uid)
    form = ToldForm(request.POST) if request.method == "POST" else ToldForm.showing(room)
    if form.is_bound and form.is_valid():
        try:
            actions.change_room(room, by=request.user, **form.cleaned_data)
        except BadInput as refusal:
            explain(form, refusal)
        else:
            _say(request, _("The room is changed."))
            return redirect("notifications:receivers")
    return _edit_page(request, form, str(room))


@require_POST
def room_test(request: SignedInRequest, uid: str) -> HttpResponse:
    """Write a test into it."""
    room = _room(request, uid)
    actions.test_room(room, by=request.user)
    _say(request, _("A test is on its way: look into the room “%(room)s”.") % {"room": room})
    return redirect("notifications:receivers")


@require_POST
def room_remove(request: SignedInRequest, uid: str) -> HttpResponse:
    """Tell it nothing more."""
    actions.remove_room(_room(request, uid), by=request.user)
    _say(request, _("The room is removed."))
    return redirect("notifications:receivers")


# --- what several pages share ----------------------------------------------------------------------------------------
def _endpoint(request: SignedInRequest, uid: str) -> Endpoint:
    found: QuerySet[Endpoint] = Endpoint.objects.filter(mine(request.user)).select_related("team", "created_by")
    return get_object_or_404(found, uid=uid)


def _room(request: SignedInRequest, uid: str) -> ChatRoom:
    return get_object_or_404(ChatRoom.objects.filter(mine(request.user)).select_related("team"), uid=uid)


def _edit_page(request: SignedInRequest, form: Form, title: str) -> HttpResponse:
    context = {"form": form, "title": title}
    return render(request, "portal/notifications/edit.html", context, status=400 if form.errors else 200)


def _secret_page(request: SignedInRequest, found: Endpoint, secret: str) -> HttpResponse:
    shown: dict[str, Any] = {"endpoint": found, "secret": secret}
    return render(request, "portal/notifications/endpoint_secret.html", shown, status=201)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error


def _say(request: HttpRequest, sentence: str) -> None:
    messages.success(request, sentence)
