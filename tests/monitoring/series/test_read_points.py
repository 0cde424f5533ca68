"""Reading columnar JSON and CSV of points."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.series import payload
from monitoring.series.points import Sorted
from portal.errors import BadInput

FIRST = 946_684_800_000
rows = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.integers(FIRST, FIRST + 50),
        st.floats(allow_nan=False, allow_infinity=False),
    ),
    min_size=1,
    max_size=60,
)


def as_json(points):
    index, ts, value = zip(*points, strict=True)
    series = [{"name": f"s{n}", "kind": "data"} for n in range(4)]
    return json.dumps({"series": series, "index": index, "ts": ts, "value": value}).encode()


def as_csv(points):
    return "\n".join(["series,kind,ts,value", *(f"s{n},data,{ts},{value!r}" for n, ts, value in points)]).encode()


def meaning(told):
    names = [told.series[place].name for place in told.index]
    return list(zip(names, (told.ts // 1000).tolist(), told.value.tolist(), strict=True))


@given(rows)
def test_json_and_csv_of_the_same_points_say_the_same(points):
    expected = [(f"s{n}", ts, value) for n, ts, value in points]
    assert meaning(payload.check(payload.read_json(as_json(points)))) == expected
    assert meaning(payload.check(payload.read_csv(as_csv(points)))) == expected


@given(rows)
def test_sorting_keeps_the_last_point_of_each_moment(points):
    index, ts, value = (np.array(column) for column in zip(*points, strict=True))
    kept = Sorted.of(index, ts, value)
    expected = {(n, moment): number for n, moment, number in points}
    got = list(zip(kept.series.tolist(), kept.ts.tolist(), strict=True))
    assert got == sorted(expected)
    assert kept.value.tolist() == [expected[key] for key in got]
    assert kept.newest.sum() == len({n for n, _ts in expected})


@given(st.integers(400_000_000_000_000, 1_700_000_000_000_000), st.integers(-840, 840))
def test_a_moment_in_any_zone_is_read_to_the_microsecond(microseconds, minutes):
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
    text = moment.astimezone(timezone(timedelta(minutes=minutes))).isoformat()
    told = payload.check(payload.Payload([payload.SeriesIn("a", "data")], [0], [text], [1.0]))
    assert told.ts[0] == microseconds


@given(st.binary(max_size=300))
def test_noise_is_refused_never_a_crash(noise):
    for read in (payload.read_json, payload.read_csv):
        with pytest.raises(BadInput):
            payload.check(read(noise))


@given(st.text(max_size=300))
def test_a_csv_of_noise_below_a_good_header_is_refused_or_taken(noise):
    with suppress(BadInput):
        payload.check(payload.read_csv(f"series,ts,value\n{noise}".encode(errors="replace")))


def test_mistakes_in_a_csv_are_told_by_line():
    good, bad = b"auc;2026-11-02T12:00:00Z;0.5;model\n", b"auc;monday;0.5;model\nauc;1700000000000;a lot;model\nauc;1\n"
    body = b"series;ts;value;kind\n" + good + bad
    with pytest.raises(BadInput) as refused:
        payload.check(payload.read_csv(body))
    assert [(p.line, p.field) for p in refused.value.problems] == [(3, "ts"), (4, "value"), (5, "")]


def test_a_csv_says_its_columns():
    for header in (b"", b"series,value\n", b"series,ts,value,mood\n", b"series,ts,value,ts\n"):
        with pytest.raises(BadInput, match="first line"):
            payload.read_csv(header)


def test_an_unknown_kind_is_told_at_its_first_line():
    with pytest.raises(BadInput) as refused:
        payload.check(payload.read_csv(b"series,ts,value,kind\na,1700000000000,1,data\nb,1700000000000,1,mood\n"))
    assert refused.value.problems[0].line == 3


def test_at_most_fifty_mistakes_are_told():
    with pytest.raises(BadInput) as refused:
        payload.check(payload.Payload([payload.SeriesIn("a", "data")], [7] * 99, [FIRST] * 99, [None] * 99))
    assert len(refused.value.problems) == 50


def test_a_batch_has_limits(monkeypatch):
    monkeypatch.setattr(payload, "MOST_POINTS", 2)
    monkeypatch.setattr(payload, "MOST_BYTES", 1000)
    three = [(0, FIRST, 1.0)] * 3
    with pytest.raises(payload.TooLarge):
        payload.check(payload.read_json(as_json(three)))
    with pytest.raises(payload.TooLarge):
        payload.read_csv(as_csv(three))
    with pytest.raises(payload.TooLarge):
        payload.read_json(b" " * 1001)


def test_the_same_points_written_differently_have_one_digest():
    points = [(0, FIRST, 1.5), (1, FIRST, 2.0)]
    spaced = as_json(points).replace(b",", b" , ")
    assert payload.check(payload.read_json(as_json(points))).digest == payload.check(payload.read_json(spaced)).digest
