"""A series drawn: its line, the bounds of its checks, its incidents."""

from collections.abc import Sequence
from datetime import datetime

from monitoring.series.points import Drawing
from portal.ui.charts import Figure, figure, level, line, span

Level = tuple[float, str]
Span = tuple[datetime, datetime]


def series_figure(
    drawing: Drawing,
    name: str,
    *,
    unit: str = "",
    levels: Sequence[Level] = (),
    spans: Sequence[Span] = (),
    height: int = 300,
) -> Figure:
    """The figure of a series: bounds dashed, incidents shaded. `levels`: (value, label); `spans`: (start, end)."""
    traces = line(drawing.x, drawing.y, name=name)
    if len(drawing.x) > 200:
        traces[0]["mode"] = "lines"
    marks = [level(value, label=label) for value, label in levels]
    return figure(
        traces,
        shapes=[*(span(start, end) for start, end in spans), *(shape for shape, _note in marks)],
        annotations=[note for _shape, note in marks],
        layout={"yaxis": {"title": {"text": unit}}} if unit else None,
        height=height,
    )
