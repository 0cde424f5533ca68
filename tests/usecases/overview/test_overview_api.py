"""The API of the inbox, of the overview and of the time axis."""

from datetime import date

import pytest

from usecases.kpis import actions


@pytest.fixture
def measured(use_case, business, data):
    kpi = actions.define_kpi(use_case, by=business, name="Visit rate", unit="%", baseline=14.0)
    rows = [{"period_start": date(2026, 5, 4), "value": 18.2, "standard_error": 0.5}]
    actions.record_measurements(kpi, rows, by=data, source="typed")
    return kpi


def test_the_inbox_tells_what_waits_for_whoever_asks(measured, business, viewer, stranger, call):
    told = call(business, "get", "inbox").json()
    assert [(one["kind"], one["title"]) for one in told["results"]] == [("kpi", "Validate Visit rate")]
    assert told["counts"]["open"] == 1
    assert call(viewer, "get", "inbox").json()["results"] == []
    assert call(stranger, "get", "inbox").json()["counts"]["open"] == 0


def test_the_overview_tells_the_headline_and_the_gate_ahead(measured, viewer, stranger, call):
    told = call(viewer, "get", "use-cases/spring/overview").json()
    assert told["headline"]["title"] == "Visit rate against the system in place"
    assert (told["gate_ahead"]["stage"], told["signals"]) == ("poc", [])
    assert call(stranger, "get", "use-cases/spring/overview").status_code == 404


def test_the_time_axis_tells_each_lane(measured, viewer, stranger, call):
    lanes = {lane["key"]: lane for lane in call(viewer, "get", "use-cases/spring/timeline").json()["results"]}
    lane = next(lane for lane in lanes.values() if lane["kind"] == "line")
    assert [point["value"] for point in lane["points"]] == [18.2]
    assert lane["points"][0]["low"] < 18.2 < lane["points"][0]["high"]
    assert call(stranger, "get", "use-cases/spring/timeline").status_code == 404
