"""Model metrics on the one time axis."""

from datetime import datetime

from monitoring.series import points
from monitoring.series.models import Kind, Series
from portal.registry import Lane
from usecases.catalog.models import UseCase

SHOWN = 2
DRAWN = 400


def lanes(use_case: UseCase, *, start: datetime | None = None, end: datetime | None = None) -> list[Lane]:
    """A line for each of the two model series that were fed last. At most seven queries."""
    fed = Series.objects.filter(use_case=use_case, kind=Kind.MODEL, latest__isnull=False)
    drawn = []
    for place, series in enumerate(fed.select_related("site").order_by("-latest__ts", "name")[:SHOWN]):
        extent = points.extent(series.pk)
        if extent is None:
            continue
        first, last = max(extent[0], start or extent[0]), min(extent[1], end or extent[1])
        drawing = points.draw(series.pk, first, last, DRAWN)
        drawn.append(
            Lane(
                key=f"series-{series.uid}",
                title=str(series),
                kind="line",
                unit=series.unit,
                x=drawing.x,
                y=drawing.y,
                order=20 + place,
            )
        )
    return drawn
