"""What KPIs changed against the system in place, with interval and grade: one query for any number of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property

from django.utils import timezone

from usecases.kpis.effect import Arm, Effect, Estimate, before_and_after, digits, experiment, parallel_run
from usecases.kpis.intervals import SampleRatio, sample_ratio
from usecases.kpis.models import KPI, Aggregation, Proof
from usecases.kpis.totals import EVERY, Only, Total, by_period, over_periods


@dataclass(frozen=True)
class Measured:
    """A KPI over everything that counts: mature periods since the day it counts from.

    `total` holds the figures; `today` is the day it is read as of.
    """

    kpi: KPI
    total: Total
    today: date

    @property
    def estimate(self) -> Estimate | None:
        """The value over those periods; None when nothing counts yet."""
        total = self.total
        if total.value is None:
            return None
        return Estimate(total.value, total.error, total.n, total.reference, total.reference_error)

    @cached_property
    def effect(self) -> Effect | None:
        """The difference to the system in place, with its interval; None when nobody knows what that is."""
        total, estimate = self.total, self.estimate
        if estimate is None:
            return None
        if estimate.reference is None:
            baseline = self.kpi.baseline
            if baseline is None:
                return None
            return before_and_after(estimate, baseline, self.kpi.baseline_error, total.periods, total.spread)
        if self.grade == Proof.EXPERIMENT:
            treated, control = Arm(total.n, total.conversions), Arm(total.reference_n, total.reference_conversions)
            return experiment(estimate, estimate.reference, treated, control, self.kpi.planned_n)
        return parallel_run(estimate, estimate.reference, total.periods, total.spread)

    @property
    def grade(self) -> str:
        """How it is proven: as declared where the system in place was measured beside, else before and after."""
        return self.kpi.proof if self.total.reference is not None else Proof.BEFORE_AFTER

    @property
    def grade_label(self) -> str:
        """The grade in words."""
        return str(Proof(self.grade).label)

    @property
    def sample_ratio(self) -> SampleRatio | None:
        """Whether the arms were drawn as said; None without a share or without sizes."""
        total, share = self.total, self.kpi.control_share
        if share is None or total.n is None or total.reference_n is None:
            return None
        return sample_ratio(total.n, total.reference_n, share)

    @property
    def gone_since(self) -> date | None:
        """Since when nothing is measured against the system in place any more, where that was the proof; else None."""
        if self.kpi.proof == Proof.BEFORE_AFTER or self.total.compared_end is None:
            return None
        if self.total.last_end is not None and self.total.last_end > self.total.compared_end:
            return self.total.compared_end
        ends = self.kpi.comparison_ends
        return ends if ends is not None and ends <= self.today else None

    @property
    def as_of(self) -> datetime | None:
        """The end of the last period that counts."""
        if self.total.end is None:
            return None
        return datetime.combine(self.total.end, time(), tzinfo=timezone.get_default_timezone())

    @property
    def units(self) -> float | None:
        """How many times the difference was gained: sizes over the scale of a rate, or the number of periods of a sum.

        Times `unit_value` it is money. None when the sizes are unknown.
        """
        if self.kpi.aggregation == Aggregation.SUM:
            return float(self.total.periods)
        return None if self.total.weight is None else self.total.weight / self.kpi.scale

    @property
    def digits(self) -> int:
        """How many decimals its figures deserve."""
        error = self.effect.error if self.effect else self.total.error
        return digits(error, self.total.value, self.kpi.baseline, self.kpi.target)


def effects(kpis: Iterable[KPI], only: Only = EVERY) -> dict[int, Measured]:
    """What each KPI changed against the system in place, by its key; every KPI asked for is there. One query."""
    asked = list(kpis)
    found = over_periods(asked, only)
    return {kpi.pk: Measured(kpi, found.get(kpi.pk, Total(kpi.pk)), only.today) for kpi in asked}


@dataclass(frozen=True, slots=True)
class Gain:
    """What one period gained over the system in place, in units of the KPI (worth `unit_value` each).

    `error`: its standard error, None when unknown; `shared`: the part of the error that all periods have in common,
    that of the baseline. `mature`: whether outcomes are all known; `validated`: whether the business said so.
    """

    start: date
    end: date
    gain: float
    error: float | None
    shared: float
    mature: bool
    validated: bool


def gains(kpis: Iterable[KPI], only: Only = EVERY) -> dict[int, list[Gain]]:
    """What each period gained, oldest first, by KPI; periods of unknown size, effect or value are left out. One query.

    Errors of periods are independent but for `shared`: over many, error² = Σ error² + (Σ shared)².
    """
    by_pk = {kpi.pk: kpi for kpi in kpis}
    found: dict[int, list[Gain]] = {pk: [] for pk in by_pk}
    for total in by_period(by_pk.values(), only):
        gain = _gain(by_pk[total.kpi_id], total, only.today)
        if gain is not None:
            found[total.kpi_id].append(gain)
    return found


def _gain(kpi: KPI, total: Total, today: date) -> Gain | None:
    units = 1.0 if kpi.aggregation == Aggregation.SUM else None if total.weight is None else total.weight / kpi.scale
    against = kpi.baseline if total.reference is None else total.reference
    if units is None or against is None or total.value is None or total.start is None or total.end is None:
        return None
    if kpi.counted_from is not None and total.start < kpi.counted_from:
        return None
    measured = total.reference is not None
    estimate = Estimate(total.value, total.error, total.n, total.reference, total.reference_error)
    one = parallel_run(estimate, against, 1, None) if measured else before_and_after(estimate, against, None, 1, None)
    return Gain(
        start=total.start,
        end=total.end,
        gain=one.difference * units,
        error=None if one.error is None else one.error * units,
        shared=0.0 if measured else (kpi.baseline_error or 0.0) * units,
        mature=total.end.toordinal() + kpi.outcome_delay <= today.toordinal(),
        validated=not total.provisional,
    )
