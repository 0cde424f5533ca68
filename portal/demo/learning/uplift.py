"""How well a score ranks people by what a treatment changes: Qini and AUUC, each under the name of its definition.

Radcliffe (2007), "Using control groups to target on predicted lift"; unified notation of Devriendt et al.,
arXiv 2002.05897. People are ranked together, best score first. Points of a curve stand only where the score changes,
so that the order of ties cannot matter. k is the rank, n the number of people, N_T, N_C the treated and untreated
among the first k, Y_T, Y_C their sums of outcomes; a mean over nobody counts as 0.
"""

from dataclasses import dataclass

import numpy as np

from portal.demo.datasets.campaign import Floats, Ints

QINI = "qini_radcliffe_v1"
AUUC = "auuc_joint_v1"


@dataclass(frozen=True, slots=True)
class Interval:
    """A measured value and its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def tells(self) -> bool:
        """Whether zero is outside the interval."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Curve:
    """Share of people treated, best first (from 0 to 1), and the gain at that share."""

    share: Floats
    gain: Floats

    @property
    def area(self) -> float:
        """Area between the curve and the straight line to its end."""
        return float(np.trapezoid(self.gain, self.share) - self.gain[-1] / 2)


def qini_curve(outcome: Floats, treated: Ints, score: Floats) -> Curve:
    """`qini_radcliffe_v1`: (Y_T - Y_C N_T/N_C) / N_T(all), outcomes gained per treated person. All inputs (n,)."""
    (n_t, n_c, y_t, y_c), share = _ranked(outcome, treated, score)
    return Curve(share, _over(y_t - y_c * _over(n_t, n_c), np.full_like(n_t, n_t[-1])))


def auuc_curve(outcome: Floats, treated: Ints, score: Floats) -> Curve:
    """`auuc_joint_v1`: (Y_T/N_T - Y_C/N_C) k/n, outcomes gained per person. All inputs (n,)."""
    (n_t, n_c, y_t, y_c), share = _ranked(outcome, treated, score)
    return Curve(share, (_over(y_t, n_t) - _over(y_c, n_c)) * share)


def qini(outcome: Floats, treated: Ints, score: Floats) -> float:
    """Area of the Qini curve above the straight line; 0 for a score that ranks no better than chance."""
    return qini_curve(outcome, treated, score).area


def auuc(outcome: Floats, treated: Ints, score: Floats) -> float:
    """Area of the uplift curve above the straight line; 0 for a score that ranks no better than chance."""
    return auuc_curve(outcome, treated, score).area


def ranking_intervals(
    outcome: Floats, treated: Ints, score: Floats, *, seed: int, draws: int = 200
) -> dict[str, Interval]:
    """Qini and AUUC by definition name, with intervals from `draws` half samples drawn without replacement.

    A half sample varies about the whole as the whole varies about the truth, so its quantiles need no rescaling
    (Politis and Romano 1994).
    """
    order = np.argsort(-score, kind="stable")
    outcome, treated, score = outcome[order], treated[order], score[order]
    draw = np.random.default_rng(seed)
    found = []
    for _ in range(draws):
        half = np.sort(draw.choice(len(score), size=len(score) // 2, replace=False))
        sample = outcome[half], treated[half], score[half]
        found.append((qini(*sample), auuc(*sample)))
    low, high = np.quantile(found, (0.025, 0.975), axis=0)
    whole = qini(outcome, treated, score), auuc(outcome, treated, score)
    return {name: Interval(whole[i], float(low[i]), float(high[i])) for i, name in enumerate((QINI, AUUC))}


def _ranked(outcome: Floats, treated: Ints, score: Floats) -> tuple[tuple[Floats, Floats, Floats, Floats], Floats]:
    """N_T, N_C, Y_T, Y_C and k/n where the score changes, the origin included."""
    order = np.argsort(-score, kind="stable")
    outcome, treated, score = outcome[order], treated[order], score[order]
    given: Floats = treated.astype(np.float64)
    last_of_tie = np.append(np.flatnonzero(np.diff(score)), len(score) - 1)

    def up_to(values: Floats) -> Floats:
        return np.append(0.0, np.cumsum(values)[last_of_tie])

    counts = up_to(given), up_to(1 - given), up_to(outcome * given), up_to(outcome * (1 - given))
    return counts, np.append(0.0, (last_of_tie + 1) / len(score))


def _over(above: Floats, below: Floats) -> Floats:
    """above / below, and 0 where `below` is 0."""
    return np.divide(above, below, out=np.zeros_like(above), where=below != 0)
