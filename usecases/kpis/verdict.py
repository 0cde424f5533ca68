"""Is it better than the system in place? Each KPI answers by its own rule, on what the business validated.

Gates, the guards of deployments and reviews all ask here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from portal.ui import wording
from portal.words import say
from usecases.kpis.effect import Effect
from usecases.kpis.measured import Measured, effects
from usecases.kpis.models import KPI, Direction, KPIDecision, Rule
from usecases.kpis.totals import Only


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a KPI's rule says. `met`: better by its rule, not so, or None when nobody can know yet.

    `code` and `params` are the reason, to be stored; `effect` has the interval, `as_of` is the end of the last period
    that counted (a decision's own moment when one was signed), `version` the definition it was read under.
    """

    kpi: KPI
    met: bool | None
    code: str
    params: dict[str, Any]
    effect: Effect | None
    grade: str
    rule: str
    version: int
    as_of: datetime | None

    @property
    def sentence(self) -> str:
        """What it says, with interval, grade and as-of date, in the reader's language."""
        return say(self.code, self.params)

    @property
    def low(self) -> float | None:
        """Lower bound of the 95 % interval of the difference, None when unknown."""
        return self.effect.low if self.effect else None

    @property
    def high(self) -> float | None:
        """Upper bound of the 95 % interval of the difference, None when unknown."""
        return self.effect.high if self.effect else None


def verdict(kpi: KPI, *, only: Only | None = None) -> Verdict:
    """What the KPI's own rule says, on validated and mature measurements. One query, two when it is signed."""
    return verdicts([kpi], only=only)[kpi.pk]


def verdicts(kpis: Iterable[KPI], *, only: Only | None = None) -> dict[int, Verdict]:
    """What each KPI's own rule says, by its key, in two queries at most.

    `only` narrows it to sites, to periods (since a roll-out), or to a moment. What the business has not validated never
    counts.
    """
    asked = list(kpis)
    only = only or Only()
    measured = effects(asked, replace(only, validated=True))
    signed = _decisions([kpi for kpi in asked if kpi.rule == Rule.SIGNED], only.as_of)
    return {kpi.pk: _judged(measured[kpi.pk], signed.get(kpi.pk)) for kpi in asked}


def _decisions(kpis: list[KPI], as_of: datetime | None) -> dict[int, KPIDecision]:
    """The last decision signed on each."""
    if not kpis:
        return {}
    made: QuerySet[KPIDecision] = KPIDecision.objects.filter(kpi__in=kpis)
    if as_of is not None:
        made = made.filter(occurred_at__lte=as_of)
    return {one.kpi_id: one for one in made.order_by("kpi_id", "-occurred_at", "-pk").distinct("kpi_id")}


def _judged(measured: Measured, decision: KPIDecision | None) -> Verdict:
    kpi = measured.kpi
    if kpi.rule == Rule.SIGNED:
        met, code, params = _by_decision(kpi, decision)
        as_of = decision.occurred_at if decision else None
    else:
        met, code = _by_figures(measured)
        params, as_of = _params(measured), measured.as_of
    return Verdict(kpi, met, code, params, measured.effect, measured.grade, kpi.rule, kpi.version, as_of)


def _by_decision(kpi: KPI, decision: KPIDecision | None) -> tuple[bool | None, str, dict[str, Any]]:
    params: dict[str, Any] = {"kpi": kpi.name, "version": kpi.version}
    if decision is None:
        return None, "verdict.unsigned", params
    params |= {"evidence": decision.evidence, "day": wording.day(decision.occurred_at), "signed": decision.version}
    if decision.version != kpi.version:
        return None, "verdict.signed_before", params
    return decision.is_better, "verdict.signed_better" if decision.is_better else "verdict.signed_not_better", params


def _by_figures(measured: Measured) -> tuple[bool | None, str]:
    """Met or not, and the code that says why."""
    effect, kpi = measured.effect, measured.kpi
    if not measured.total.periods:
        return None, "verdict.nothing"
    if effect is None:
        return None, "verdict.no_system_in_place"
    ratio = measured.sample_ratio
    if measured.total.reference is not None and ratio is not None and ratio.mismatch:
        return None, "verdict.mismatch"
    low, high = effect.low, effect.high
    if low is None or high is None:
        return None, f"verdict.{effect.method}"
    worst, best = (low, high) if kpi.direction == Direction.UP else (-high, -low)
    if kpi.rule == Rule.NON_INFERIORITY:
        margin = kpi.margin or 0.0
        if worst > -margin:
            return True, "verdict.no_worse"
        return False, "verdict.worse_than_margin" if best < -margin else "verdict.margin_not_proven"
    if worst > 0:
        return True, "verdict.better"
    return False, "verdict.worse" if best < 0 else "verdict.not_proven"


def _params(measured: Measured) -> dict[str, Any]:
    kpi, effect, total = measured.kpi, measured.effect, measured.total
    digits = measured.digits
    ratio = measured.sample_ratio
    return {
        "kpi": kpi.name,
        "difference": wording.number(effect.difference if effect else None, digits, signed=True, unit=kpi.unit),
        "interval": wording.interval(effect.low if effect else None, effect.high if effect else None, digits),
        "grade": measured.grade,
        "margin": wording.number(kpi.margin, unit=kpi.unit),
        "day": wording.day(None if total.end is None else total.end - timedelta(days=1)),
        "periods": total.periods,
        "version": kpi.version,
        "control": wording.number(100 * ratio.share if ratio else None, 1),
        "expected": wording.number(100 * ratio.expected if ratio else None, 1),
    }
