"""A feature as small as can be: it offers one of each kind, and no page imports it."""

from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import UUID

from portal.registry import (
    Criterion,
    Evidence,
    Exceptional,
    Facts,
    Finding,
    Grid,
    Headline,
    Hit,
    InboxItem,
    Lane,
    Mark,
    Milestone,
    Notice,
    Section,
    Signal,
    Subject,
    SubjectKind,
    Tab,
    Trend,
)

THEN = datetime(2026, 5, 12, 6, tzinfo=UTC)

WORDS = {"tide.measured": "The tide at %(target)s was measured.", "tide.high": "The tide is high at %(place)s."}
WORDS |= {"tide.dry": "The quay is dry.", "tide.dry.do": "Wait for the tide"}
WORDS |= {"curse.raised.tide.low": "Low water was seen.", "curse.cleared.tide.low": "The water came back."}


def inbox(user):
    return [InboxItem("tide", "bell", "Read the gauge", "North quay", "/gauge/", "Read", THEN)]


def lanes(use_case, *, start, end):
    return [Lane("tide", "Tide", "marks", marks=[Mark(end, "High water", url="/gauge/")])]


def went_live(use_case):
    return [Mark(THEN, "The gauge of the quay")]


def headlines(use_cases):
    return {one.pk: Headline("Tide", value="4.2 m") for one in use_cases}


def trends(use_cases):
    return {one.pk: Trend([4.0, 4.2], 4.1) for one in use_cases}


def search(user, query, limit):
    hits = [Hit("Gauge", f"{quay} quay", "Tide", f"/gauge/{quay}/", score) for quay, score in (("a", 0.2), ("b", 0.9))]
    return [hit for hit in hits if query in str(hit.title)]


CRITERIA = [
    Criterion("tide.known", "Tide known", "", "data", "it", lambda use_case: Evidence(False, "No gauge answers."))
]
SIGNALS = [
    Signal("tide.low", "Low water", lambda all_: {one.pk: Finding("tide.dry", {}, "/gauge/", THEN) for one in all_}),
    Signal("tide.calm", "Rough sea", lambda all_: {}),
]
SECTIONS = [
    Section(
        "tides",
        "Tides",
        lambda use_case, as_of: [
            f"{use_case.name}, as of {as_of:%Y}.",
            Facts([("Gauges", 1), ("Owner", None)]),
            Grid(["Quay", "Metres"], [["North", 4.2]]),
        ],
        order=1,
    )
]


def hold(use_case, environment, site):
    """Nothing of this use case sails."""
    return "The tide is out: nothing sails."


TABS = [Tab("tides", "Tides", "overview", 99)]
EXCEPTIONS = [Exceptional("tide.high", "Flood", "The sea came over the quay.", ("tide.high",))]
MILESTONES = [Milestone("tide.high")]
NOTICES = [Notice("tide.high", "The tide is high", "bell", event="tide.high")]

# --- what a feature must not offer ---------------------------------------------------------------------------------
NOT_A_COLLECTION = SimpleNamespace(code="tide.known")
MIXED = ["tide.known"]
TWICE = [*SIGNALS, SIGNALS[0]]
WORDLESS = {"tide.measured": 3}


def forgets_the_limit(user, query):
    return []


GAUGE = UUID("0199a000-0000-7000-8000-000000000001")


def gauge(user, uid):
    """The one gauge, for whoever is in a team."""
    membership = user.memberships.select_related("team").first()
    if membership is None or uid != GAUGE:
        return None
    return Subject("gauge", GAUGE, "The gauge of the north quay", "/gauge/", "spring", membership.team)


SUBJECTS = [SubjectKind("gauge", gauge)]
