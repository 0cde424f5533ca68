"""The effect of a KPI against the system in place, with its 95 % interval. Pure numbers, no rows."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

# Quantile 0.975 of the standard normal distribution.
Z_95 = 1.959963984540054


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
    """A difference in the KPI's unit; `error` None means that nobody knows how sure it is. `measured`: side by side."""

    difference: float
    error: float | None
    measured: bool

    @property
    def low(self) -> float | None:
        """Lower bound of the 95 % interval, None when unknown."""
        return None if self.error is None else self.difference - Z_95 * self.error

    @property
    def high(self) -> float | None:
        """Upper bound of the 95 % interval, None when unknown."""
        return None if self.error is None else self.difference + Z_95 * self.error

    @property
    def proven(self) -> bool:
        """Whether the interval leaves zero out."""
        low, high = self.low, self.high
        return low is not None and high is not None and (low > 0 or high < 0)


def effect(estimate: Estimate, baseline: float | None = None) -> Effect | None:
    """The difference to the reference measured beside, else to the baseline; None when there is neither.

    Against a reference r of independent people: d = v − r, se(d) = √(se(v)² + se(r)²), interval d ± 1.96 se(d)
    (normal approximation, Welch's unpooled error). Against a baseline, which is a fixed number: se(d) = se(v).
    An error that is not known makes the interval unknown, never narrower.
    """
    if estimate.reference is not None:
        errors = (estimate.standard_error, estimate.reference_error)
        known = [error for error in errors if error is not None]
        error = math.hypot(*known) if len(known) == len(errors) else None
        return Effect(estimate.value - estimate.reference, error, measured=True)
    if baseline is None:
        return None
    return Effect(estimate.value - baseline, estimate.standard_error, measured=False)


def pooled(estimates: Sequence[Estimate]) -> Estimate | None:
    """The mean over sites weighted by n: v = Σ nᵢvᵢ / N, se = √(Σ (nᵢ/N)² seᵢ²); references likewise.

    One estimate is itself. None when there is none, or when several lack their n: they cannot be put together.
    """
    if len(estimates) == 1:
        return estimates[0]
    sizes = [estimate.n for estimate in estimates if estimate.n]
    if not estimates or len(sizes) != len(estimates):
        return None
    total = sum(sizes)
    shares = [size / total for size in sizes]
    return Estimate(
        value=math.fsum(share * one.value for share, one in zip(shares, estimates, strict=True)),
        standard_error=_error(shares, [one.standard_error for one in estimates]),
        n=total,
        reference=_mean(shares, [one.reference for one in estimates]),
        reference_error=_error(shares, [one.reference_error for one in estimates]),
    )


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


def _mean(shares: Sequence[float], values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    if len(known) != len(shares):
        return None
    return math.fsum(share * value for share, value in zip(shares, known, strict=True))


def _error(shares: Sequence[float], errors: Sequence[float | None]) -> float | None:
    known = [error for error in errors if error is not None]
    if len(known) != len(shares):
        return None
    return math.hypot(*(share * error for share, error in zip(shares, known, strict=True)))
