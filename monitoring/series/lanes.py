"""Model metrics on the one time axis."""

from datetime import datetime

from monitoring.series import points
from monitoring.series.models import Kind, Series
from portal.registry import Lane
from usecases.catalog.models import UseCase

SHOWN = 2
DRAWN = 400


def lanes(use_case: UseCase, *, start: datetime | None = None, end: datetime | None = None) -> list[Lane]:
    """A line for each of the two model series that were fed last. At most five queries; seven when drawn whole."""
    fed = Series.objects.filter(use_case=use_case, kind=Kind.MODEL, latest__isnull=False)
    drawn = []
    for place, series in enumerate(fed.select_related("site", "latest").order_by("-latest__ts", "name")[:SHOWN]):
        last = min(series.latest.ts, end or series.latest.ts)
        first = start or _first(series, last)
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


def _first(series: Series, last: datetime) -> datetime:
    extent = points.extent(series.pk)
    return extent[0] if extent else last
