"""What happened and what was said, newest first: of a thing, of a use case, of what a person follows."""

import heapq
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from portal.audit.models import Event
from portal.registry import Subject
from portal.talk.models import Comment

PAGE = 20
USE_CASE = "use_case"


@dataclass(frozen=True, slots=True)
class Entry:
    """An event of the journal, or a comment: one of the two."""

    recorded_at: datetime
    event: Event | None = None
    comment: Comment | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """Some entries, newest first; `older` is where the next ones begin, empty at the end."""

    entries: Sequence[Entry]
    older: str


def of(subject: Subject, cursor: str = "", *, events: bool, number: int = PAGE) -> Feed:
    """Of a use case everything that happened in it, of anything else what happened to it. Two queries."""
    if subject.type == USE_CASE:
        return of_use_case(subject.use_case, cursor, events=events, number=number)
    return of_subject(subject.uid, cursor, events=events, number=number)


def of_subject(uid: uuid.UUID, cursor: str = "", *, events: bool, number: int = PAGE) -> Feed:
    """A thing: its events (for who may read the journal) and its comments. Two queries."""
    told = Event.objects.filter(target_uid=uid) if events else Event.objects.none()
    return _merged(told, Comment.objects.filter(subject_uid=uid), cursor, number)


def of_use_case(slug: str, cursor: str = "", *, events: bool, number: int = PAGE) -> Feed:
    """Everything that happened (for who may read the journal) and was said in a use case. Two queries."""
    told = Event.objects.filter(use_case=slug) if events else Event.objects.none()
    return _merged(told, Comment.objects.filter(use_case=slug), cursor, number)


def of_many(
    uids: Sequence[uuid.UUID],
    slugs: Sequence[str],
    cursor: str = "",
    *,
    events_of: Sequence[int] | None,
    number: int = PAGE,
) -> Feed:
    """These things and everything in these use cases; events only of the teams `events_of` (None: of all)."""
    told = Event.objects.filter(Q(target_uid__in=uids) | Q(use_case__in=slugs))
    if events_of is not None:
        told = told.filter(team__in=events_of)
    return _merged(told, Comment.objects.filter(Q(subject_uid__in=uids) | Q(use_case__in=slugs)), cursor, number)


def _merged(events: QuerySet[Event], comments: QuerySet[Comment], cursor: str, number: int) -> Feed:
    """One page of two streams, each read below its own identifier: the cursor holds both."""
    below = _read(cursor)
    # A comment stands for its own events.
    events = (
        events.exclude(target_type=Comment._meta.label_lower).select_related("actor", "person", "team").order_by("-id")
    )
    comments = comments.select_related("author", "removed_by", "parent").order_by("-id")
    comments = comments.prefetch_related("mentions__user", "versions")
    if below:
        events, comments = events.filter(pk__lt=below[0]), comments.filter(pk__lt=below[1])
    told = [Entry(one.recorded_at, event=one) for one in events[: number + 1]]
    said = [Entry(one.recorded_at, comment=one) for one in comments[: number + 1]]
    every = list(heapq.merge(told, said, key=lambda entry: entry.recorded_at, reverse=True))
    shown = every[:number]
    older = _after(shown, below or (2**62, 2**62)) if len(every) > number else ""
    return Feed(shown, older)


def _after(shown: Sequence[Entry], below: tuple[int, int]) -> str:
    event = min((entry.event.pk for entry in shown if entry.event), default=below[0])
    comment = min((entry.comment.pk for entry in shown if entry.comment), default=below[1])
    return f"{event}.{comment}"


def is_cursor(text: str) -> bool:
    """Whether a feed gave this as where the next ones begin."""
    return _read(text) is not None


def _read(cursor: str) -> tuple[int, int] | None:
    parts = cursor.split(".")
    if len(parts) != 2 or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
        return None
    return int(parts[0]), int(parts[1])
