"""The one time axis of a use case: every lane of the registry in one figure, with its sentence and its table."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.registry import Lane, Mark
from portal.ui import charts, wording

HEIGHTS = {0: 160, 1: 360, 2: 440}
TALLEST = 520
# Room (px) for the name of a lane above its curve, and for the axis and flags around the plot.
NAME_ROOM, AROUND = 22, 64
NAMED_FLAGS, FLAG_LETTERS = 6, 24
T = TypeVar("T")
COLORS = ("$accent", "$ink2")
SIGNS = {"marks": "⚑", "spans": "◆"}


def timeline(lanes: Sequence[Lane], *, start: datetime | None, end: datetime) -> charts.Figure | None:
    """Lines stacked over one x axis, flags and spans through all of them; None when there is nothing to draw.

    `start` None: from the first point or mark.
    """
    lines = [lane for lane in lanes if lane.kind == "line" and lane.x]
    marked = [lane for lane in lanes if lane.kind != "line"]
    marks = [mark for lane in marked for mark in lane.marks]
    moments = [moment for lane in lines for moment in lane.x] + [mark.at for mark in marks]
    if not moments:
        return None
    height = HEIGHTS.get(len(lines), TALLEST)
    first, last = start or min(moments), max(end, *moments)
    margin = max(last - first, timedelta(days=1)) / 50
    traces, shapes, notes, layout = _stack(lines, height)
    # What began before the axis has no flag on it.
    shown = [(mark, SIGNS[lane.kind]) for lane in marked for mark in lane.marks if mark.at >= first]
    shown.sort(key=lambda pair: pair[0].at)
    for place, (mark, sign) in enumerate(shown, start=NAMED_FLAGS - len(shown)):
        shape, note = charts.flag(mark.at, _cut(mark.label), sign)
        shapes.append(shape)
        if place >= 0:
            notes.append(note)
    spans = [mark for lane in marked if lane.kind == "spans" for mark in lane.marks]
    shapes += [charts.span(mark.at, mark.until, f"${mark.tone}/16") for mark in spans if mark.until]
    layout["xaxis"] = {
        "type": "date",
        "range": charts.coordinates([first - margin, last + margin]),
        "anchor": _axis(max(len(lines) - 1, 0)),
    }
    return charts.figure(traces, layout=layout, shapes=shapes, annotations=notes, height=height)


def sentence(lanes: Sequence[Lane]) -> str:
    """Where the first line stands, against what, and how much happened."""
    said = [_stands(lane) for lane in lanes if lane.kind == "line" and any(y is not None for y in lane.y)][:1]
    number = sum(len(lane.marks) for lane in lanes if lane.kind != "line")
    if number:
        said.append(
            ngettext("%(number)s event on the axis.", "%(number)s events on the axis.", number) % {"number": number}
        )
    return " ".join(said)


def table(lanes: Sequence[Lane]) -> charts.Table:
    """Every point and mark as a row, oldest first."""
    rows: list[tuple[datetime, str, float | None, float | None, float | None, str]] = []
    for lane in lanes:
        title = f"{lane.title} ({lane.unit})" if lane.unit else str(lane.title)
        for i, (moment, value) in enumerate(zip(lane.x, lane.y, strict=True)):
            note = _("provisional") if _at(lane.provisional, i) else ""
            rows.append((moment, title, _float(value), _float(_at(lane.low, i)), _float(_at(lane.high, i)), note))
        rows += [(mark.at, str(lane.title), None, None, None, _told(mark)) for mark in lane.marks]
    columns = [_("When"), _("What"), _("Value"), _("From"), _("To"), _("Note")]
    return charts.Table(columns, [_blank(row) for row in sorted(rows, key=lambda row: row[0])])


def _stack(
    lines: Sequence[Lane], height: int
) -> tuple[list[charts.Trace], list[charts.Shape], list[charts.Annotation], dict[str, object]]:
    traces: list[charts.Trace] = []
    shapes: list[charts.Shape] = []
    notes: list[charts.Annotation] = []
    layout: dict[str, object] = {"hoversubplots": "axis"}
    slot, name_room = 1 / max(len(lines), 1), NAME_ROOM / (height - AROUND)
    if not lines:
        layout["yaxis"] = {"visible": False}
    for i, lane in enumerate(lines):
        axis, top = _axis(i), 1 - i * slot
        layout["yaxis" + axis[1:]] = {"domain": [top - slot * 0.94, top - name_room], "nticks": 5}
        name = f"{lane.title} ({lane.unit})" if lane.unit else str(lane.title)
        notes.append({"xref": "paper", "yref": "paper", "x": 0, "y": top, "yanchor": "top", "text": name})
        color = COLORS[min(i, 1)]
        if lane.low and lane.high:
            traces += charts.band(lane.x, lane.low, lane.high, color=color, axis=axis)
        traces += charts.line(
            lane.x, lane.y, name=str(lane.title), color=color, provisional=lane.provisional or None, axis=axis
        )
        for value, label, dash in (
            (lane.baseline, lane.baseline_label or _("baseline"), "dot"),
            (lane.target, _("target"), "dash"),
        ):
            if value is not None:
                shape, note = charts.level(value, label=f"{label} {wording.number(value)}", dash=dash, axis=axis)
                shapes.append(shape)
                notes.append(note)
    # Each curve is named where it starts: a legend would say it twice.
    return [{**trace, "showlegend": False} for trace in traces], shapes, notes, layout


def _stands(lane: Lane) -> str:
    last = max(i for i, y in enumerate(lane.y) if y is not None)
    value = wording.number(lane.y[last], unit=lane.unit)
    if _at(lane.low, last) is not None and _at(lane.high, last) is not None:
        value += f" ({wording.interval(lane.low[last], lane.high[last], signed=False)})"
    words = {
        "title": lane.title,
        "value": value,
        "day": wording.day(lane.x[last]),
        "baseline_label": lane.baseline_label or _("baseline"),
        "baseline": wording.number(lane.baseline, unit=lane.unit) if lane.baseline is not None else "",
        "target": wording.number(lane.target, unit=lane.unit) if lane.target is not None else "",
    }
    if lane.baseline is not None and lane.target is not None:
        template = _("%(title)s: %(value)s on %(day)s; %(baseline_label)s %(baseline)s, target %(target)s.")
    elif lane.baseline is not None:
        template = _("%(title)s: %(value)s on %(day)s; %(baseline_label)s %(baseline)s.")
    elif lane.target is not None:
        template = _("%(title)s: %(value)s on %(day)s; target %(target)s.")
    else:
        template = _("%(title)s: %(value)s on %(day)s.")
    return template % words


def _told(mark: Mark) -> str:
    if mark.until is None:
        return str(mark.label)
    return _("%(event)s, until %(day)s") % {"event": mark.label, "day": wording.day(mark.until)}


def _axis(i: int) -> str:
    return f"y{i + 1}" if i else "y"


def _cut(label: str) -> str:
    return label if len(label) <= FLAG_LETTERS else label[: FLAG_LETTERS - 1].rstrip() + "…"


def _at(values: Sequence[T], i: int) -> T | None:
    return values[i] if i < len(values) else None


def _float(value: object) -> float | None:
    return None if value is None else float(value)  # type: ignore[arg-type]


def _blank(row: tuple[object, ...]) -> list[object]:
    """A cell that does not apply is empty: only what should be known and is not reads "unknown"."""
    return ["" if value is None else value for value in row]
