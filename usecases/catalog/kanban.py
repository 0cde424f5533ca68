"""The portfolio as a kanban: under each stage, the cards that most need to be looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, FloatField, QuerySet, Value, Window
from django.db.models.functions import Extract, Lower, RowNumber

from portal import clock
from usecases.catalog.models import Stage, UseCase
from usecases.catalog.portfolio import LONG_TEXTS, WORST_FIRST, Row, place, rows

STAGES = (Stage.EXPLORATION, Stage.POC, Stage.INDUSTRIALISATION, Stage.PRODUCTION)
CARDS = 12  # under a stage; the rest is a link to the list of that stage


class Median(Aggregate):
    """The middle value of a group, interpolated; null for none."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


@dataclass(frozen=True, slots=True)
class Lane:
    """A stage: how many use cases stand there, the median of their days in it, the first cards, how many follow."""

    stage: Stage
    total: int
    median: float | None
    cards: Sequence[Row]

    @property
    def median_days(self) -> int:
        """The median, in whole days."""
        return int(self.median or 0)

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.total - len(self.cards)


def lanes(found: QuerySet[Any]) -> list[Lane]:
    """The stages of the road, then those of the closed stages that hold something; two queries and those of a lot."""
    known = {stage: (total, median) for stage, total, median in totals(found)}
    shown = rows(_first_of_each(found))
    stages = [stage for stage in Stage if stage in STAGES or stage in known]
    nothing: tuple[int, float | None] = (0, None)
    return [
        Lane(stage, *known.get(stage, nothing), [row for row in shown if row.use_case.stage == stage])
        for stage in stages
    ]


def totals(found: QuerySet[Any]) -> QuerySet[UseCase, Any]:
    """(stage, how many stand there, median of their days in it), in one query."""
    spent = ExpressionWrapper(Value(clock.now()) - F("stage_since"), output_field=DurationField())
    days = Extract(spent, "epoch") / 86_400.0
    return found.order_by().values_list("stage").annotate(total=Count("pk"), median=Median(days))


def _first_of_each(found: QuerySet[Any]) -> QuerySet[UseCase]:
    """The cards, worst first under each stage."""
    order = (place("health", WORST_FIRST), Lower("name"), "pk")
    number = Window(RowNumber(), partition_by=F("stage"), order_by=order)
    first = found.order_by().annotate(number=number).filter(number__lte=CARDS).values("pk")
    return UseCase.objects.filter(pk__in=first).select_related("team").defer(*LONG_TEXTS).order_by(*order)
