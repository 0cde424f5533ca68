"""How sure a difference is: intervals valid at one look or at any, and whether two arms were drawn as said.

Pure numbers: `math` only, so that pages may import it.
"""

import math
from dataclasses import dataclass

ALPHA = 0.05
# Quantile 0.975 of the standard normal distribution.
Z_95 = 1.959963984540054
# The asymptotic sequence leans on the normal law: fewer people in an arm, or so few conversions, and it may not.
ARM_NEEDED = 100
CONVERSIONS_NEEDED = 10
# Under it, the arms were not drawn as said (Fabijan et al. 2019, Diagnosing sample ratio mismatch).
MISMATCH = 0.001


def rho_squared(best: float, alpha: float = ALPHA) -> float:
    """ρ² of the confidence sequence that is the tightest after `best` observations.

    ρ² = (−2 ln α + ln(−2 ln α + 1)) / t*: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, Time-uniform central limit
    theory and asymptotic confidence sequences, Annals of Statistics 52 (2024), arXiv 2103.06476, equation for ρ.
    """
    twice = -2 * math.log(alpha)
    return (twice + math.log(twice + 1)) / best


def at_any_time(seen: float, best: float, alpha: float = ALPHA) -> float:
    """Half the width of the interval valid at any time, in standard errors of the mean, after `seen` observations.

    The sequence (ibid., theorem 2.2) is μ̂ ± σ̂ √( 2 (tρ² + 1) / (t²ρ²) · ln( √(tρ² + 1) / α ) ). The standard error is
    σ̂ / √t, hence the multiple √( 2 (tρ² + 1) / (tρ²) · ln( √(tρ² + 1) / α ) ). However often one looks, the
    probability that it ever leaves the truth out is at most α, asymptotically.
    """
    grown = seen * rho_squared(best, alpha)
    return math.sqrt(2 * (grown + 1) / grown * math.log(math.sqrt(grown + 1) / alpha))


def at_one_look(degrees: int, level: float = 0.95) -> float:
    """The two-sided Student quantile t: P(|T| ≤ t) = level, with `degrees` ≥ 1 degrees of freedom, to 1e-10.

    By bisection of the closed form for whole degrees: Abramowitz and Stegun, Handbook, 26.7.3 and 26.7.4.
    """
    low, high = 0.0, 1.0
    while _within(high, degrees) < level:
        high *= 2
    while high - low > 1e-10 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if _within(middle, degrees) < level else (low, middle)
    return (low + high) / 2


def _within(t: float, degrees: int) -> float:
    """P(|T| ≤ t)."""
    angle = math.atan(t / math.sqrt(degrees))
    cosine = math.cos(angle)
    term = total = cosine if degrees % 2 else 1.0
    for step in range(2 if degrees % 2 else 1, degrees - 2, 2):
        term *= step / (step + 1) * cosine * cosine
        total += term
    if degrees % 2 == 0:
        return math.sin(angle) * total
    return 2 / math.pi * (angle + (math.sin(angle) * total if degrees > 1 else 0))


@dataclass(frozen=True, slots=True)
class SampleRatio:
    """Two arms as they came, against the share that was said: the χ² of one degree of freedom and its p."""

    treated: int
    control: int
    expected: float
    statistic: float
    p: float

    @property
    def mismatch(self) -> bool:
        """Whether the arms were not drawn as said: nothing between them can be believed before it is explained."""
        return self.p < MISMATCH

    @property
    def share(self) -> float:
        """The share of the control arm as it came."""
        return self.control / (self.control + self.treated)


def sample_ratio(treated: int, control: int, expected: float) -> SampleRatio | None:
    """Whether `control` among all fits the share `expected` (0 to 1); None when nobody came.

    χ² = Σ (observed − expected)² / expected over the two arms; with one degree of freedom p = erfc(√(χ² / 2)).
    """
    total = treated + control
    if not total:
        return None
    away = control - expected * total
    statistic = away * away / (total * expected * (1 - expected))
    return SampleRatio(treated, control, expected, statistic, math.erfc(math.sqrt(statistic / 2)))
