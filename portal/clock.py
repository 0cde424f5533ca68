"""Story time, and looking back. `now()` is the real time, except while the demo replays a story at dates of its own,
or while somebody looks at the past: then it is the moment looked at.

Rows keep `occurred_at` (story time) beside `recorded_at` (the database's own clock). Leases and the order of
events always use the database's clock.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.conf import settings
from django.utils import timezone

_story: ContextVar[datetime | None] = ContextVar("story", default=None)
_past: ContextVar[datetime | None] = ContextVar("past", default=None)


def now() -> datetime:
    """The moment looked back at, else the story's time while one is told, else the present, in UTC."""
    return _past.get() or _story.get() or timezone.now()


def past() -> datetime | None:
    """The moment somebody looks back at; None in the present."""
    return _past.get()


def is_story() -> bool:
    """Whether rows written now belong to a replayed story and must be marked as such."""
    return _story.get() is not None


@contextmanager
def story(at: datetime | None) -> Iterator[None]:
    """Tell what follows as if it happened `at`. Raises RuntimeError unless the demo is on; None changes nothing."""
    if at is not None and not settings.DEMO:
        raise RuntimeError("Story time exists only while the demo is on.")
    token = _story.set(at)
    try:
        yield
    finally:
        _story.reset(token)


@contextmanager
def looking_back(at: datetime | None) -> Iterator[None]:
    """Read what follows as it was `at`: later rows are not there, and nobody may write. None: the present again."""
    token = _past.set(at)
    try:
        yield
    finally:
        _past.reset(token)
