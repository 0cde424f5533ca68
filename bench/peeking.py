"""How often looking early finds an effect that is not there, in simulated A/A tests. `make bench NAME=peeking`.

Two arms drawn from the same law, looked at again and again; a test errs when the interval leaves zero out at any
look. `any_time` is the confidence sequence that pages show, by the very functions they call; `one_look` is the
ordinary interval (1.96 standard errors), which was never meant to be looked at twice.
"""

import argparse
import json
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from usecases.kpis.intervals import ARM_NEEDED, CONVERSIONS_NEEDED, Z_95, at_any_time

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Found:
    """The share of tests in which an effect was found at some look."""

    any_time: float
    one_look: float


def simulate(
    *,
    tests: int,
    people: int,
    look_every: int,
    seed: int,
    effect: float = 0.0,
    outcome: str = "normal",
    rate: float = 0.14,
    best: float = 10_000,
) -> Found:
    """Play `tests` of `people` each (both arms, half and half), looked at every `look_every` people.

    `outcome`: "normal" (standard deviation 1) or "rate" (a conversion with probability `rate`); `effect` is added to
    the mean of one arm, or to its rate. `best` is the number of people at which the sequence is the tightest.
    """
    draw = np.random.default_rng(seed)
    looks = np.arange(look_every, people + 1, look_every) // 2  # people of one arm at each look
    wrong = {"any_time": 0, "one_look": 0}
    for _ in range(tests):
        arms = [_arm(draw, people // 2, looks, shift, outcome, rate) for shift in (effect, 0.0)]
        difference = arms[0][0] - arms[1][0]
        error = np.sqrt(arms[0][1] + arms[1][1])
        enough = (looks >= ARM_NEEDED) & (error > 0) & arms[0][2] & arms[1][2]
        multiples = np.array([at_any_time(2 * float(seen), best) for seen in looks])
        away = np.abs(difference)
        wrong["any_time"] += bool((away[enough] > (multiples * error)[enough]).any())
        wrong["one_look"] += bool((away[enough] > (Z_95 * error)[enough]).any())
    return Found(wrong["any_time"] / tests, wrong["one_look"] / tests)


def _arm(
    draw: np.random.Generator, size: int, looks: npt.NDArray[np.int64], shift: float, outcome: str, rate: float
) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    """Mean, variance of the mean, and whether outcomes are enough, at each look."""
    drawn = {"rate": lambda: draw.random(size) < rate + shift, "normal": lambda: draw.normal(shift, 1.0, size)}
    seen = np.asarray(drawn[outcome](), dtype=np.float64)
    first, second = np.cumsum(seen)[looks - 1], np.cumsum(seen * seen)[looks - 1]
    mean = first / looks
    enough = np.ones(len(looks), dtype=bool)
    if outcome == "rate":
        enough = (first >= CONVERSIONS_NEEDED) & (looks - first >= CONVERSIONS_NEEDED)
    return mean, (second / looks - mean * mean) / looks, enough


def main() -> None:
    """Two thousand tests of each kind; prints the shares as JSON."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--tests", type=int, default=2_000)
    arguments.add_argument("--people", type=int, default=10_000)
    asked = arguments.parse_args()
    figures: dict[str, float] = {"tests": asked.tests, "people": asked.people, "look_every": 100}
    for outcome in ("normal", "rate"):
        found = simulate(tests=asked.tests, people=asked.people, look_every=100, seed=20260102, outcome=outcome)
        figures |= {f"{outcome}_any_time": found.any_time, f"{outcome}_one_look": found.one_look}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
