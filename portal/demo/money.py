"""What both stories cost and were expected to bring: told for the demonstration, each figure with what it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import override

from portal.demo.cast import Cast
from portal.demo.teller import Teller, days
from portal.people.models import User
from usecases.catalog.models import UseCase
from usecases.roi import actions
from usecases.roi.ledger import month_after
from usecases.roi.models import DayRate

RATE = Decimal(640)


@dataclass(frozen=True, slots=True)
class Spent:
    """Effort in person-days, or money, from a day of the story (counted from its start) to another."""

    kind: str
    since: int
    until: int
    person_days: str = ""
    amount: str = ""
    note: str = ""


# Eighty of a hundred on ML at first, then integration again and again.
CAMPAIGN = (
    Spent("ml", -28, 0, "14", note="Response and uplift models"),
    Spent("integration", -14, 0, "3", note="First batch to one market"),
    Spent("ml", 0, 42, "9", note="Uplift with interactions, evaluation"),
    Spent("integration", 0, 42, "8", note="Customer keys, weekly batch"),
    Spent("integration", 42, 91, "13", note="Second market, campaign tool"),
    Spent("ml", 42, 91, "3", note="Doubly robust uplift"),
    Spent("run", 21, 91, "6", note="Monday batch"),
    Spent("run", 21, 91, amount="1150", note="Machines and storage"),
    Spent("debt", 56, 63, "2", note="One key per customer"),
)
PUMPS = (
    Spent("ml", -21, 14, "18", note="Features of vibration, three diagnoses"),
    Spent("integration", 21, 49, "4", note="Files of the first bench"),
    Spent("run", 0, 56, amount="420", note="Machines"),
)


def set_rate(teller: Teller, cast: Cast, moment: datetime, *currencies: str) -> None:
    """The organisation's day rate, in each currency."""
    with teller.at(moment):
        for currency in currencies:
            if not DayRate.objects.filter(currency=currency).exists():
                first = date(moment.year - 1, 1, 1)
                actions.set_rate(by=cast["alix"], amount=RATE, currency=currency, valid_from=first)


def spend(teller: Teller, use_case: UseCase, by: User, start: datetime, until: datetime, told: Sequence[Spent]) -> None:
    """Record what was spent by then, once, each at the end of its time."""
    for one in told:
        end = min(start + days(one.until), until)
        begin = start + days(one.since)
        if begin >= end or use_case.costs.filter(note=one.note, kind=one.kind).exists():
            continue
        with teller.at(end), override("en"):
            actions.record_cost(
                use_case,
                by=by,
                kind=one.kind,
                period_start=begin.date(),
                period_end=end.date(),
                person_days=Decimal(one.person_days) if one.person_days else None,
                amount=Decimal(one.amount) if one.amount else None,
                note=one.note,
            )


def expect(
    teller: Teller,
    use_case: UseCase,
    author: User,
    sponsor: User | None,
    moment: datetime,
    assumptions: str,
    values: Sequence[int],
    costs: Sequence[int],
) -> None:
    """Write the business case from the month of `moment` on; the sponsor validates it a week later, if there is one."""
    if use_case.business_cases.exists():
        return
    month, rows = moment.date().replace(day=1), []
    for value, cost in zip(values, costs, strict=True):
        rows.append({"month": month, "value": Decimal(value), "cost": Decimal(cost)})
        month = month_after(month)
    with teller.at(moment), override("en"):
        case = actions.write_case(use_case, rows, by=author, assumptions=assumptions)
    if sponsor is not None:
        with teller.at(moment + days(7)):
            actions.validate_case(case, by=sponsor)
