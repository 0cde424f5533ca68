"""How a feature offers something to a page above it without that page importing it.

`settings.REGISTRY` lists dotted paths per kind. A path names a function, or a collection of entries.
Kinds: words, inbox, lanes, headlines, criteria, tabs. The dataclasses below are what each must return.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string

Text = str | Promise
Tone = Literal["ok", "warn", "err", "unk"]
Face = Literal["kpi", "model", "data", "integration", "operations", "organisation"]


@dataclass(frozen=True, slots=True)
class InboxItem:
    """Something that waits for this person: what, where, since when, the verb of the button."""

    kind: str  # approval, kpi, gate, incident
    icon: str
    title: Text
    detail: Text
    url: str
    action: Text
    since: datetime
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """One point of a lane: a deployment, an incident. `until` makes it a span."""

    at: datetime
    label: str
    tone: Tone = "unk"
    until: datetime | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """A row of the one time axis. `line`: values over time, with optional bounds. `marks`: flags; `spans`: shaded."""

    key: str
    title: Text
    kind: Literal["line", "marks", "spans"]
    unit: str = ""
    x: Sequence[datetime] = ()
    y: Sequence[float | None] = ()
    low: Sequence[float | None] = ()
    high: Sequence[float | None] = ()
    provisional: Sequence[bool] = ()
    baseline: float | None = None
    baseline_label: str = ""
    target: float | None = None
    marks: Sequence[Mark] = ()
    order: int = 50


@dataclass(frozen=True, slots=True)
class Headline:
    """The one figure that stands for a use case, or the sentence that says there is none."""

    title: Text
    value: str = ""
    interval: str = ""
    grade: str = ""
    note: Text = ""
    as_of: datetime | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a criterion found: met or not (None = unknown), the sentence, and where to look or mend it."""

    met: bool | None
    sentence: Text
    url: str = ""
    action: Text = ""


@dataclass(frozen=True, slots=True)
class Criterion:
    """A question a gate asks. `check(use_case)` computes it; None means a person of `role` attests it."""

    code: str
    title: Text
    why: Text
    face: Face
    role: str  # who can mend or attest: business, data, it
    check: Callable[[Any], Evidence] | None = None


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab of a use case's page: `url_name` is reversed with the slug; `section` marks it active."""

    section: str
    title: Text
    url_name: str
    order: int = 50


@cache
def _entries(kind: str) -> tuple[Any, ...]:
    return tuple(import_string(path) for path in settings.REGISTRY.get(kind, ()))


def words() -> dict[str, Text]:
    """Every sentence template by code."""
    return {code: text for part in _entries("words") for code, text in part.items()}


def criteria() -> dict[str, Criterion]:
    """Every criterion by code."""
    return {c.code: c for part in _entries("criteria") for c in part}


def tabs() -> list[Tab]:
    """The tabs of a use case, in the order of settings."""
    return sorted((tab for part in _entries("tabs") for tab in part), key=lambda tab: tab.order)


def inbox(user: Any) -> list[InboxItem]:
    """What waits for this person, urgent first, then oldest first."""
    items = [item for ask in _entries("inbox") for item in ask(user)]
    return sorted(items, key=lambda item: (not item.urgent, item.since))


def lanes(use_case: Any, *, start: datetime | None = None, end: datetime | None = None) -> list[Lane]:
    """The lanes of a use case's time axis."""
    found: Iterable[Lane] = (lane for ask in _entries("lanes") for lane in ask(use_case, start=start, end=end))
    return sorted(found, key=lambda lane: lane.order)


def headlines(use_cases: Sequence[Any]) -> dict[int, Headline]:
    """The headline of each use case by primary key, in a fixed number of queries."""
    found: dict[int, Headline] = {}
    for ask in _entries("headlines"):
        found.update(ask(use_cases))
    return found
