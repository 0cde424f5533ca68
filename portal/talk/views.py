"""Doors of talk: what was said under a thing, what happened to it, who may be named, what one follows."""

import uuid
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal import clock
from portal.errors import BadInput
from portal.people import rights
from portal.people.models import User
from portal.registry import Subject
from portal.talk import actions, feed, subjects
from portal.talk.following import follows, follows_by_itself, happened, visible
from portal.talk.forms import CommentForm
from portal.talk.markdown import render as as_html
from portal.talk.models import Comment, Follow
from portal.ui.as_of import shows_the_past

SHOWN = 100  # threads on a page, the newest
OFFERED = 8  # names


@shows_the_past
@require_GET
def talk(request: HttpRequest, type: str, uid: uuid.UUID) -> HttpResponse:  # noqa: A002
    """What was said under a thing: a page, or for htmx the section of it."""
    return _page(request, subjects.load(_me(request), type, uid))


@require_POST
def comment_write(request: HttpRequest, type: str, uid: uuid.UUID) -> HttpResponse:  # noqa: A002
    """Say something, or answer."""
    subject = subjects.load(_me(request), type, uid)
    form = CommentForm(request.POST)
    parent = None
    if "parent" in request.POST:
        parent = get_object_or_404(Comment, subject_uid=subject.uid, uid=_uid(request.POST["parent"]))
    rights.require(_me(request), "comment.write", subject.team)
    if form.is_valid():
        try:
            comment = actions.write(subject, by=_me(request), body=form.cleaned_data["body"], parent=parent)
        except BadInput as refusal:
            _explain(form, refusal)
        else:
            return _done(request, subject, comment)
    return _page(request, subject, form=form, parent=parent)


@require_http_methods(["GET", "POST"])
def comment_edit(request: HttpRequest, type: str, uid: uuid.UUID, comment: uuid.UUID) -> HttpResponse:  # noqa: A002
    """Rewrite one's own comment."""
    subject, found = _comment(request, type, uid, comment)
    actions.require_author(found, subject, by=_me(request))
    form = CommentForm(request.POST or None, initial={"body": found.body}, auto_id="edit-%s")
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit(found, subject, by=_me(request), body=form.cleaned_data["body"])
        except BadInput as refusal:
            _explain(form, refusal)
        else:
            return _done(request, subject, found)
    context = {"subject": subject, "comment": found, "form": form}
    return render(request, "portal/talk/edit.html", context, status=400 if form.errors else 200)


@require_POST
def comment_remove(request: HttpRequest, type: str, uid: uuid.UUID, comment: uuid.UUID) -> HttpResponse:  # noqa: A002
    """Remove a comment."""
    subject, found = _comment(request, type, uid, comment)
    actions.remove(found, by=_me(request))
    return _done(request, subject, found)


@require_POST
def talk_follow(request: HttpRequest, type: str, uid: uuid.UUID) -> HttpResponse:  # noqa: A002
    """Follow a thing, or no longer."""
    subject = subjects.load(_me(request), type, uid)
    actions.follow(subject, by=_me(request), is_on=request.POST.get("on") == "1")
    return _done(request, subject)


@require_GET
def talk_people(request: HttpRequest, type: str, uid: uuid.UUID) -> JsonResponse:  # noqa: A002
    """The people who may be named there and whose name begins so, as JSON: only for who may comment."""
    subject = subjects.load(_me(request), type, uid)
    rights.require(_me(request), "comment.write", subject.team)
    start = request.GET.get("q", "").replace("\0", "")[:80].lower()
    people = [
        {"username": person.username, "name": str(person)}
        for person in subjects.audience(subject).order_by("first_name", "last_name", "pk")
        if any(part.lower().startswith(start) for part in (person.username, *str(person).split()))
    ]
    return JsonResponse({"people": people[:OFFERED]})


@shows_the_past
@require_GET
def talk_activity(request: HttpRequest, type: str, uid: uuid.UUID) -> HttpResponse:  # noqa: A002
    """What happened to a thing and what was said of it, newest first, page by page."""
    subject = subjects.load(_me(request), type, uid)
    may_read = rights.can(_me(request), "journal.view", subject.team)
    found = feed.of(subject, request.GET.get("before", ""), events=may_read)
    context = {"subject": subject, "feed": found, "may_read": may_read}
    return render(request, "portal/talk/activity.html", context)


@require_http_methods(["GET", "POST"])
def following(request: HttpRequest) -> HttpResponse:
    """What one follows, what happened there, and whether one follows by commenting."""
    user = _me(request)
    if request.method == "POST":
        actions.choose(by=user, automatically=request.POST.get("automatically") == "1")
        messages.success(request, _("Your choice is kept."))
        return redirect("following")
    rows = visible(user, Follow.objects.filter(user=user, is_on=True)[:SHOWN])
    found = happened(user, rows, request.GET.get("before", ""))
    context = {"subjects": rows, "feed": found, "automatically": follows_by_itself(user)}
    return render(request, "portal/talk/following.html", {"nav": "home", **context})


def _me(request: HttpRequest) -> User:
    return cast(User, request.user)


def _uid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)


def _comment(request: HttpRequest, type_: str, uid: uuid.UUID, comment: uuid.UUID) -> tuple[Subject, Comment]:
    subject = subjects.load(_me(request), type_, uid)
    rows = Comment.objects.filter(subject_uid=subject.uid, removed_at=None).select_related("author", "team")
    return subject, get_object_or_404(rows, uid=comment)


def _explain(form: CommentForm, refusal: BadInput) -> None:
    for problem in refusal.problems:
        form.add_error("body", str(problem.sentence))


def _done(request: HttpRequest, subject: Subject, comment: Comment | None = None) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return _page(request, subject)
    address = reverse("talk", args=[subject.type, subject.uid])
    return redirect(f"{address}#{comment.anchor}" if comment else address)


def _page(
    request: HttpRequest, subject: Subject, *, form: CommentForm | None = None, parent: Comment | None = None
) -> HttpResponse:
    user = _me(request)
    rows = Comment.objects.filter(subject_uid=subject.uid).select_related("author", "removed_by")
    rows = rows.prefetch_related("mentions__user", "versions")
    threads = list(rows.filter(parent=None).order_by("-id")[: SHOWN + 1])
    replies: dict[int, list[Comment]] = {}
    for reply in rows.filter(parent__in=threads).order_by("id"):
        replies.setdefault(cast(int, reply.parent_id), []).append(reply)
    may_moderate = rights.can(user, "comment.moderate", subject.team)
    context = {
        "subject": subject,
        "threads": [
            (_shown(one, user, may_moderate), [_shown(reply, user, may_moderate) for reply in replies.get(one.pk, [])])
            for one in reversed(threads[:SHOWN])
        ],
        "is_cut": len(threads) > SHOWN,
        "form": form or CommentForm(),
        "parent": parent,
        "may_write": rights.can(user, "comment.write", subject.team),
        "follows": follows(user, subject),
    }
    template = "portal/talk/section.html" if request.headers.get("HX-Request") else "portal/talk/talk.html"
    # htmx swaps what was refused too: the section says why in its form.
    status = 400 if form is not None and form.errors and not request.headers.get("HX-Request") else 200
    return render(request, template, context, status=status)


def _shown(comment: Comment, user: User, may_moderate: bool) -> dict[str, Any]:
    at = clock.past()
    is_mine = comment.author_id == user.pk and comment.removed_at is None and at is None
    versions = list(comment.versions.all())
    body = comment.body if at is None else next((one.body for one in versions if one.until > at), comment.body)
    names = {one.user.username.lower(): str(one.user) for one in comment.mentions.all()}
    return {
        "comment": comment,
        "html": as_html(body, names),
        "versions": [one for one in versions if at is None or one.until <= at],
        "may_edit": is_mine and clock.now() - comment.occurred_at <= actions.EDITABLE,
        "may_remove": is_mine or (may_moderate and comment.removed_at is None),
    }
