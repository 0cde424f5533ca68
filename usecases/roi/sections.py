"""What cost and value say in a review: a row per currency, and how it moved since the review before."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.registry import Grid, Part, Section, Value
from portal.ui import wording
from usecases.catalog.models import UseCase
from usecases.roi.ledger import Sum
from usecases.roi.totals import Total, totals
from usecases.roi.verdict import interval, money


def over(use_cases: Sequence[UseCase], as_of: datetime, since: datetime | None) -> list[Part]:
    """Cost, expected and realised value in each currency, and since the review before. Ten queries at most."""
    now = totals(use_cases, as_of)
    if not now:
        return [_("No cost and no value are recorded.")]
    before = {one.currency: one for one in totals(use_cases, since)} if since else {}
    headings = [_("Currency"), _("Spent"), _("Expected by now"), _("Realised"), _("Interval"), _("Net")]
    rows = [_row(one) for one in now]
    if since:
        headings += [_("Spent since"), _("Realised since")]
        rows = [row + _moved(one, before.get(one.currency)) for row, one in zip(rows, now, strict=True)]
    return [Grid(headings, rows), *_unpriced(now)]


def render(use_case: UseCase, as_of: datetime) -> list[Part]:
    """Cost, expected and realised value in each currency. Five queries."""
    return over([use_case], as_of, None)


def _row(one: Total) -> list[Value]:
    realised = None if one.realised is None else interval(Sum(one.realised, one.low, one.high), one.currency)
    amounts = [_amount(amount, one.currency) for amount in (one.cost, one.expected, one.realised)]
    return [one.currency, *amounts, realised, _amount(one.net, one.currency)]


def _moved(now: Total, before: Total | None) -> list[Value]:
    """What was added since; a value that nobody knew before was nothing that was counted."""
    cost = now.cost - (before.cost if before else Decimal(0))
    realised = None
    if now.realised is not None:
        realised = now.realised - (before.realised or Decimal(0) if before else Decimal(0))
    return [_amount(cost, now.currency), _amount(realised, now.currency)]


def _amount(amount: Decimal | None, currency: str) -> str | None:
    return None if amount is None else money(amount, currency)


def _unpriced(totals: Sequence[Total]) -> list[Part]:
    days = sum((one.unpriced_days for one in totals), Decimal(0))
    said = _("%(days)s person-days have no day rate: their cost is unknown and not counted.")
    return [said % {"days": wording.number(days)}] if days else []


SECTIONS = [
    Section("roi", gettext_lazy("Cost & value"), render, 25, ("cost.", "costs.", "case.validated"), over),
]
