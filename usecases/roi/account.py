"""The account of use cases: cost, expected and realised value, per currency; of one month by month, of many in sums."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db.models import DecimalField, OuterRef, Q, Subquery
from django.db.models import Sum as Total
from django.utils import timezone

from portal import clock
from usecases.catalog.models import UseCase
from usecases.roi import realised
from usecases.roi.ledger import (
    NOTHING,
    Month,
    Split,
    Sum,
    cumulated,
    ledger,
    month_of,
    payback,
    share,
    split,
    spread,
)
from usecases.roi.models import BusinessCase, CaseStatus, Cost, ExpectedMonth
from usecases.roi.realised import Realised

MONEY = DecimalField(max_digits=20, decimal_places=4)


@dataclass(frozen=True, slots=True)
class Sums:
    """Cost and value of a use case in one currency, added up until now. What nobody knows is None, never zero.

    `expected_all` and `expected_cost_all` are of the whole validated business case; `expected` and `expected_cost` of
    its months that are over. `unpriced_days` are person-days without a day rate: their cost is not in `cost`.
    """

    use_case_id: int
    currency: str
    cost: Decimal = NOTHING
    unpriced_days: Decimal = NOTHING
    expected: Decimal | None = None
    expected_cost: Decimal | None = None
    expected_all: Decimal | None = None
    expected_cost_all: Decimal | None = None
    realised: Realised = field(default_factory=Realised)

    @property
    def value(self) -> Decimal | None:
        """The realised value; None while nothing counts."""
        return self.realised.total.value if self.realised.total else None

    @property
    def net(self) -> Sum | None:
        """Realised value less cost, with its interval; None while nothing counts, or while a cost is unknown."""
        total = self.realised.total
        if total is None or self.unpriced_days:
            return None
        low, high = (None if bound is None else bound - self.cost for bound in (total.low, total.high))
        return Sum(total.value - self.cost, low, high)

    @property
    def ratio(self) -> Sum | None:
        """What came back of each unit spent: value ÷ cost, with its interval; None without both.

        The cost has no error, so that the interval of the value is divided (Δ value ÷ Δ cost; Fieller's theorem would
        be needed only for a cost that is estimated).
        """
        total = self.realised.total
        if total is None or not self.cost or self.unpriced_days:
            return None
        low, high = (None if bound is None else bound / self.cost for bound in (total.low, total.high))
        return Sum(total.value / self.cost, low, high)


def sums(use_cases: Sequence[UseCase], as_of: datetime | None = None) -> dict[int, list[Sums]]:
    """The sums of each use case by primary key, one per currency, its own first. Five queries for any number of them.

    Every use case asked for is there. Sums of different currencies are never added: group them by `currency`.
    `as_of`: as it was known then.
    """
    today = _today(as_of)
    gained = realised.in_all(use_cases, as_of)
    costs = _costs(use_cases, as_of)
    cases = _cases(use_cases, as_of, today)
    found: dict[int, list[Sums]] = {}
    for one in use_cases:
        told = gained.get(one.pk, Realised())
        found[one.pk] = _sums(one, costs.get(one.pk, {}), cases.get(one.pk, {}), told)
    return found


def _sums(
    use_case: UseCase,
    spent: Mapping[str, tuple[Decimal, Decimal]],
    expected: "Mapping[str, Expected]",
    gained: Realised,
) -> list[Sums]:
    """By currency, the use case's own first: what was gained is in it."""
    return [
        Sums(
            use_case.pk,
            currency,
            *spent.get(currency, (NOTHING, NOTHING)),
            *expected.get(currency, (None, None, None, None)),
            gained if currency == use_case.currency else Realised(),
        )
        for currency in [use_case.currency, *sorted({*spent, *expected} - {use_case.currency})]
    ]


@dataclass(frozen=True, slots=True)
class Account:
    """The account of one use case in one currency, month by month."""

    sums: Sums
    months: Sequence[Month]
    expected_payback: date | None
    realised_payback: date | None
    proven_payback: date | None

    @property
    def currency(self) -> str:
        """Its ISO 4217 code."""
        return self.sums.currency


@dataclass(frozen=True, slots=True)
class Book:
    """What is written about a use case as of a moment: its standing costs, priced, the business case in force, and the
    one that waits for the business."""

    costs: Sequence[Cost]
    case: BusinessCase | None
    draft: BusinessCase | None


def book(use_case: UseCase, as_of: datetime | None = None) -> Book:
    """Read it: three queries at most."""
    costs: Sequence[Cost] = list(Cost.objects.filter(use_case=use_case).standing(as_of).priced(as_of))
    told = use_case.business_cases.select_related("validated_by", "written_by").prefetch_related("months")
    cases = list(told.filter(Q(validated_at__lte=as_of or clock.now()) | Q(status=CaseStatus.DRAFT)))
    validated = [one for one in cases if one.validated_at is not None and one.status != CaseStatus.DRAFT]
    case = max(validated, key=lambda one: (one.validated_at, one.number), default=None)
    drafts = (one for one in cases if one.status == CaseStatus.DRAFT)
    return Book(costs, case, next(drafts, None))


def accounts(use_case: UseCase, as_of: datetime | None = None, written: Book | None = None) -> list[Account]:
    """The account of a use case in each of its currencies, its own first; two queries beside those of its book."""
    written = written or book(use_case, as_of)
    gained = realised.by_month([use_case], as_of).get(use_case.pk, [])
    spent: dict[str, dict[date, Decimal]] = defaultdict(dict)
    for cost in written.costs:
        money: Decimal | None = cost.money  # type: ignore[attr-defined]
        if money is not None:
            for month, part in spread(money, cost.period_start, cost.period_end).items():
                by_month = spent[cost.currency]
                by_month[month] = by_month.get(month, NOTHING) + part
    case = written.case
    expected = {row.month: (row.value, row.cost) for row in case.months.all()} if case else {}
    told = {case.currency: _expected(expected, _today(as_of))} if case and expected else {}
    in_all = realised.in_all([use_case], as_of).get(use_case.pk, Realised())
    found = []
    for one in _sums(use_case, _spent(written.costs), told, in_all):
        own = one.currency == use_case.currency
        mine = expected if case and case.currency == one.currency else {}
        months = ledger(spent.get(one.currency, {}), mine, gained if own else [])
        found.append(Account(one, months, _expected_payback(mine), *_realised_paybacks(months)))
    return found


@dataclass(frozen=True, slots=True)
class Effort:
    """Where the person-days went, by month and in all. `integration_since`: its first day, None when there was none."""

    months: Sequence[Split]
    days: Mapping[str, Decimal]
    money_only: int
    ml_since: date | None
    integration_since: date | None

    @property
    def ml_share(self) -> Decimal | None:
        """ML ÷ (ML + integration), in person-days; None when there was neither."""
        return share(self.days)


def effort(use_case: UseCase, as_of: datetime | None = None, written: Book | None = None) -> Effort:
    """The 80/20 split over time: person-days by kind and month; costs in money only are counted apart."""
    written = written or book(use_case, as_of)
    standing = sorted(written.costs, key=lambda one: one.period_start)
    worked = [one for one in standing if one.person_days is not None]
    days: dict[str, Decimal] = defaultdict(Decimal)
    since: dict[str, date] = {}
    for one in worked:
        days[one.kind] += one.person_days or NOTHING
        since.setdefault(one.kind, one.period_start)
    months = split((one.kind, one.person_days or NOTHING, one.period_start, one.period_end) for one in worked)
    return Effort(months, dict(days), len(standing) - len(worked), since.get("ml"), since.get("integration"))


def _costs(use_cases: Sequence[UseCase], as_of: datetime | None) -> dict[int, dict[str, tuple[Decimal, Decimal]]]:
    """(cost, person-days without a rate) by use case and currency."""
    rows = Cost.objects.filter(use_case__in=[one.pk for one in use_cases]).standing(as_of).priced(as_of)
    totals = (
        rows.order_by()
        .values("use_case_id", "currency")
        .annotate(spent=Total("money", output_field=MONEY), unpriced=Total("person_days", filter=Q(money=None)))
    )
    found: dict[int, dict[str, tuple[Decimal, Decimal]]] = defaultdict(dict)
    for row in totals:
        found[row["use_case_id"]][row["currency"]] = (row["spent"] or NOTHING, row["unpriced"] or NOTHING)
    return found


def _spent(costs: Sequence[Cost]) -> dict[str, tuple[Decimal, Decimal]]:
    """(cost, person-days without a rate) of priced costs, by currency."""
    found: dict[str, tuple[Decimal, Decimal]] = {}
    for one in costs:
        money: Decimal | None = one.money  # type: ignore[attr-defined]
        spent, unpriced = found.get(one.currency, (NOTHING, NOTHING))
        days = (one.person_days or NOTHING) if money is None else NOTHING
        found[one.currency] = (spent + (money or NOTHING), unpriced + days)
    return found


def _expected(months: Mapping[date, tuple[Decimal, Decimal]], today: date) -> "Expected":
    """(value and cost of months over, value and cost of all) of a business case."""
    over = [told for month, told in months.items() if month < month_of(today)]
    halves = [zip(*over, strict=True) if over else ((), ()), zip(*months.values(), strict=True)]
    value_over, cost_over, value_all, cost_all = (sum(each, NOTHING) for half in halves for each in half)
    return value_over, cost_over, value_all, cost_all


Expected = tuple[Decimal | None, Decimal | None, Decimal | None, Decimal | None]


def _cases(use_cases: Sequence[UseCase], as_of: datetime | None, today: date) -> dict[int, dict[str, Expected]]:
    """(value and cost of months over, value and cost of all) of the case in force, by use case and currency."""
    then = BusinessCase.objects.filter(validated_at__lte=as_of or clock.now()).exclude(status=CaseStatus.DRAFT)
    last = then.filter(use_case=OuterRef("business_case__use_case")).order_by("-validated_at", "-number")
    rows = ExpectedMonth.objects.filter(
        business_case__use_case__in=[one.pk for one in use_cases], business_case=Subquery(last.values("pk")[:1])
    )
    over = Q(month__lt=month_of(today))
    totals = (
        rows.order_by()
        .values("business_case__use_case", "business_case__currency")
        .annotate(
            value_over=Total("value", filter=over, default=NOTHING),
            cost_over=Total("cost", filter=over, default=NOTHING),
            value_all=Total("value"),
            cost_all=Total("cost"),
        )
    )
    found: dict[int, dict[str, Expected]] = {}
    for row in totals:
        told = (row["value_over"], row["cost_over"], row["value_all"], row["cost_all"])
        found[row["business_case__use_case"]] = {row["business_case__currency"]: told}
    return found


def _expected_payback(expected: Mapping[date, tuple[Decimal, Decimal]]) -> date | None:
    return payback(cumulated((month, value - cost) for month, (value, cost) in sorted(expected.items())))


def _realised_paybacks(months: Sequence[Month]) -> tuple[date | None, date | None]:
    """The month in which what came in had paid what was spent: by the estimate, and by the lower bound alone."""
    last = max((one.month for one in months if one.all_realised is not None), default=None)
    if last is None:
        return None, None
    estimate, proven, known = [], [], True
    for one in months:
        if one.month > last:
            break
        sum_ = one.all_realised or Sum(NOTHING, NOTHING, NOTHING)
        estimate.append((one.month, sum_.value - one.all_cost))
        known = known and sum_.low is not None
        proven.append((one.month, (sum_.low or NOTHING) - one.all_cost))
    return payback(estimate), payback(proven) if known else None


def _today(as_of: datetime | None) -> date:
    return timezone.localdate(as_of or clock.now(), timezone.get_default_timezone())
