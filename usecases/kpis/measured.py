"""What KPIs changed against the system in place, with interval and grade: one query for any number of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property

from django.utils import timezone

from usecases.kpis.effect import Arm, Effect, Estimate, before_and_after, digits, experiment, parallel_run
from usecases.kpis.intervals import SampleRatio, sample_ratio
from usecases.kpis.models import KPI, Aggregation, Proof
from usecases.kpis.totals import EVERY, Only, Total, over_periods


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
