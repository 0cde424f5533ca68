"""The table of points, spoken to in SQL: written by COPY and one statement, read in buckets. numpy only to write."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils import timezone

from portal import clock

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]

# What a chart draws at most: the lowest and the highest value of each of 1,000 buckets.
DRAWN = 2_000

# PostgreSQL counts microseconds from 2000-01-01; Unix from 1970-01-01.
_POSTGRES_EPOCH = 946_684_800_000_000
_COPY_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_COPY_TRAILER = b"\xff\xff"

# The table lives as long as the connection and is emptied at every commit: no catalogue churn per batch.
INCOMING = """
CREATE TEMPORARY TABLE IF NOT EXISTS point_incoming (
    series_id bigint NOT NULL, ts timestamptz NOT NULL, value double precision NOT NULL, newest boolean NOT NULL
) ON COMMIT DELETE ROWS
"""
EMPTY = "DELETE FROM point_incoming"
COPY = "COPY point_incoming (series_id, ts, value, newest) FROM STDIN WITH (FORMAT binary)"
UPSERT = """
WITH newest AS (
    INSERT INTO monitoring_latestvalue AS known (series_id, ts, value, received_at)
    SELECT series_id, ts, value, now() FROM point_incoming WHERE newest
    ON CONFLICT (series_id) DO UPDATE
        SET ts = EXCLUDED.ts, value = EXCLUDED.value, received_at = EXCLUDED.received_at
        WHERE known.ts < EXCLUDED.ts OR (known.ts = EXCLUDED.ts AND known.value IS DISTINCT FROM EXCLUDED.value)
)
INSERT INTO monitoring_point AS known (series_id, ts, value)
SELECT series_id, ts, value FROM point_incoming
ON CONFLICT (series_id, ts) DO UPDATE SET value = EXCLUDED.value WHERE known.value IS DISTINCT FROM EXCLUDED.value
"""
NEWEST = """
SELECT asked.id, point.ts, point.value
FROM unnest(%(series)s::bigint[]) AS asked (id)
CROSS JOIN LATERAL (
    SELECT ts, value FROM monitoring_point WHERE series_id = asked.id AND ts <= %(until)s ORDER BY ts DESC LIMIT 1
) AS point
"""


@dataclass(frozen=True, slots=True)
class Sorted:
    """Points in the order of their key, each key once: int64[n] series ids, int64[n] µs since 1970, float64[n]."""

    series: Ints
    ts: Ints
    value: Floats
    newest: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, series: Ints, ts: Ints, value: Floats) -> Sorted:
        """Sort three arrays of equal length ≥ 1 by (series, ts); of points with the same key the last one stays."""
        import numpy as np

        order = np.lexsort((ts, series))
        series, ts, value = series[order], ts[order], value[order]
        newest = np.append(series[1:] != series[:-1], True)
        last = newest | np.append(ts[1:] != ts[:-1], True)
        if not last.all():
            series, ts, value, newest = series[last], ts[last], value[last], newest[last]
        return cls(series, ts, value, newest)

    def copy_buffer(self) -> bytes:
        """The rows in PostgreSQL's binary COPY format."""
        import numpy as np

        rows = np.empty(len(self.ts), dtype=_row())
        rows["fields"] = 4
        rows["n1"] = rows["n2"] = rows["n3"] = 8
        rows["n4"] = 1
        rows["series"], rows["value"], rows["newest"] = self.series, self.value, self.newest
        rows["ts"] = self.ts - _POSTGRES_EPOCH
        return b"".join((_COPY_HEADER, rows.data, _COPY_TRAILER))


def _row() -> list[tuple[str, str]]:
    return [
        ("fields", ">i2"),
        *(("n1", ">i4"), ("series", ">i8")),
        *(("n2", ">i4"), ("ts", ">i8")),
        *(("n3", ">i4"), ("value", ">f8")),
        *(("n4", ">i4"), ("newest", "?")),
    ]


def upsert(points: Sorted) -> int:
    """Write points and the latest value of their series; returns how many points are new or changed.

    Rows are locked in the order of their key, so that two batches at once never wait for each other in a circle.
    Call it inside the transaction of the batch.
    """
    with connection.cursor() as cursor:
        cursor.execute(INCOMING)
        cursor.execute(EMPTY)
        cursor.copy_expert(COPY, io.BytesIO(points.copy_buffer()), size=1 << 20)
        cursor.execute(UPSERT)
        return int(cursor.rowcount)


def make_partition(month: datetime) -> bool:
    """Make the partition of a month (UTC), moving there what the default one holds of it; False when it was there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT monitoring_make_partition(%s::date)", [month.astimezone(UTC).date()])
        return bool(cursor.fetchone()[0])


def make_ahead(months: int = 3) -> int:
    """Make the partitions of this month and the next `months`; returns how many were missing."""
    now = timezone.now().astimezone(UTC)
    ahead = [now.year * 12 + now.month - 1 + n for n in range(months + 1)]
    return sum(make_partition(datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC)) for month in ahead)


@dataclass(frozen=True, slots=True)
class Drawing:
    """What a chart shows of a series: moments (UTC) and values, of `total` points; `step` when they are extremes."""

    x: list[datetime]
    y: list[float]
    total: int
    step: timedelta | None = None


def extent(series_id: int) -> tuple[datetime, datetime] | None:
    """The moments of the first and the last point; None without points. Of a day looked back at, until its end."""
    until = clock.past() or datetime.max.replace(tzinfo=UTC)
    question = "SELECT min(ts), max(ts) FROM monitoring_point WHERE series_id = %s AND ts <= %s"
    rows = _rows(question, [series_id, until])
    return rows[0] if rows[0][0] is not None else None


def draw(series_id: int, start: datetime, end: datetime, most: int = DRAWN) -> Drawing:
    """The points of [start, end], all of them or, beyond `most`, the lowest and the highest of each bucket."""
    rows = _rows(
        "SELECT ts, value FROM monitoring_point WHERE series_id = %s AND ts BETWEEN %s AND %s ORDER BY ts LIMIT %s",
        [series_id, start, end, most + 1],
    )
    if len(rows) <= most:
        return Drawing([ts for ts, _value in rows], [value for _ts, value in rows], len(rows))
    step = max((end - start) / max(1, most // 2 - 1), timedelta(seconds=1))
    buckets = _rows(
        "SELECT date_bin(%s, ts, %s) AS bucket, min(value), max(value), count(*) FROM monitoring_point"
        " WHERE series_id = %s AND ts BETWEEN %s AND %s GROUP BY bucket ORDER BY bucket",
        [step, start, series_id, start, end],
    )
    total = sum(row[3] for row in buckets)
    x = [moment for bucket, *_ in buckets for moment in (bucket, bucket + step / 2)]
    y = [value for _bucket, low, high, _count in buckets for value in (low, high)]
    return Drawing(x, y, total, step)


def last(series_id: int, start: datetime, end: datetime, most: int) -> list[tuple[datetime, float]]:
    """The newest points of [start, end], newest first, at most `most`."""
    return _rows(
        "SELECT ts, value FROM monitoring_point WHERE series_id = %s AND ts BETWEEN %s AND %s"
        " ORDER BY ts DESC LIMIT %s",
        [series_id, start, end, most],
    )


def newest(series_ids: Sequence[int], until: datetime) -> dict[int, tuple[datetime, float]]:
    """The newest point of each series up to a moment; none for a series that had no point. One query."""
    rows = _rows(NEWEST, {"series": list(series_ids), "until": until})
    return {pk: (ts, value) for pk, ts, value in rows}


def run_beyond(
    series_id: int, bound: float, *, above: bool, until: datetime, after: datetime | None
) -> tuple[datetime, float] | None:
    """The first point of the unbroken run beyond `bound` that ends by `until`, begun later than `after`."""
    rows = _rows(
        "SELECT ts, value FROM monitoring_point WHERE series_id = %(series)s AND ts <= %(until)s AND ts > GREATEST("
        " (SELECT max(ts) FROM monitoring_point WHERE series_id = %(series)s AND ts <= %(until)s"
        " AND CASE WHEN %(above)s THEN value <= %(bound)s ELSE value >= %(bound)s END), %(after)s, '-infinity')"
        " ORDER BY ts LIMIT 1",
        {"series": series_id, "bound": bound, "above": above, "until": until, "after": after},
    )
    return rows[0] if rows else None


def export(series_id: int, start: datetime, end: datetime, chunk: int = 10_000) -> Iterator[tuple[datetime, float]]:
    """Every point of [start, end], oldest first, read a chunk at a time."""
    sql = "SELECT ts, value FROM monitoring_point WHERE series_id = %s AND ts {} %s AND ts <= %s ORDER BY ts LIMIT {}"
    rows = _rows(sql.format(">=", chunk), [series_id, start, end])
    while rows:
        yield from rows
        rows = _rows(sql.format(">", chunk), [series_id, rows[-1][0], end]) if len(rows) == chunk else []


def _rows(sql: str, params: list[Any] | dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
