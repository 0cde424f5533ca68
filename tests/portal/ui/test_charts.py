from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from portal.ui import charts

X = [date(2026, 2, 2), date(2026, 2, 9), date(2026, 2, 16)]


def test_a_line_is_one_trace_when_every_point_is_mature():
    (firm,) = charts.line(X, [1, Decimal("2.5"), None], name="Visits")
    assert firm["y"] == [1.0, 2.5, None]
    assert firm["x"] == ["2026-02-02", "2026-02-09", "2026-02-16"]


def test_provisional_points_are_hollow_and_reached_by_a_dotted_line():
    loose, firm = charts.line(X, [1, 2, 3], name="Visits", provisional=[False, False, True])
    assert firm["y"] == [1.0, 2.0, None]
    assert loose["y"] == [None, 2.0, 3.0]
    assert loose["line"]["dash"] == "dot"
    assert loose["marker"]["color"][2] == "$card"


def test_what_is_not_finite_is_a_gap():
    assert charts.values([float("nan"), float("inf"), 1]) == [None, None, 1.0]


def test_lengths_that_differ_are_refused():
    with pytest.raises(ValueError, match="same length"):
        charts.line(X, [1, 2], name="Visits")


def test_a_moment_is_placed_in_the_readers_zone():
    assert charts.coordinate(datetime(2026, 7, 1, 22, 30, tzinfo=UTC)) == "2026-07-02 00:30:00"


def test_a_band_is_pale_and_has_no_name():
    high, low = charts.band(X, [0, 1, 2], [2, 3, 4], color="$warn")
    assert (high["y"], low["y"]) == ([2.0, 3.0, 4.0], [0.0, 1.0, 2.0])
    assert low["fillcolor"] == "$warn/16"
    assert high["hoverinfo"] == "skip"


def test_a_target_is_dashed_and_a_baseline_dotted():
    target, note = charts.level(7.5, label="target +7.5")
    baseline, _ = charts.level(6.9, label="manual rule", dash="dot")
    assert (target["line"]["dash"], baseline["line"]["dash"]) == ("dash", "dot")
    assert note["text"] == "target +7.5"


def test_a_height_without_a_class_is_refused():
    with pytest.raises(ValueError, match="height"):
        charts.figure([], height=301)
