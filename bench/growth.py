"""P8: what the pages of P2 and a batch of checks cost at 1/100, 1/10 and the full size of the data set.

`python -m bench.growth [--requests 12]`. `pages` is the worst ratio full size / smallest of a page's time over the
floor's; `batch_per_unit` the seconds per check, full / smallest.
"""

import argparse
import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass

FRACTIONS = (0.01, 0.1, 1.0)


@dataclass(frozen=True, slots=True)
class Measured:
    """At one size: each page's median over the floor's, the seconds per check, how many checks."""

    pages: dict[str, float]
    per_check: float
    checks: int


def main() -> None:
    """Measure each size in a process of its own, then compare."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--requests", type=int, default=12)
    arguments.add_argument("--one", type=float, default=0, help="measure this fraction only, and print it as JSON")
    given = arguments.parse_args()
    if given.one:
        print(json.dumps(asdict(measured(given.one, given.requests))))
        return
    sizes = [_in_its_own_process(fraction, given.requests) for fraction in FRACTIONS]
    smallest, full = sizes[0], sizes[-1]
    growth = {name: full.pages[name] / smallest.pages[name] for name in full.pages if name in smallest.pages}
    for name, ratio in sorted(growth.items(), key=lambda one: -one[1])[:10]:
        print(f"{name:40} {ratio:.2f}  over the floor: {[round(one.pages[name], 2) for one in sizes]}")
    worst = max(growth, key=lambda name: growth[name])
    told = {
        "pages": round(growth[worst], 2),
        "worst": worst,
        "batch_per_unit": round(full.per_check / smallest.per_check, 2),
        "checks": [one.checks for one in sizes],
    }
    print(json.dumps(told))


def measured(fraction: float, number: int) -> Measured:
    """Walk the pages of this fraction of the data set, then evaluate all its checks once."""
    from bench import pages

    with pages.portal(fraction) as (site, addresses, visitors):
        found = pages.walked(site, addresses, visitors, number)
        from monitoring.checks import evaluate
        from monitoring.checks.models import Check

        began = time.perf_counter()
        evaluate.evaluate()
        seconds = time.perf_counter() - began
        checks = Check.objects.count()
    return Measured({one.name: one.middle for one in found}, seconds / checks, checks)


def _in_its_own_process(fraction: float, number: int) -> Measured:
    command = [sys.executable, "-m", "bench.growth", "--one", str(fraction), "--requests", str(number)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


if __name__ == "__main__":
    main()
