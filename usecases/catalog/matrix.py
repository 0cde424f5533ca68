"""The portfolio as a matrix: what is worth it against what is feasible. As a table, so that everybody can read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import Lower, RowNumber
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from usecases.catalog.models import Score, UseCase
from usecases.catalog.portfolio import WORST_FIRST, place

NAMED = 3  # in a cell; the rest is a link to the list of that cell
HIGH = Score.HIGH


@dataclass(frozen=True, slots=True)
class Cell:
    """One pair of scores: how many use cases have it, the first by name, how many follow, how large its disc is.

    `radius` is in percent of half a cell: the area of the disc grows with the number.
    """

    value: Score
    feasibility: Score
    total: int
    named: Sequence[UseCase]
    radius: str

    @property
    def more(self) -> int:
        """How many are not named."""
        return self.total - len(self.named)

    @property
    def corner(self) -> Promise | str:
        """What the corner of the matrix that it is in means."""
        worth, feasible = self.value >= HIGH, self.feasibility >= HIGH
        if worth and feasible:
            return _("Do first")
        if worth:
            return _("Make feasible")
        return _("Quick, and small") if feasible else ""

    @property
    def tint(self) -> str:
        """The class of its corner."""
        return f"mx-{'v' if self.value >= HIGH else ''}{'f' if self.feasibility >= HIGH else ''}"


@dataclass(frozen=True, slots=True)
class Matrix:
    """The cells, the highest value first and the lowest feasibility first, and how many are not judged."""

    lines: Sequence[tuple[Score, Sequence[Cell]]]
    judged: int
    unjudged: int


def matrix(found: QuerySet[Any]) -> Matrix:
    """Every pair of scores with its use cases, in two queries however many there are."""
    pairs = found.order_by().values_list("value_score", "feasibility_score").annotate(n=Count("pk"))
    totals = {(value, feasibility): n for value, feasibility, n in pairs}
    unjudged = totals.pop((None, None), 0)
    most = max(totals.values(), default=1)
    named = _named(found)
    lines = [
        (value, [_cell(value, feasibility, totals, named, most) for feasibility in Score])
        for value in reversed(list(Score))
    ]
    return Matrix(lines, sum(totals.values()), unjudged)


def _cell(
    value: Score,
    feasibility: Score,
    totals: Mapping[tuple[int, int], int],
    named: Mapping[tuple[int, int], Sequence[UseCase]],
    most: int,
) -> Cell:
    pair = (value.value, feasibility.value)
    total = totals.get(pair, 0)
    return Cell(value, feasibility, total, named.get(pair, ()), f"{48 * (total / most) ** 0.5:.1f}")


def _named(found: QuerySet[Any]) -> dict[tuple[int, int], list[UseCase]]:
    """The first of each cell: the worst health, then by name."""
    order = (place("health", WORST_FIRST), Lower("name"), "pk")
    cell = [F("value_score"), F("feasibility_score")]
    number = Window(RowNumber(), partition_by=cell, order_by=order)
    judged = found.order_by().exclude(value_score=None)
    first = judged.annotate(number=number).filter(number__lte=NAMED).values("pk")
    told = ("pk", "slug", "name", "health", "stage", "value_score", "feasibility_score")
    cells: dict[tuple[int, int], list[UseCase]] = {}
    for use_case in UseCase.objects.filter(pk__in=first).only(*told).order_by(*order):
        pair = (use_case.value_score or 0, use_case.feasibility_score or 0)
        cells.setdefault(pair, []).append(use_case)
    return cells
