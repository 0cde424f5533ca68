"""The effect of a KPI against the system in place, with its 95 % interval. Pure numbers, no rows."""

import math
from dataclasses import dataclass

from usecases.kpis.intervals import ARM_NEEDED, CONVERSIONS_NEEDED, Z_95, at_any_time, at_one_look

# Fewer periods than this say nothing of how much they differ from one to the next.
PERIODS_NEEDED = 3


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value in the KPI's unit, its standard error and size when known; the system in place when measured beside."""

    value: float
    standard_error: float | None = None
    n: int | None = None
    reference: float | None = None
    reference_error: float | None = None

    @property
    def low(self) -> float | None:
        """Lower bound of the 95 % interval, None when the standard error is unknown."""
        return None if self.standard_error is None else self.value - Z_95 * self.standard_error

    @property
    def high(self) -> float | None:
        """Upper bound of the 95 % interval, None when the standard error is unknown."""
        return None if self.standard_error is None else self.value + Z_95 * self.standard_error


@dataclass(frozen=True, slots=True)
class Effect:
    """A difference in the KPI's unit; `error` None means that nobody knows how sure it is. `measured`: side by side.

    The interval is `multiple` errors wide on each side. `method`: "one_look" (normal), "periods" (Student, from what
    periods differ), "any_time" (confidence sequence), or why there is none: "no_error", "no_sizes", "too_few".
    """

    difference: float
    error: float | None
    measured: bool
    multiple: float = Z_95
    method: str = "one_look"

    @property
    def low(self) -> float | None:
        """Lower bound of the 95 % interval, None when unknown."""
        return None if self.error is None else self.difference - self.multiple * self.error

    @property
    def high(self) -> float | None:
        """Upper bound of the 95 % interval, None when unknown."""
        return None if self.error is None else self.difference + self.multiple * self.error

    @property
    def proven(self) -> bool:
        """Whether the interval leaves zero out."""
        low, high = self.low, self.high
        return low is not None and high is not None and (low > 0 or high < 0)


@dataclass(frozen=True, slots=True)
class Arm:
    """The size of an arm, and how many of it converted where outcomes are counted; None where unknown."""

    n: int | None
    conversions: int | None = None

    @property
    def enough(self) -> bool:
        """Whether the normal law may be leaned on: enough people, and enough of each outcome among them."""
        if self.n is None or self.n < ARM_NEEDED:
            return False
        return self.conversions is None or CONVERSIONS_NEEDED <= self.conversions <= self.n - CONVERSIONS_NEEDED


def before_and_after(
    estimate: Estimate, baseline: float, baseline_error: float | None, periods: int, spread: float | None
) -> Effect:
    """The difference to a baseline: d = v − b, se(d) = √(se(v)² + se(b)²); without an error it is a fixed number.

    Without se(v), what periods differ from one to the next stands for it (see `between_periods`).
    """
    difference = estimate.value - baseline
    if estimate.standard_error is None:
        return between_periods(difference, periods, spread, measured=False, shared=baseline_error or 0.0)
    return Effect(difference, math.hypot(estimate.standard_error, baseline_error or 0.0), measured=False)


def parallel_run(estimate: Estimate, reference: float, periods: int, spread: float | None) -> Effect:
    """The difference to a system that ran beside: d = v − r, se(d) = √(se(v)² + se(r)²) (Welch's unpooled error).

    Without both errors, what the pairs differ from one period to the next stands for it (see `between_periods`).
    """
    difference = estimate.value - reference
    if estimate.standard_error is None or estimate.reference_error is None:
        return between_periods(difference, periods, spread, measured=True)
    return Effect(difference, math.hypot(estimate.standard_error, estimate.reference_error), measured=True)


def experiment(estimate: Estimate, reference: float, treated: Arm, control: Arm, best: float) -> Effect:
    """The difference between two drawn arms, with an interval valid at any time: looking early does not lie.

    d = v − r, se(d) = √(se(v)² + se(r)²), d ± se(d) · `at_any_time(people in both arms, best)`. Unknown without both
    errors and both sizes, and while an arm is too small for the normal law.
    """
    difference = estimate.value - reference
    if estimate.standard_error is None or estimate.reference_error is None:
        return Effect(difference, None, measured=True, method="no_error")
    if treated.n is None or control.n is None:
        return Effect(difference, None, measured=True, method="no_sizes")
    if not (treated.enough and control.enough):
        return Effect(difference, None, measured=True, method="too_few")
    error = math.hypot(estimate.standard_error, estimate.reference_error)
    return Effect(difference, error, True, at_any_time(treated.n + control.n, best), "any_time")


def between_periods(
    difference: float, periods: int, spread: float | None, *, measured: bool, shared: float = 0.0
) -> Effect:
    """An interval from what differs between k periods: d ± t(0.975, k − 1) · √(s² / k + shared²) (Student, paired).

    `spread` is s; `shared` the error that all periods have in common, that of the baseline.
    """
    if spread is None or periods < PERIODS_NEEDED:
        return Effect(difference, None, measured, method="no_error")
    error = math.hypot(spread / math.sqrt(periods), shared)
    return Effect(difference, error, measured, at_one_look(periods - 1), "periods")


def effect(estimate: Estimate, baseline: float | None = None, baseline_error: float | None = None) -> Effect | None:
    """Over one period: the difference to the reference measured beside, else to the baseline; None without either.

    Against a reference r of independent people: d = v − r, se(d) = √(se(v)² + se(r)²), interval d ± 1.96 se(d)
    (normal approximation, Welch's unpooled error). Against a baseline b: se(d) = √(se(v)² + se(b)²), where a baseline
    without an error is a fixed number. An error that is not known makes the interval unknown, never narrower.
    """
    if estimate.reference is not None:
        return parallel_run(estimate, estimate.reference, 1, None)
    if baseline is None:
        return None
    return before_and_after(estimate, baseline, baseline_error, 1, None)


def digits(error: float | None, *values: float | None) -> int:
    """How many decimals to show: two significant figures of an error up to 0.354, one above, else three of the values.

    The rule for errors is the Particle Data Group's (Review of Particle Physics, introduction, § 5.3). 0 to 4.
    """
    if error:
        power = math.floor(math.log10(error))
        leading = error / 10**power
        return _clamp((1 if leading < 3.55 else 0) - power)
    sizes = [abs(value) for value in values if value]
    return _clamp(2 - math.floor(math.log10(min(sizes)))) if sizes else 0


def _clamp(decimals: int) -> int:
    return max(0, min(4, decimals))
