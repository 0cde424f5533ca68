"""The rest of the portfolio: how many cases are begun, how few go on, and what is learnt from the others.

Nothing is measured in them, and each says so. Their stages, decisions and lessons go through the portal's own actions.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import override

from portal.demo.cast import Cast
from portal.demo.teller import Teller, days, once
from usecases.catalog import actions as catalog
from usecases.catalog.models import Funding, Stage, UseCase
from usecases.lifecycle import actions as lifecycle
from usecases.steering import actions as steering

STEPS = 1
NOTE = "Invented for the demonstration: nothing is measured here. Its dates, judgements and decisions are made up."


@dataclass(frozen=True, slots=True)
class Case:
    """A case in days before now: when it was opened, became a POC, was stopped; and what people judged and learnt."""

    slug: str
    name: str
    team: str
    by: str
    decision: str
    users: str
    tags: tuple[str, ...]
    value: int
    feasibility: int
    opened: int
    poc: int | None = None
    stopped: int | None = None
    why: str = ""
    lesson: str = ""


CASES = (
    Case(
        *("spare-parts", "Spare-part forecast", "pumps", "paul"),
        "Each month, decide how many pumps and seals to stock at each base.",
        "Supply planners",
        ("Wells", "Logistics"),
        *(5, 2, 112, 96),
    ),
    Case(
        *("well-flow", "Well flow stability", "pumps", "paul"),
        "Each shift, decide when to choke a well that begins to slug.",
        "Field operators",
        ("Wells",),
        *(4, 3, 61, 33),
    ),
    Case(
        *("seal-wear", "Seal wear from pictures", "pumps", "paul"),
        "At each overhaul, decide which seal is replaced from its picture.",
        "Workshop",
        ("Wells", "Images"),
        *(3, 1, 101, 80, 38),
        "Nobody can label the 4,000 pictures before the season ends, and 60 of them are not enough to learn from.",
        "Ask for annotation capacity before the POC: two experts for three weeks, or no pictures at all.",
    ),
    Case(
        *("loyalty-offers", "Loyalty offer depth", "marketing", "claire"),
        "Each week, decide how much discount each loyal customer is offered.",
        "Campaign operators",
        ("Campaigns", "Programme 2026"),
        *(4, 4, 12),
    ),
    Case(
        *("churn-letters", "Letters to customers about to leave", "marketing", "claire"),
        "Each month, decide which customer gets a letter before the contract ends.",
        "Retention desk",
        ("Campaigns",),
        *(3, 4, 110, 92, 45),
        "Two iterations in one region: no effect that the manual rule does not have, at twice its cost.",
        "Those who leave decide months earlier: a letter in the last month comes too late, whoever chooses it.",
    ),
    Case(
        *("shop-hours", "Opening hours of small shops", "marketing", "claire"),
        "Each quarter, decide which shop opens later on Fridays.",
        "Shop managers",
        ("Programme 2026",),
        *(1, 5, 70),
    ),
    Case(
        *("invoice-matching", "Invoice matching", "service", "claire"),
        "For each invoice, decide whether a person must look at it.",
        "Accounts payable",
        ("Back office", "Programme 2026"),
        *(4, 5, 84, 51),
    ),
    Case(
        *("answer-drafts", "Draft answers to written requests", "service", "claire"),
        "For each request, decide which draft the agent starts from.",
        "Agents of the service desk",
        ("Back office",),
        *(2, 3, 41),
    ),
    Case(
        *("meter-visits", "Meters to visit", "service", "claire"),
        "Each week, decide which meters a technician visits.",
        "Field technicians",
        ("Logistics", "Programme 2026"),
        *(5, 4, 26),
    ),
    Case(
        *("call-mood", "Mood of callers", "service", "claire"),
        "During a call, decide whether a supervisor listens in.",
        "Supervisors",
        ("Back office",),
        *(2, 1, 90, None, 20),
        "No decision would change: supervisors listen in on complaints already, and staff representatives object.",
    ),
)
# Who is funded with how much, or paused, so many days before now, and why.
FUNDED = (
    ("campaign", "fund", 30, Decimal("80000"), "A proven gain in one market: the next two may follow this quarter."),
    (
        "invoice-matching",
        "fund",
        25,
        Decimal("45000"),
        "High value, and the data is there: it is worth a team.",
    ),
    (
        "spare-parts",
        "pause",
        9,
        None,
        "A POC of three months without a flow: first find who owns the stock data.",
    ),
)


def tell(teller: Teller, cast: Cast, anchor: datetime) -> None:
    """Open the other cases, judge them, let some be stopped, let steering decide; after all other stories."""
    teller.step("demo.portfolio")
    with override("en"):
        for case in CASES:
            _tell_one(teller, cast, case, anchor)
        for slug, kind, ago, amount, why in FUNDED:
            use_case = UseCase.objects.select_related("team").get(slug=slug)
            if use_case.funding == Funding.UNDECIDED and not use_case.steering_decisions.exists():
                with teller.at(anchor - days(ago)):
                    steering.decide(use_case, kind, by=cast["sofia"], reason=why, amount=amount, seen=Funding.UNDECIDED)
        for slug, who, value, feasibility in (("campaign", "claire", 4, 5), ("pump-diagnosis", "paul", 5, 3)):
            _judge(teller, cast, UseCase.objects.select_related("team").get(slug=slug), who, value, feasibility, anchor)


def _tell_one(teller: Teller, cast: Cast, case: Case, anchor: datetime) -> None:
    with teller.at(anchor - days(case.opened)):
        use_case = once(
            UseCase.objects.select_related("team").filter(slug=case.slug),
            lambda: catalog.create_use_case(
                cast.teams[case.team],
                by=cast[case.by],
                name=case.name,
                slug=case.slug,
                decision=case.decision,
                decision_users=case.users,
                tags=case.tags,
                data_note=NOTE,
            ),
        )
    _judge(teller, cast, use_case, case.by, case.value, case.feasibility, anchor - days(case.opened - 1))
    if case.poc is not None and use_case.stage == Stage.EXPLORATION:
        with teller.at(anchor - days(case.poc)):
            lifecycle.pass_gate(use_case, Stage.POC, by=cast[case.by], reason="To try is how we learn.")
    if case.stopped is not None and use_case.stage != Stage.STOPPED:
        with teller.at(anchor - days(case.stopped)):
            steering.decide(use_case, "stop", by=cast["sofia"], reason=case.why, seen=use_case.funding)
    if case.lesson and case.stopped is not None and not use_case.lessons.exists():
        with teller.at(anchor - days(case.stopped - 2)):
            steering.say_learnt(use_case, case.lesson, by=cast[case.by])


def _judge(
    teller: Teller, cast: Cast, use_case: UseCase, who: str, value: int, feasibility: int, moment: datetime
) -> None:
    if use_case.value_score is None:
        with teller.at(moment):
            catalog.score_use_case(use_case, by=cast[who], value=value, feasibility=feasibility, seen=(None, None))
