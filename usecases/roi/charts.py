"""The account and the effort as figures: months in, plain dictionaries out."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from portal.ui.charts import Figure, Table, band, coordinates, figure, level, line, values
from usecases.roi.ledger import Month, Split, month_after, share

HUNDRED = Decimal(100)
EACH_NAMED = 8
COLORS = {"ml": "$accent", "integration": "$warn"}


def account_figure(months: Sequence[Month], *, until: date, names: Mapping[str, str]) -> Figure:
    """Cumulated cost, expected and realised value with its 95 % band, each at the end of its month.

    `names` words "cost", "expected" and "realised"; what is spent is drawn up to `until`, a day.
    """
    ends = [month_after(one.month) for one in months]
    spent = [one.all_cost if one.month <= until else None for one in months]
    sums = [one.all_realised for one in months]
    traces = band(ends, [one.low if one else None for one in sums], [one.high if one else None for one in sums])
    expected = line(ends, [one.all_expected for one in months], name=names["expected"], color="$unk")
    for trace in expected:
        trace["line"] = {**trace["line"], "dash": "dash"}
        trace["mode"] = "lines"
    # What nobody validated or gained is not drawn, and not named.
    traces += expected if any(one.all_expected is not None for one in months) else []
    traces += line(ends, spent, name=names["cost"], color="$err")
    if any(sums):
        traces += line(ends, [one.value if one else None for one in sums], name=names["realised"])
    return figure(traces, height=360)


def account_table(months: Sequence[Month], columns: Sequence[Any]) -> Table:
    """The same by month: cost, expected and realised value; then cumulated, with the bounds of the realised sum."""
    rows = []
    for one in months:
        total = one.all_realised
        rows.append(
            [
                one.month,
                one.cost,
                one.expected,
                one.realised,
                one.all_cost,
                one.all_expected,
                total.value if total else None,
                total.low if total else None,
                total.high if total else None,
                one.net,
            ]
        )
    return Table(columns, rows)


def split_figure(months: Sequence[Split], *, names: Mapping[str, str], average: str) -> Figure:
    """The share of ML and of integration in each month's effort for both, in %; the share of ML so far as a level."""
    x = coordinates([one.month for one in months])
    traces: list[dict[str, Any]] = []
    for kind, color in COLORS.items():
        shares = [one.ml_share for one in months]
        parts = [None if part is None else HUNDRED * (part if kind == "ml" else 1 - part) for part in shares]
        bar = {"type": "bar", "name": names[kind], "x": x, "y": values(parts), "marker": {"color": color}}
        traces.append(bar)
    days: dict[str, Decimal] = {}
    for one in months:
        for kind, part in one.days.items():
            days[kind] = days.get(kind, Decimal(0)) + part
    in_all = share(days)
    marks = [] if in_all is None else [level(HUNDRED * in_all, label=average)]
    axis = {"range": [0, 100], "ticksuffix": " %"}
    # Left alone, the ticks of few months fall between the bars, and one month is named twice.
    ticks = {"dtick": "M1"} if len(months) <= EACH_NAMED else {"nticks": EACH_NAMED}
    return figure(
        traces,
        layout={"barmode": "stack", "yaxis": axis, "xaxis": {"tickformat": "%b %Y", **ticks}},
        shapes=[shape for shape, _note in marks],
        annotations=[note for _shape, note in marks],
        height=240,
    )


def split_table(months: Sequence[Split], kinds: Sequence[str], columns: Sequence[Any]) -> Table:
    """The same by month: person-days of each kind, and the share of ML in ML and integration in %."""
    rows = []
    for one in months:
        part = one.ml_share
        days = [one.days.get(kind, Decimal(0)) for kind in kinds]
        rows.append([one.month, *days, None if part is None else round(HUNDRED * part, 1)])
    return Table(columns, rows)
