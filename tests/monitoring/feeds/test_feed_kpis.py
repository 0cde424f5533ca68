"""Full periods of points become provisional measurements; what the business judged is left alone."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from monitoring.feeds.actions import start_feed, stop_feed
from monitoring.feeds.feed import feed_due
from monitoring.feeds.models import KpiFeed
from monitoring.series.actions import send_points
from monitoring.series.models import Series
from monitoring.series.payload import Payload, SeriesIn
from portal.errors import BadInput, NotAllowed, Refused
from usecases.kpis import actions
from usecases.kpis.models import KPI, Measurement

MONDAY = date(2026, 5, 4)


@pytest.fixture
def kpi(use_case, business) -> KPI:
    return actions.define_kpi(use_case, by=business, name="Visit rate", unit="per 100", baseline=14.0)


@pytest.fixture
def send(use_case, data):
    """Send points of a business series: (day of May 2026, hour, value)."""

    def _send(*points, name="visits", kind="business"):
        ts: list[int | str] = [
            int(datetime(2026, 5, day, hour, tzinfo=UTC).timestamp() * 1000) for day, hour, _value in points
        ]
        payload = Payload(
            series=[SeriesIn(name, kind, "per 100")],
            index=[0] * len(points),
            ts=ts,
            value=[one[2] for one in points],
        )
        send_points(use_case, payload, by=data)
        return Series.objects.get(name=name)

    return _send


@pytest.fixture
def at_the_end_of_may(time_machine):
    time_machine.move_to(datetime(2026, 5, 20, 12, tzinfo=UTC))


@pytest.mark.parametrize(("statistic", "value"), [("mean", 16.0), ("sum", 48.0), ("last", 20.0)])
def test_a_full_week_becomes_a_provisional_measurement(kpi, send, data, statistic, value, at_the_end_of_may):
    series = send((4, 8, 10.0), (6, 8, 18.0), (10, 20, 20.0), (18, 8, 99.0))
    start_feed(series, kpi, since=MONDAY, statistic=statistic, by=data)
    assert feed_due() == 1
    row = Measurement.objects.get()
    assert (row.value, str(row.period_end), row.status, row.source) == (value, "2026-05-11", "provisional", "series")
    assert row.recorded_by == data


def test_the_day_begins_where_the_organisation_is(kpi, send, data, at_the_end_of_may, monkeypatch):
    """23:00 UTC on Sunday the 10th is Monday in Paris: the week is over."""
    monkeypatch.setattr(timezone, "get_default_timezone", lambda: ZoneInfo("Europe/Paris"))
    start_feed(send((4, 8, 10.0), (10, 23, 50.0)), kpi, since=MONDAY, by=data)
    feed_due()
    assert list(Measurement.objects.order_by("period_start").values_list("value", flat=True)) == [10.0, 50.0]


def test_feeding_twice_says_nothing_new_and_late_points_correct(kpi, send, data, at_the_end_of_may):
    start_feed(send((4, 8, 10.0)), kpi, since=MONDAY, by=data)
    assert (feed_due(), feed_due()) == (1, 0)
    send((5, 8, 20.0))
    assert feed_due() == 1
    assert Measurement.objects.get().value == 15.0


def test_what_the_business_validated_or_rejected_is_left_alone(kpi, send, data, business, at_the_end_of_may):
    start_feed(send((4, 8, 10.0), (12, 8, 30.0)), kpi, since=MONDAY, by=data)
    feed_due()
    first, second = Measurement.objects.select_related("kpi__use_case__team").order_by("period_start")
    actions.validate(first, by=business)
    actions.reject(second, by=business, reason="A strike")
    send((5, 8, 99.0), (13, 8, 99.0))
    assert feed_due() == 0
    assert list(Measurement.objects.order_by("period_start").values_list("status", flat=True)) == [
        "validated",
        "rejected",
    ]


def test_who_lost_the_right_feeds_no_more_and_it_is_said(kpi, send, team, business, data, at_the_end_of_may):
    start_feed(send((4, 8, 10.0)), kpi, since=MONDAY, by=data)
    team.memberships.filter(user=data).delete()
    assert feed_due() == 0
    assert not Measurement.objects.exists()
    assert "may no longer measure" in KpiFeed.objects.get().trouble_words


def test_a_period_without_a_point_stays_unknown(kpi, send, data, at_the_end_of_may):
    start_feed(send((12, 8, 10.0)), kpi, since=MONDAY, by=data)
    feed_due()
    assert list(Measurement.objects.values_list("period_start", flat=True)) == [date(2026, 5, 11)]


def test_only_a_business_series_feeds(kpi, send, data):
    with pytest.raises(BadInput) as refusal:
        start_feed(send((4, 8, 10.0), kind="model"), kpi, since=MONDAY, by=data)
    assert refusal.value.problems[0].field == "series"


def test_a_series_feeds_one_kpi(kpi, send, data):
    series = send((4, 8, 10.0))
    start_feed(series, kpi, since=MONDAY, by=data)
    with pytest.raises(Refused, match="already"):
        start_feed(series, kpi, since=MONDAY, by=data)


@pytest.mark.parametrize("person", ["viewer", "decision_user", "admin", "steering", "stranger"])
def test_who_may_not_measure_connects_nothing(kpi, send, request, person):
    with pytest.raises(NotAllowed):
        start_feed(send((4, 8, 10.0)), kpi, since=MONDAY, by=request.getfixturevalue(person))


def test_it_stops(kpi, send, data, at_the_end_of_may):
    stop_feed(start_feed(send((4, 8, 10.0)), kpi, since=MONDAY, by=data), by=data)
    assert feed_due() == 0


def test_it_is_started_seen_and_stopped_on_its_page(kpi, send, data, viewer, sign_in):
    series = send((4, 8, 10.0))
    address = f"/use-cases/spring/series/{series.uid}/feed/"
    assert sign_in(viewer).get(address).status_code == 403
    sent = {"kpi": kpi.pk, "statistic": "mean", "since": "2026-05-04"}
    assert sign_in(data).post(address, sent).status_code == 302
    assert "Feed it no more" in sign_in(data).get(address).text
    assert sign_in(data).post(address + "stop/").status_code == 302
    assert not KpiFeed.objects.exists()


def test_it_has_a_twin(kpi, send, data, viewer, call):
    series = send((4, 8, 10.0))
    sent = {"series": str(series.uid), "kpi": 1, "since": "2026-05-04"}
    assert call(viewer, "post", "use-cases/spring/kpi-feeds", sent).status_code == 403
    made = call(data, "post", "use-cases/spring/kpi-feeds", sent)
    assert (made.status_code, made.json()["statistic"]) == (201, "mean")
    assert len(call(viewer, "get", "use-cases/spring/kpi-feeds").json()["results"]) == 1
    assert call(data, "delete", f"use-cases/spring/kpi-feeds/{made.json()['uid']}", match="*").status_code == 204
