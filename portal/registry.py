"""How a feature offers something to a page above it without that page importing it.

`settings.REGISTRY` lists dotted paths per kind. A path names a function, or a collection of entries; `KINDS` says
which, and `portal.checks` refuses to start on anything else. The dataclasses below are what each offers or returns.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Literal
from uuid import UUID

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
class Trend:
    """The last values of the headline, oldest first, and the system in place when it is known."""

    values: Sequence[float]
    baseline: float | None = None


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


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that a search found and that this person may see. `score`: 0 to 1, the best first."""

    kind: Text  # what it is, as the reader says it: "Use case", "KPI"
    title: Text
    detail: Text
    url: str
    score: float
    icon: str = "search"


@dataclass(frozen=True, slots=True)
class Subject:
    """A thing that people speak about, as one person sees it; `people` are the keys of who made or answers for it."""

    type: str
    uid: UUID
    title: str
    url: str
    use_case: str  # slug
    team: Any
    people: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class SubjectKind:
    """A type of things that people speak about. `load(user, uid)`: the thing, None when this person may not see it.

    `several(user, uids)`: those of them that this person may see, in one query.
    """

    type: str
    load: Callable[[Any, UUID], Subject | None]
    several: Callable[[Any, Sequence[UUID]], Iterable[Subject]] | None = None

    def load_all(self, user: Any, uids: Sequence[UUID]) -> list[Subject]:
        """Those of these things that this person may see; one by one where the feature offers no better."""
        if self.several is not None:
            return list(self.several(user, uids))
        return [subject for uid in uids if (subject := self.load(user, uid))]


# What a feature searches with: `source(user, query, limit)`, at most `limit` hits that this person may see.
SearchSource = Callable[[Any, str, int], list[Hit]]


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a curse signal is raised, where to mend it, and since when (None: nobody knows).

    `reason` is a code among the words, with `params` (JSON values); the same code with ".do" says what to do next.
    """

    reason: str
    params: Mapping[str, Any]
    url: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """A curse signal: one of the ways not to reach production.

    `find(use_cases)` gives what it finds by primary key, in a fixed number of queries, only where all is not well. Its
    `curse.raised.<code>` and `curse.cleared.<code>` are among the words.
    """

    code: str
    title: Text
    find: Callable[[Sequence[Any]], Mapping[int, Finding]]


Value = Text | int | float | Decimal | date | None  # None is shown as unknown; a datetime is a date


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels with their values."""

    pairs: Sequence[tuple[Text, Value]]


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows under headings; each row has one value per heading."""

    headings: Sequence[Text]
    rows: Sequence[Sequence[Value]]


Part = Text | Facts | Grid  # a paragraph, facts, a table


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a use case's dossier and of its reviews.

    `render(use_case, as_of)` gives plain data without names of people, so that any format can show it.
    """

    key: str
    title: Text
    render: Callable[[Any, datetime], Sequence[Part]]
    order: int = 50
    # Verbs of the journal (or how they begin) that say what changed since a review.
    verbs: Sequence[str] = ()
    # `over(use_cases, as_of, since)`: the same of one or many use cases, and how it moved since a moment (or None).
    # A review shows it in place of `render`, the portfolio's too.
    over: Callable[[Sequence[Any], datetime, datetime | None], Sequence[Part]] | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A kind of notification. `code` is also the code of its sentence among the words; `event` names it to machines."""

    code: str
    title: Text  # as a person chooses it: "A deployment waits for my approval"
    icon: str
    urgent: bool = False  # sent at once even to who asked for a daily digest
    event: str = ""  # the type of the webhook event ("deployment.requested"); empty: none is sent


@dataclass(frozen=True, slots=True)
class Exceptional:
    """What an auditor looks at: verbs of the journal (a family ends in a dot), why it matters.

    `only`: lookups on the event that make it exceptional, when the verb alone does not.
    """

    code: str
    title: Text
    why: Text
    verbs: tuple[str, ...]
    only: Mapping[str, Any] = field(default_factory=dict)
    tone: Tone = "warn"


@dataclass(frozen=True, slots=True)
class Milestone:
    """What followers of a use case are told when the journal holds it: a verb, or a family of them ending in a dot."""

    verb: str


@dataclass(frozen=True, slots=True)
class Kind:
    """What the dotted paths of a kind name: a function with these arguments, a mapping, or entries told by a key."""

    arguments: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    entry: type[Any] | None = None
    key: str = ""


KINDS: dict[str, Kind] = {
    "words": Kind(entry=str),
    "inbox": Kind(("user",)),
    "lanes": Kind(("use_case",), ("start", "end")),
    "went_live": Kind(("use_case",)),
    "headlines": Kind(("use_cases",)),
    "trends": Kind(("use_cases",)),
    "search": Kind(("user", "query", "limit")),
    "criteria": Kind(entry=Criterion, key="code"),
    "signals": Kind(entry=Signal, key="code"),
    "sections": Kind(entry=Section, key="key"),
    "holds": Kind(("use_case", "environment", "site")),
    "notices": Kind(entry=Notice, key="code"),
    "milestones": Kind(entry=Milestone, key="verb"),
    "exceptions": Kind(entry=Exceptional, key="code"),
    "tabs": Kind(entry=Tab, key="section"),
    "subjects": Kind(entry=SubjectKind, key="type"),
}


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


def went_live(use_case: Any) -> list[Mark]:
    """What went live of a use case, and where, oldest first."""
    return sorted((mark for ask in _entries("went_live") for mark in ask(use_case)), key=lambda mark: mark.at)


def headlines(use_cases: Sequence[Any]) -> dict[int, Headline]:
    """The headline of each use case by primary key, in a fixed number of queries."""
    found: dict[int, Headline] = {}
    for ask in _entries("headlines"):
        found.update(ask(use_cases))
    return found


def trends(use_cases: Sequence[Any]) -> dict[int, Trend]:
    """How the headline of each use case went, by primary key, in a fixed number of queries."""
    found: dict[int, Trend] = {}
    for ask in _entries("trends"):
        found.update(ask(use_cases))
    return found


def search(user: Any, query: str, limit: int) -> list[Hit]:
    """What this person may see that answers the query, the best first, at most `limit`."""
    hits = [hit for source in _entries("search") for hit in source(user, query, limit)]
    return sorted(hits, key=lambda hit: -hit.score)[:limit]


def subjects() -> dict[str, SubjectKind]:
    """Every type of things that people speak about."""
    return {kind.type: kind for part in _entries("subjects") for kind in part}


def signals() -> dict[str, Signal]:
    """Every curse signal by code."""
    return {signal.code: signal for part in _entries("signals") for signal in part}


def exceptions() -> dict[str, Exceptional]:
    """Every kind of exception by code, in the order of settings."""
    return {one.code: one for part in _entries("exceptions") for one in part}


def milestones() -> list[str]:
    """Every verb that followers are told of, families spelled out."""
    told = [one.verb for part in _entries("milestones") for one in part]
    families = tuple(verb for verb in told if verb.endswith("."))
    spelled = [verb for verb in words() if families and verb.startswith(families)]
    return [verb for verb in told if not verb.endswith(".")] + spelled


def holds(use_case: Any, environment: Any, site: Any) -> list[Text]:
    """Why a model of this use case may not go to this site now, one sentence each; empty when nothing holds it."""
    found = (hold(use_case, environment, site) for hold in _entries("holds"))
    return [sentence for sentence in found if sentence]


def sections() -> list[Section]:
    """The sections of a dossier, in their order."""
    return sorted((section for part in _entries("sections") for section in part), key=lambda one: one.order)


def dossier(use_case: Any, as_of: datetime, since: datetime | None = None) -> list[tuple[Section, Sequence[Part]]]:
    """What each section says of a use case as it was then; those that know how it moved, against `since`."""
    return [
        (section, section.over([use_case], as_of, since) if section.over else section.render(use_case, as_of))
        for section in sections()
    ]


def overall(use_cases: Sequence[Any], as_of: datetime, since: datetime | None) -> list[tuple[Section, Sequence[Part]]]:
    """What the sections that add up say of many use cases as they were then."""
    return [(section, section.over(use_cases, as_of, since)) for section in sections() if section.over]


def notices() -> dict[str, Notice]:
    """Every kind of notification by code."""
    return {notice.code: notice for part in _entries("notices") for notice in part}
