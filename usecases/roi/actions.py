"""What people do about cost and value: record, correct and strike costs, set day rates, write and validate the case."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypedDict, Unpack, cast

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import clock
from portal.audit import record as audit
from portal.errors import BadInput, Problem, Refused
from portal.notifications.actions import members, tell
from portal.people import rights
from portal.people.models import Team, User
from portal.words import quoted
from usecases.catalog.models import UseCase
from usecases.catalog.numbering import next_number
from usecases.kpis.rows import refusal
from usecases.roi import rows
from usecases.roi.ledger import month_after
from usecases.roi.models import BusinessCase, CaseStatus, Cost, DayRate, ExpectedMonth

RECORD, VALIDATE = "roi.record", "roi.validate"
RATE, RATE_OF_ALL = "rate.set", "rate.set_organisation"
MOST_MONTHS = 240


class CostFacts(TypedDict, total=False):
    """What is said of a cost: `person_days` or `amount`; the period is half-open; `currency` is the use case's if left.

    Without `period_end` the period lasts until the end of the month it begins in.
    """

    kind: str
    period_start: date
    period_end: date | None
    person_days: Decimal | None
    amount: Decimal | None
    currency: str
    note: str


def record_cost(use_case: UseCase, *, by: User, **facts: Unpack[CostFacts]) -> Cost:
    """Record effort or money. Raises NotAllowed, BadInput with what is wrong, field by field."""
    rights.require(by, RECORD, use_case.team)
    with transaction.atomic():
        cost = _cost(use_case, facts, by=by)
        _tell("cost.recorded", cost, use_case, by=by, after=_told(cost), kind=cost.kind)
    return cost


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a batch: costs that are new, costs that were there already."""

    recorded: int
    unchanged: int


def record_costs(
    use_case: UseCase, sent: Sequence[Mapping[str, Any]], *, by: User, lines: Sequence[int] | None = None
) -> Recorded:
    """Record a batch of costs, all of it or nothing; a cost that stands with the very same facts is left as it is.

    `sent` has the columns of `rows.COLUMNS`; `lines` numbers them, from 1 when left. Raises NotAllowed, BadInput with
    what is wrong on each line.
    """
    rights.require(by, RECORD, use_case.team)
    if not sent:
        raise BadInput(_("There is no cost in what was sent."))
    if len(sent) > rows.MAX_ROWS:
        raise BadInput(_("More than %(limit)s rows at once: send them in several times.") % {"limit": rows.MAX_ROWS})
    with transaction.atomic():
        number = next_number(Cost, use_case)
        found = _read(use_case, sent, lines or range(1, len(sent) + 1), by=by)
        known = {_key(cost) for cost in Cost.objects.filter(use_case=use_case).standing()}
        new = [cost for cost in found if _key(cost) not in known]
        for place, cost in enumerate(new):
            cost.number = number + place
        Cost.objects.bulk_create(new)
        if new:
            told: dict[str, Any] = {"number": len(new), "first": number, "last": number + len(new) - 1}
            audit.record(
                "costs.recorded", use_case, by=by, team=use_case.team, use_case=use_case.slug, after=told, **told
            )
    return Recorded(len(new), len(found) - len(new))


def correct_cost(cost: Cost, *, by: User, reason: str = "", **facts: Unpack[CostFacts]) -> Cost:
    """Strike a cost out and record it again as it should have been, at once; returns the new one.

    What is not given is taken over. Raises NotAllowed, BadInput, Refused when it was struck out already.
    """
    use_case = cost.use_case
    rights.require(by, RECORD, use_case.team)
    whole: Any = {name: getattr(cost, name) for name in CostFacts.__annotations__} | dict(facts)
    if "person_days" in facts or "amount" in facts:
        whole |= {"person_days": facts.get("person_days"), "amount": facts.get("amount")}
    with transaction.atomic():
        made = _cost(use_case, whole, by=by)
        _strike(cost, _text(reason) or _("Corrected by #%(number)s") % {"number": made.number}, by=by)
        _tell("cost.corrected", made, use_case, by=by, before=_told(cost), after=_told(made), kind=made.kind)
    return made


def strike_cost(cost: Cost, *, by: User, reason: str) -> None:
    """Count a cost no longer, and say why. Raises NotAllowed, BadInput without a reason, Refused."""
    rights.require(by, RECORD, cost.use_case.team)
    if not _text(reason):
        sentence = _("Say why it no longer counts.")
        raise BadInput.of(sentence, {"reason": sentence})
    with transaction.atomic():
        _strike(cost, _text(reason), by=by)
        _tell("cost.struck", cost, cost.use_case, by=by, before=_told(cost), kind=cost.kind, reason=reason)


def set_rate(*, by: User, amount: Decimal, currency: str, valid_from: date, team: Team | None = None) -> DayRate:
    """Say what a day of a person is counted at from a day on, in the organisation or in a team.

    It replaces the rate set for the same day. Raises NotAllowed; BadInput, field by field.
    """
    rights.require(by, RATE if team else RATE_OF_ALL, team)
    rate = DayRate(team=team, amount=amount, currency=currency.strip().upper(), valid_from=valid_from, set_by=by)
    wrong = _currency(rate.currency)
    if not (amount.is_finite() and amount > 0):
        wrong["amount"] = _("A rate is above zero.")
    _check(rate, ["team", "set_by"], wrong)
    with transaction.atomic():
        kept, made = DayRate.objects.select_for_update().get_or_create(
            team=team,
            currency=rate.currency,
            valid_from=valid_from,
            defaults={"amount": amount, "set_by": by},
        )
        before = None if made else {"amount": str(kept.amount)}
        if not made:
            if kept.amount == amount:
                return kept
            kept.amount, kept.set_by = amount, by
            kept.save(update_fields=["amount", "set_by"])
        audit.record(
            "rate.set",
            kept,
            by=by,
            team=team,
            before=before,
            after={"amount": str(amount), "currency": kept.currency, "valid_from": str(valid_from)},
            day=str(valid_from),
        )
    return kept


def write_case(
    use_case: UseCase,
    months: Iterable[Mapping[str, Any]],
    *,
    by: User,
    assumptions: str,
    currency: str = "",
) -> BusinessCase:
    """Write a business case, month by month; it waits for the business, and replaces a draft that waited.

    A month has `month` (its first day) and `value` and `cost` (money; what is left out is nothing). Raises NotAllowed;
    BadInput, field by field or line by line.
    """
    rights.require(by, RECORD, use_case.team)
    told = list(months)
    wrong = _wrong_months(told)
    if not _text(assumptions):
        wrong.append(Problem("assumptions", _("Say what it rests on: a reader must be able to doubt it.")))
    currency = currency.strip().upper() or use_case.currency
    wrong += [Problem(field, said) for field, said in _currency(currency).items()]
    if wrong:
        raise BadInput(_("The business case was not kept."), wrong)
    with transaction.atomic():
        number = next_number(BusinessCase, use_case)
        use_case.business_cases.filter(status=CaseStatus.DRAFT).update(status=CaseStatus.REPLACED)
        case = BusinessCase.objects.create(
            use_case=use_case, number=number, currency=currency, assumptions=_text(assumptions), written_by=by
        )
        ExpectedMonth.objects.bulk_create(
            ExpectedMonth(
                business_case=case, month=row["month"], value=row.get("value") or 0, cost=row.get("cost") or 0
            )
            for row in told
        )
        total = {
            name: str(sum((row.get(name) or Decimal(0) for row in told), Decimal(0))) for name in ("value", "cost")
        }
        _tell("case.written", case, use_case, by=by, after={**total, "currency": currency, "months": len(told)})
        tell(
            "notice.case_waits",
            members(use_case.team, rights.VERBS[VALIDATE].roles, but=by),
            url=case.get_absolute_url(),
            team=use_case.team,
            use_case=use_case.slug,
            data={"use_case": use_case.slug, "business_case": number},
            use_case_name=use_case.name,
        )
    return case


def validate_case(case: BusinessCase, *, by: User) -> None:
    """Say, for the business, that this is what the use case is held to; the one in force is replaced.

    Raises NotAllowed; Refused when it was validated or replaced in the meantime.
    """
    use_case = case.use_case
    rights.require(by, VALIDATE, use_case.team)
    at = clock.now()
    with transaction.atomic():
        UseCase.objects.select_for_update(of=("self",)).only("pk").get(pk=use_case.pk)
        same = BusinessCase.objects.filter(pk=case.pk, status=CaseStatus.DRAFT)
        before = use_case.business_cases.filter(status=CaseStatus.VALIDATED).first()
        use_case.business_cases.filter(status=CaseStatus.VALIDATED).update(status=CaseStatus.REPLACED)
        if not same.update(status=CaseStatus.VALIDATED, validated_by=by, validated_at=at):
            raise Refused(_("This business case no longer waits: look at the one that stands."))
        case.status, case.validated_by, case.validated_at = CaseStatus.VALIDATED, by, at
        _tell(
            "case.validated",
            case,
            use_case,
            by=by,
            before={"in force": before.number if before else None},
            after={"in force": case.number},
        )


def _read(use_case: UseCase, sent: Sequence[Mapping[str, Any]], lines: Sequence[int], *, by: User) -> list[Cost]:
    """The costs of a batch, not kept yet. Raises BadInput with what is wrong on each line."""
    found: list[Cost] = []
    wrong: list[Problem] = []
    first: dict[tuple[Any, ...], int] = {}
    for line, row in zip(lines, sent, strict=True):
        facts, problems = rows.read(row, line)
        if not problems:
            try:
                cost = _built(use_case, cast(CostFacts, facts), by=by)
            except BadInput as refused:
                problems = [Problem(one.field, one.sentence, line) for one in refused.problems]
            else:
                found.append(cost)
                if (before := first.setdefault(_key(cost), line)) != line:
                    sentence = _("The same as line %(line)s: say in the note what tells them apart.")
                    problems = [Problem("note", sentence % {"line": before}, line)]
        wrong += problems
    if wrong:
        raise refusal(wrong)
    return found


def _key(cost: Cost) -> tuple[Any, ...]:
    """What makes it the same cost as another."""
    return tuple(getattr(cost, name) for name in CostFacts.__annotations__)


def _cost(use_case: UseCase, facts: CostFacts, *, by: User) -> Cost:
    cost = _built(use_case, facts, by=by)
    cost.number = next_number(Cost, use_case)
    cost.save(force_insert=True)
    return cost


def _built(use_case: UseCase, facts: CostFacts, *, by: User) -> Cost:
    """A cost, not kept yet. Raises BadInput, field by field."""
    start: Any = facts.get("period_start")
    end: Any = facts.get("period_end")
    cost = Cost(
        use_case=use_case,
        kind=facts.get("kind", ""),
        period_start=start,
        period_end=end or (start and month_after(start)),
        person_days=facts.get("person_days"),
        amount=facts.get("amount"),
        currency=(facts.get("currency") or use_case.currency).strip().upper(),
        note=_text(facts.get("note", "")),
        recorded_by=by,
    )
    wrong = _currency(cost.currency)
    if (cost.person_days is None) == (cost.amount is None):
        wrong["person_days"] = _("Give person-days or an amount: one of the two.")
    for name, value in (("person_days", cost.person_days), ("amount", cost.amount)):
        if value is not None and value <= 0:
            wrong[name] = _("This is above zero; what was wrong is struck out.")
    if start is not None and end is not None and end <= start:
        wrong["period_end"] = _("The period ends after it begins.")
    elif cost.period_end is not None and cost.period_end > month_after(_today()):
        wrong["period_end"] = _(
            "A cost is recorded for months that have begun: at the latest until the end of this one."
        )
    _check(cost, ["use_case", "number", "recorded_by", "struck_by", "struck_at"], wrong)
    return cost


def _strike(cost: Cost, reason: str, *, by: User) -> None:
    at = clock.now()
    standing = Cost.objects.filter(pk=cost.pk, struck_at=None)
    if not standing.update(struck_at=at, struck_by=by, struck_reason=reason[:240]):
        raise Refused(_("This was struck out already."))
    cost.struck_at, cost.struck_by, cost.struck_reason = at, by, reason[:240]


def _check(row: models.Model, exclude: list[str], wrong: dict[str, str]) -> None:
    """Raise BadInput, field by field, unless this row can be kept."""
    problems = [Problem(name, said) for name, said in wrong.items()]
    try:
        row.full_clean(exclude=[*exclude, *wrong], validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        problems += [Problem(name, said) for name, sentences in error.message_dict.items() for said in sentences]
    if problems:
        raise BadInput(_("It was not kept."), problems)


def _currency(code: str) -> dict[str, str]:
    if re.fullmatch(r"[A-Z]{3}", code):
        return {}
    return {"currency": _("A currency is three capital letters: EUR, USD.")}


def _wrong_months(told: list[Mapping[str, Any]]) -> list[Problem]:
    """What is wrong with the months of a business case, line by line."""
    if not 0 < len(told) <= MOST_MONTHS:
        return [
            Problem(
                "months", _("A business case has one month at least, and %(most)s at most.") % {"most": MOST_MONTHS}
            )
        ]
    wrong, seen = [], set[date]()
    for line, row in enumerate(told, start=1):
        month = row["month"]
        if month.day != 1:
            wrong.append(Problem("month", _("A month is told by its first day."), line))
        if month in seen:
            wrong.append(Problem("month", _("This month is there twice."), line))
        seen.add(month)
        value, cost = row.get("value") or Decimal(0), row.get("cost") or Decimal(0)
        if cost < 0:
            wrong.append(Problem("cost", _("A cost is not below zero."), line))
        for name, amount in (("value", value), ("cost", cost)):
            if not amount.is_finite() or abs(amount) >= Decimal(10) ** 12 or amount != round(amount, 2):
                wrong.append(Problem(name, _("This is no amount of money, with two decimals at most."), line))
    return wrong


def _told(cost: Cost) -> dict[str, Any]:
    """What is said of a cost, as the journal keeps it."""
    return {name: None if (value := getattr(cost, name)) is None else str(value) for name in CostFacts.__annotations__}


def _text(text: str) -> str:
    if "\x00" in text:
        raise BadInput(_("This holds a NUL character."))
    return text.strip()


def _tell(verb: str, target: Cost | BusinessCase, use_case: UseCase, *, by: User, **more: Any) -> None:
    if isinstance(target, Cost):
        more["named"] = quoted(f"cost.of.{target.kind}", {"since": target.period_start.isoformat()})
    audit.record(verb, target, by=by, team=use_case.team, use_case=use_case.slug, **more)


def _today() -> date:
    return timezone.localdate(clock.now(), timezone.get_default_timezone())
