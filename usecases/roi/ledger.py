"""Month by month: what was spent, what was expected, what was gained, added up. Decimals only, no rows.

Payback is the first month from which the cumulated net flow is never below zero again (Brealey, Myers & Allen,
Principles of Corporate Finance, chapter 5: the time until what came in equals what was spent). The error of a sum of
gains is propagated as the GUM says (JCGM 100:2008, 5.1.2, equation 10): independent errors add up in squares; the error
of a baseline, which all periods of a KPI share, adds up as it is (5.2.2, note 1).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import accumulate

CENT = Decimal("0.01")
NOTHING = Decimal(0)
# Quantile 0.975 of the standard normal distribution.
Z_95 = Decimal("1.959963984540054")


def month_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def month_after(month: date) -> date:
    """The first day of the next month."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def months(first: date, last: date) -> list[date]:
    """Every month from the one of `first` to the one of `last`, both included."""
    found, month = [], month_of(first)
    while month <= last:
        found.append(month)
        month = month_after(month)
    return found


def spread(amount: Decimal, start: date, end: date) -> dict[date, Decimal]:
    """Deal an amount out over the months of start..end (not included) by their days, to the cent; the sum is exact."""
    whole, shares, given, passed = (end - start).days, {}, NOTHING, 0
    for month in months(start, end - timedelta(days=1)):
        passed += (min(end, month_after(month)) - max(start, month)).days
        # What was due until here, less what was given: no cent is lost on the way.
        due = amount if passed == whole else (amount * passed / whole).quantize(CENT, ROUND_HALF_EVEN)
        shares[month] = due - given
        given = due
    return shares


@dataclass(frozen=True, slots=True)
class Gained:
    """What a KPI gained over a period, as money. `error` None: nobody knows how sure it is.

    `shared` is the part of the error that all periods of the same KPI have in common.
    """

    kpi_id: int
    month: date
    value: Decimal
    error: Decimal | None
    shared: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum with its 95 % interval; bounds None where unknown."""

    value: Decimal
    low: Decimal | None
    high: Decimal | None


def add_up(gained: Iterable[Gained]) -> Sum:
    """The sum of gains with its interval: Σ over KPIs of (Σ error² + (Σ shared)²), as in the head of this file."""
    value, squares, shared, known = NOTHING, NOTHING, defaultdict[int, Decimal](Decimal), True
    for one in gained:
        value += one.value
        shared[one.kpi_id] += one.shared
        if one.error is None:
            known = False
        else:
            squares += one.error**2
    if not known:
        return Sum(value, None, None)
    error = (squares + sum((one**2 for one in shared.values()), NOTHING)).sqrt()
    return Sum(value, value - Z_95 * error, value + Z_95 * error)


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the ledger; what begins with `all_` is cumulated from the first month on."""

    month: date
    cost: Decimal
    all_cost: Decimal
    expected: Decimal | None
    all_expected: Decimal | None
    expected_cost: Decimal | None
    all_expected_cost: Decimal | None
    realised: Decimal | None
    all_realised: Sum | None

    @property
    def net(self) -> Decimal | None:
        """What came in so far less what was spent so far; None before anything is known to have come in."""
        return None if self.all_realised is None else self.all_realised.value - self.all_cost


def ledger(
    costs: Mapping[date, Decimal],
    expected: Mapping[date, tuple[Decimal, Decimal]],
    gained: Sequence[Gained],
) -> list[Month]:
    """Every month from the first of anything to the last, oldest first. Empty when nothing is known.

    `costs` by month; `expected` (value, cost) by month; realised value is known up to the last month gained, and
    nothing of it is told before the first.
    """
    known = [*costs, *expected, *(one.month for one in gained)]
    if not known:
        return []
    by_month = defaultdict[date, list[Gained]](list)
    for one in gained:
        by_month[one.month].append(one)
    first_gain, last_gain = min(by_month, default=None), max(by_month, default=None)
    found, so_far = [], list[Gained]()
    all_cost = all_expected = all_expected_cost = NOTHING
    for month in months(min(known), max(known)):
        all_cost += costs.get(month, NOTHING)
        value, cost = expected.get(month, (NOTHING, NOTHING))
        all_expected, all_expected_cost = all_expected + value, all_expected_cost + cost
        so_far += by_month.get(month, ())
        counted = first_gain is not None and last_gain is not None and first_gain <= month <= last_gain
        found.append(
            Month(
                month=month,
                cost=costs.get(month, NOTHING),
                all_cost=all_cost,
                expected=value if expected else None,
                all_expected=all_expected if expected else None,
                expected_cost=cost if expected else None,
                all_expected_cost=all_expected_cost if expected else None,
                realised=sum((one.value for one in by_month.get(month, ())), NOTHING) if counted else None,
                all_realised=add_up(so_far) if counted else None,
            )
        )
    return found


def payback(net: Sequence[tuple[date, Decimal]]) -> date | None:
    """The first month from which the cumulated net flow never falls below zero again; None: not yet, or nothing spent.

    `net`: (month, cumulated net flow), oldest first. Something must have been spent: a flow that was never below zero
    has nothing to pay back.
    """
    if all(value >= 0 for _month, value in net):
        return None
    back = None
    for month, value in net:
        if value < 0:
            back = None
        elif back is None:
            back = month
    return back


def cumulated(flows: Iterable[tuple[date, Decimal]]) -> list[tuple[date, Decimal]]:
    """The same flows, added up from the first on."""
    pairs = list(flows)
    return list(zip((month for month, _flow in pairs), accumulate(flow for _month, flow in pairs), strict=True))


@dataclass(frozen=True, slots=True)
class Split:
    """The effort of a month in person-days by kind, and the share of ML in ML and integration together (0 to 1)."""

    month: date
    days: Mapping[str, Decimal]

    @property
    def ml_share(self) -> Decimal | None:
        """ML ÷ (ML + integration); None when there was neither."""
        return share(self.days)


def share(days: Mapping[str, Decimal]) -> Decimal | None:
    """ML ÷ (ML + integration) of person-days by kind; None when there was neither."""
    both = days.get("ml", NOTHING) + days.get("integration", NOTHING)
    return days.get("ml", NOTHING) / both if both else None


def split(efforts: Iterable[tuple[str, Decimal, date, date]]) -> list[Split]:
    """The effort by month, oldest first, months without effort included, from (kind, person-days, start, end)."""
    by_month = defaultdict[date, dict[str, Decimal]](dict)
    for kind, person_days, start, end in efforts:
        for month, part in spread(person_days, start, end).items():
            by_month[month][kind] = by_month[month].get(kind, NOTHING) + part
    if not by_month:
        return []
    return [Split(month, by_month.get(month, {})) for month in months(min(by_month), max(by_month))]
