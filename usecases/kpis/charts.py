"""A KPI over time: value, 95 % band, baseline dotted, target dashed, provisional and immature points hollow."""

from collections.abc import Sequence
from typing import Any

from portal.ui.charts import Figure, Table, band, figure, flag, level, line
from portal.ui.wording import number

# More and their names cover the figure.
MOST_FLAGS = 6


def kpi_figure(
    points: Sequence[Any],
    *,
    name: str,
    baseline: float | None,
    baseline_label: str,
    target: float | None,
    target_label: str,
    marks: Sequence[Any] = (),
) -> Figure:
    """Draw standings (oldest first, each with an estimate) at the middle of their periods, with what went live."""
    x = [point.middle for point in points]
    estimates = [point.estimate for point in points]
    traces = band(x, [one.low for one in estimates], [one.high for one in estimates])
    traces += line(x, [one.value for one in estimates], name=name, provisional=[point.loose for point in points])
    levels = [
        level(value, label=f"{label} {number(value)}", dash=dash)
        for value, label, dash in ((baseline, baseline_label, "dot"), (target, target_label, "dash"))
        if value is not None
    ]
    flags = [flag(mark.at, mark.label) for mark in marks if points[0].start <= mark.at.date() <= points[-1].end]
    drawn = [*levels, *flags[-MOST_FLAGS:]]
    return figure(
        traces, shapes=[shape for shape, _note in drawn], annotations=[note for _shape, note in drawn], height=300
    )


def kpi_table(points: Sequence[Any], columns: Sequence[Any]) -> Table:
    """The same as rows: period, value, bounds, difference to the system in place and its bounds."""
    rows = []
    for point in points:
        found = point.effect
        rows.append(
            [
                point.period,
                point.estimate.value,
                point.estimate.low,
                point.estimate.high,
                found.difference if found else None,
                found.low if found else None,
                found.high if found else None,
            ]
        )
    return Table(columns, rows)
