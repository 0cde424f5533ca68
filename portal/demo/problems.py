"""What stood in the way in both stories, and what was put off: written down, ranked, solved by the people who play."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import override

from portal.demo.cast import Cast
from portal.demo.teller import Teller, days
from portal.people.models import User
from usecases.catalog.models import UseCase
from usecases.problems import actions
from usecases.problems.models import Problem


@dataclass(frozen=True, slots=True)
class Told:
    """A problem of a story: days after its start at which it is written down, due and solved."""

    title: str
    face: str
    owner: str
    raised: float
    due: float | None = None
    cost: str = ""
    kind: str = "problem"
    description: str = ""
    solved: float | None = None
    comment: str = ""


CAMPAIGN = (
    Told(
        "Customer keys of the shops and of the web do not match",
        "data",
        "amit",
        -18,
        due=10,
        cost="2400",
        description="One customer in nine has two keys. The nightly file keeps the web's; the shops need their own.",
        solved=24,
        comment="The customer repository gives one key; the nightly file takes it since Monday.",
    ),
    Told(
        "The target list is copied by hand into the campaign tool",
        "integration",
        "jonas",
        -12,
        due=45,
        cost="1800",
        kind="debt",
        description="Two hours every Monday, and a wrong file went out once. The campaign tool has an import address.",
    ),
    Told(
        "Operators do not see why a customer is on the list",
        "business",
        "claire",
        20,
        due=118,
        description="They answer calls about it. One plain sentence beside each customer would do.",
    ),
    Told(
        "No test of the weekly batch on a bank holiday",
        "operations",
        "jonas",
        40,
        cost="300",
        kind="debt",
        description="The file came empty on Easter Monday, and the batch took it for a week without customers.",
    ),
)
PUMPS = (
    Told(
        "Test reports arrive as e-mail attachments",
        "integration",
        "karim",
        -10,
        due=30,
        cost="3100",
        kind="debt",
        description="The bench writes a file; somebody mails it. The gateway of the bench could send it itself.",
    ),
    Told(
        "Crews have not seen the decision page",
        "organisation",
        "paul",
        5,
        due=70,
        description="Two crews, three shifts. Nobody has told the night shift.",
    ),
    Told(
        "The noise of the south bench is not measured",
        "science",
        "lena",
        14,
        description="Models learned there. A week of idle readings would tell how far its sensors drift.",
    ),
)


def write_down(
    teller: Teller, cast: Cast, use_case: UseCase, by: User, start: datetime, until: datetime, told: Sequence[Told]
) -> None:
    """Write down what had come up by then and solve what had been solved, at the story's dates, once."""
    for one in told:
        if start + days(one.raised) > until or use_case.problems.filter(title=one.title).exists():
            continue
        with teller.at(start + days(one.raised)), override("en"):
            actions.raise_problem(
                use_case,
                by=by,
                title=one.title,
                face=one.face,
                kind=one.kind,
                owner=cast[one.owner],
                due=None if one.due is None else (start + days(one.due)).date(),
                cost_per_month=Decimal(one.cost) if one.cost else None,
                description=one.description,
            )
    for one in told:
        open_still = Problem.objects.filter(use_case=use_case, title=one.title).open().select_related("use_case__team")
        if one.solved is None or start + days(one.solved) > until or not (problem := open_still.first()):
            continue
        with teller.at(start + days(one.solved)), override("en"):
            actions.solve(problem, by=cast[one.owner], comment=one.comment)
