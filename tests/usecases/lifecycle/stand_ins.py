"""Criteria of features that have tests of their own: met or not as the test says, under their real codes."""

from portal.registry import Criterion, Evidence
from usecases.catalog.criteria import CRITERIA as CATALOG
from usecases.kpis.criteria import CRITERIA as KPIS
from usecases.lifecycle.criteria import CRITERIA as LIFECYCLE

# What the test says of each: True, False, None. Emptied before each test.
FACTS: dict[str, bool | None] = {}


def _criterion(code: str, role: str) -> Criterion:
    def check(use_case):
        return Evidence(FACTS.get(code, False), f"{code} is {FACTS.get(code, False)}", url="/somewhere/")

    return Criterion(code=code, title=code.title(), why="", face="operations", role=role, check=check)


OTHERS = [
    _criterion("iterations.closed_go", "it"),
    _criterion("series.points_arrive", "it"),
    _criterion("runs.beats_simple_baseline", "data"),
    _criterion("deployments.approved_and_live", "it"),
    _criterion("checks.active", "data"),
    _criterion("deployments.return_rehearsed", "it"),
]
BETTER = _criterion("lifecycle.better_than_in_place", "business")
CRITERIA = [*CATALOG, *KPIS, *(one for one in LIFECYCLE if one.code != BETTER.code), BETTER, *OTHERS]
