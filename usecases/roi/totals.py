"""Cost, expected and realised value of many use cases, added up per currency: currencies are never added."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from usecases.catalog.models import UseCase
from usecases.roi.account import Sums, sums

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Total:
    """The money of some use cases in one currency. None is what nobody knows.

    `counted`: use cases with a cost or a value; `valued`: those whose realised value is known. `low`, `high`: 95 %
    interval of `realised`, None while one error is unknown.
    """

    currency: str
    counted: int
    valued: int
    cost: Decimal
    unpriced_days: Decimal
    expected: Decimal | None
    realised: Decimal | None
    low: Decimal | None
    high: Decimal | None

    @property
    def net(self) -> Decimal | None:
        """What came in less what was spent, as far as both are known."""
        return None if self.realised is None or self.unpriced_days else self.realised - self.cost


def totals(use_cases: Sequence[UseCase], as_of: datetime | None = None) -> list[Total]:
    """One total per currency in which something is known, by its code; five queries for any number of use cases."""
    by_currency: dict[str, list[Sums]] = {}
    for found in sums(use_cases, as_of).values():
        for one in found:
            if one.cost or one.unpriced_days or one.expected is not None or one.value is not None:
                by_currency.setdefault(one.currency, []).append(one)
    return [_total(currency, found) for currency, found in sorted(by_currency.items())]


def _total(currency: str, found: Sequence[Sums]) -> Total:
    gained = [one.realised.total for one in found if one.realised.total is not None]
    errors = [(one.high - one.low) / 2 for one in gained if one.low is not None and one.high is not None]
    realised = _sum(one.value for one in gained)
    # Use cases are independent of each other: half widths of intervals add up in squares (JCGM 100:2008, 5.1.2).
    error = sum((one * one for one in errors), NOTHING).sqrt() if gained and len(errors) == len(gained) else None
    return Total(
        currency=currency,
        counted=len(found),
        valued=len(gained),
        cost=sum((one.cost for one in found), NOTHING),
        unpriced_days=sum((one.unpriced_days for one in found), NOTHING),
        expected=_sum(one.expected for one in found if one.expected is not None),
        realised=realised,
        low=realised - error if realised is not None and error is not None else None,
        high=realised + error if realised is not None and error is not None else None,
    )


def _sum(amounts: Iterable[Decimal]) -> Decimal | None:
    """The sum; None of nothing."""
    known = list(amounts)
    return sum(known, NOTHING) if known else None
