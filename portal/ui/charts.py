"""Figures as plain dictionaries in Plotly's words, drawn by static/js/chart.js with one template for all.

Colours are names of tokens: "$accent", "$ok", "$warn", "$err", "$unk", "$ink", "$ink2", "$line", "$strong", "$card";
"$accent/16" is the same at 16 %. They are resolved in the page, for the theme of the moment. `name` on an annotation
("flag", "level") tells the page how to move it where there is little room.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

Figure = dict[str, Any]
Trace = dict[str, Any]
Shape = dict[str, Any]
Annotation = dict[str, Any]
X = Sequence[Any]
Y = Sequence[float | Decimal | None]

# One CSS class each, so that the page does not move when the drawing arrives.
HEIGHTS = (160, 200, 240, 300, 360, 440, 520)


@dataclass(frozen=True, slots=True)
class Table:
    """The same figure as a table: headings, then one row per point. Numbers, dates and None are worded when shown."""

    columns: Sequence[Any]
    rows: Sequence[Sequence[Any]]


def figure(
    traces: Iterable[Trace],
    *,
    layout: Mapping[str, Any] | None = None,
    shapes: Sequence[Shape] = (),
    annotations: Sequence[Annotation] = (),
    height: int = 300,
) -> Figure:
    """Put traces and marks together; `layout` is laid over the template. ValueError for a height without a class."""
    if height not in HEIGHTS:
        raise ValueError(f"height must be one of {HEIGHTS}, not {height}")
    laid = {"shapes": list(shapes), "annotations": list(annotations), **(layout or {}), "height": height}
    return {"data": list(traces), "layout": laid}


def line(
    x: X, y: Y, *, name: str, color: str = "$accent", provisional: Sequence[bool] | None = None, axis: str = "y"
) -> list[Trace]:
    """A line with its points; provisional (immature) points are hollow and reached by a dotted line.

    `axis` is "y", "y2"…; None and NaN leave a gap.
    """
    xs, ys = coordinates(x), values(y)
    flags = list(provisional) if provisional else [False] * len(xs)
    if len(flags) != len(xs) or len(ys) != len(xs):
        raise ValueError("x, y and provisional must have the same length")
    firm: Trace = {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": xs,
        "y": [None if flag else value for value, flag in zip(ys, flags, strict=True)],
        "yaxis": axis,
        "line": {"color": color, "width": 2.25},
        "marker": {"size": 6, "color": color},
    }
    if not any(flags):
        return [firm]
    # A dotted stretch starts at the firm point before it.
    reached = [flag or (i + 1 < len(flags) and flags[i + 1]) for i, flag in enumerate(flags)]
    loose: Trace = {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": xs,
        "y": [value if near else None for value, near in zip(ys, reached, strict=True)],
        "yaxis": axis,
        "line": {"color": color, "width": 2, "dash": "dot"},
        "marker": {
            "size": [7 if flag else 6 for flag in flags],
            "color": ["$card" if flag else color for flag in flags],
            "line": {"color": color, "width": [1.75 if flag else 0 for flag in flags]},
        },
        "hoverinfo": ["all" if flag else "skip" for flag in flags],
        "showlegend": False,
    }
    return [loose, firm]


def band(x: X, low: Y, high: Y, *, color: str = "$accent", axis: str = "y") -> list[Trace]:
    """An interval as a 16 % band between two invisible lines. Put it before the line it belongs to."""
    xs = coordinates(x)
    edge: Trace = {
        "type": "scatter",
        "mode": "lines",
        "x": xs,
        "yaxis": axis,
        "line": {"width": 0},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    return [{**edge, "y": values(high)}, {**edge, "y": values(low), "fill": "tonexty", "fillcolor": f"{color}/16"}]


def level(value: float | Decimal, *, label: str, dash: str = "dash", axis: str = "y") -> tuple[Shape, Annotation]:
    """A horizontal level named at its right end: a target is dashed ("dash"), a baseline dotted ("dot")."""
    height = float(value)
    shape: Shape = {
        "type": "line",
        "xref": "paper",
        "yref": axis,
        "x0": 0,
        "x1": 1,
        "y0": height,
        "y1": height,
        "line": {"color": "$ink2", "width": 1.25, "dash": dash},
    }
    note: Annotation = {"name": "level", "xref": "paper", "yref": axis, "x": 1, "y": height, "text": label}
    return shape, note


def flag(at: datetime | date, label: str, sign: str = "⚑") -> tuple[Shape, Annotation]:
    """A thin vertical line with a flag: a release, a gate (⚑), an incident (◆)."""
    moment = coordinate(at)
    shape: Shape = {
        "type": "line",
        "xref": "x",
        "yref": "paper",
        "x0": moment,
        "x1": moment,
        "y0": 0,
        "y1": 1,
        "line": {"color": "$strong", "width": 1},
    }
    note: Annotation = {"name": "flag", "xref": "x", "yref": "paper", "x": moment, "y": 1, "text": f"{sign} {label}"}
    return shape, note


def span(start: datetime | date, end: datetime | date, color: str = "$err/8") -> Shape:
    """A stretch of time shaded behind the lines: an incident."""
    return {
        "type": "rect",
        "xref": "x",
        "yref": "paper",
        "x0": coordinate(start),
        "x1": coordinate(end),
        "y0": 0,
        "y1": 1,
        "fillcolor": color,
        "line": {"width": 0},
        "layer": "below",
    }


def coordinates(x: X) -> list[Any]:
    """Positions as Plotly reads them: moments in the reader's zone, without the zone (Plotly ignores it)."""
    return [coordinate(one) for one in x]


def coordinate(one: Any) -> Any:
    """One position: a moment or a date as ISO text, anything else as it is."""
    if isinstance(one, datetime):
        local = timezone.localtime(one) if timezone.is_aware(one) else one
        return local.replace(tzinfo=None).isoformat(sep=" ", timespec="seconds")
    if isinstance(one, date):
        return one.isoformat()
    return one


def values(y: Y) -> list[float | None]:
    """Values as JSON can hold them: None for a gap, and for what is not a finite number."""
    return [None if one is None or not math.isfinite(one) else float(one) for one in y]
