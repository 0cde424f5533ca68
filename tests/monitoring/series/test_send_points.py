"""Sending points: who may, what is written, what is refused."""

import math
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from monitoring.series import points
from monitoring.series.actions import send_points
from monitoring.series.ingest import KeyReused
from monitoring.series.models import Batch, LatestValue, Series
from monitoring.series.payload import Payload, SeriesIn
from portal.audit.models import Event
from portal.errors import BadInput, NotAllowed
from portal.jobs.models import Job

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
MS = int(NOON.timestamp() * 1000)


def batch_of(*rows, kind="model", name="auc"):
    return Payload([SeriesIn(name, kind)], [0] * len(rows), [ts for ts, _v in rows], [v for _ts, v in rows])


def stored():
    with connection.cursor() as cursor:
        cursor.execute("SELECT ts, value FROM monitoring_point ORDER BY series_id, ts")
        return cursor.fetchall()


def test_points_make_their_series_and_are_told_in_the_journal(use_case, data):
    batch = send_points(use_case, batch_of((MS, 0.5), (MS + 1000, 0.75)), by=data)
    assert (batch.points, batch.changed, batch.series_created) == (2, 2, 1)
    assert stored() == [(NOON, 0.5), (NOON + timedelta(seconds=1), 0.75)]
    assert Event.objects.get(verb="points.sent").use_case == use_case.slug


def test_a_batch_asks_for_an_evaluation(use_case, data):
    send_points(use_case, batch_of((MS, 0.5)), by=data)
    assert Job.objects.get(kind="checks.evaluate").arguments == {"use_case_id": use_case.pk}


def test_a_viewer_may_not_send_points(use_case, viewer):
    with pytest.raises(NotAllowed):
        send_points(use_case, batch_of((MS, 0.5)), by=viewer)
    assert not Series.objects.exists()


def test_a_correction_replaces_and_counts_only_what_changed(use_case, data):
    send_points(use_case, batch_of((MS, 1.0), (MS + 1, 2.0)), by=data)
    again = send_points(use_case, batch_of((MS, 1.0), (MS + 1, 3.0)), by=data)
    assert again.changed == 1
    assert [value for _ts, value in stored()] == [1.0, 3.0]


def test_of_points_of_the_same_moment_the_last_one_stays(use_case, data):
    send_points(use_case, batch_of((MS, 1.0), (MS, 2.0), (MS - 1, 5.0), (MS, 3.0)), by=data)
    assert [value for _ts, value in stored()] == [5.0, 3.0]


def test_the_latest_value_never_goes_back_in_time(use_case, data):
    send_points(use_case, batch_of((MS, 1.0)), by=data)
    send_points(use_case, batch_of((MS - 60_000, 9.0)), by=data)
    assert LatestValue.objects.get().value == 1.0


def test_the_latest_value_follows_a_correction(use_case, data):
    send_points(use_case, batch_of((MS, 1.0)), by=data)
    send_points(use_case, batch_of((MS, 2.0), (MS - 1, 7.0)), by=data)
    assert (LatestValue.objects.get().value, LatestValue.objects.get().ts) == (2.0, NOON)


def test_times_may_be_rfc_3339_or_milliseconds_in_one_batch(use_case, data):
    send_points(use_case, batch_of(("2026-11-02T13:00:00+01:00", 1.0), (MS + 1, 2.0)), by=data)
    assert [ts for ts, _v in stored()] == [NOON, NOON + timedelta(milliseconds=1)]


@pytest.mark.parametrize(
    ("ts", "value", "field"),
    [
        (MS, math.inf, "value[1]"),
        (MS, None, "value[1]"),
        ("yesterday", 1.0, "ts[1]"),
        ("2026-11-02T12:00:00", 1.0, "ts[1]"),
        (MS // 1000, 1.0, "ts[1]"),
        (2**62, 1.0, "ts[1]"),
        ("9999-12-31T23:59:59Z", 1.0, "ts[1]"),
    ],
)
def test_one_wrong_point_refuses_the_batch_and_is_named(use_case, data, ts, value, field):
    with pytest.raises(BadInput) as refused:
        send_points(use_case, batch_of((MS, 1.0), (ts, value)), by=data)
    assert [problem.field for problem in refused.value.problems] == [field]
    assert not Series.objects.exists()
    assert not Batch.objects.exists()


@pytest.mark.parametrize("name", ["", "  ", "x" * 161, "a\0b"])
def test_a_name_that_is_no_name_is_refused(use_case, data, name):
    with pytest.raises(BadInput):
        send_points(use_case, batch_of((MS, 1.0), name=name), by=data)


def test_an_unknown_kind_and_a_new_series_without_kind_are_refused(use_case, data):
    for kind in ("mood", ""):
        with pytest.raises(BadInput) as refused:
            send_points(use_case, batch_of((MS, 1.0), kind=kind), by=data)
        assert refused.value.problems[0].field == "series[0]"


def test_a_known_series_needs_no_kind_and_keeps_its_own(use_case, data):
    send_points(use_case, batch_of((MS, 1.0)), by=data)
    assert send_points(use_case, batch_of((MS + 1, 1.0), kind=""), by=data).series_created == 0
    with pytest.raises(BadInput, match="wrong"):
        send_points(use_case, batch_of((MS + 2, 1.0), kind="data"), by=data)


def test_a_site_must_be_one_of_the_use_case(use_case, data, site):
    at = Payload([SeriesIn("auc", "model", site=site.slug)], [0], [MS], [1.0])
    assert send_points(use_case, at, by=data).series_created == 1
    with pytest.raises(BadInput):
        send_points(use_case, Payload([SeriesIn("auc", "model", site="atlantis")], [0], [MS], [1.0]), by=data)


def test_columns_of_different_length_and_an_index_without_series_are_refused(use_case, data):
    for payload in (
        Payload([SeriesIn("auc", "model")], [0], [MS, MS], [1.0]),
        Payload([SeriesIn("auc", "model")], [1], [MS], [1.0]),
        Payload([SeriesIn("auc", "model")], [-1], [MS], [1.0]),
    ):
        with pytest.raises(BadInput):
            send_points(use_case, payload, by=data)


def test_the_same_key_with_the_same_points_is_answered_from_the_first_time(use_case, data):
    first = send_points(use_case, batch_of((MS, 1.0)), by=data, key="night-1")
    again = send_points(use_case, batch_of((MS, 1.0)), by=data, key="night-1")
    assert (again.uid, again.changed) == (first.uid, 1)
    assert Event.objects.filter(verb="points.sent").count() == 1


def test_the_same_key_with_other_points_is_refused(use_case, data):
    send_points(use_case, batch_of((MS, 1.0)), by=data, key="night-1")
    with pytest.raises(KeyReused):
        send_points(use_case, batch_of((MS, 2.0)), by=data, key="night-1")


def test_two_batches_at_once_with_one_key_have_one_effect(committed_db, use_case, data):
    def send():
        try:
            return send_points(use_case, batch_of((MS, 1.0)), by=data, key="night-1").uid
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = {future.result() for future in [pool.submit(send), pool.submit(send)]}
    assert len(answers) == 1
    assert Event.objects.filter(verb="points.sent").count() == 1


def test_two_batches_at_once_over_the_same_new_series_both_arrive(committed_db, use_case, data):
    names = [f"series {n}" for n in range(40)]

    def send(order, value):
        payload = Payload([SeriesIn(name, "data") for name in order], list(range(40)), [MS] * 40, [value] * 40)
        try:
            return send_points(use_case, payload, by=data).points
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        sent = [pool.submit(send, names, 1.0), pool.submit(send, names[::-1], 2.0)]
    assert [future.result() for future in sent] == [40, 40]
    assert Series.objects.count() == len(stored()) == 40


def test_points_of_long_ago_wait_in_the_default_partition_until_their_month_is_made(use_case, data):
    moment = datetime(2019, 3, 5, tzinfo=UTC)
    send_points(use_case, batch_of((moment.isoformat(), 1.0), (MS, 2.0)), by=data)

    def partition_of_first():
        with connection.cursor() as cursor:
            cursor.execute("SELECT tableoid::regclass::text FROM monitoring_point ORDER BY ts LIMIT 1")
            return cursor.fetchone()[0]

    assert partition_of_first() == "monitoring_point_default"
    assert points.make_partition(moment)
    assert not points.make_partition(moment)
    assert partition_of_first() == "monitoring_point_2019_03"
    assert len(stored()) == 2


def test_the_job_makes_this_month_and_the_next_three(db):
    with transaction.atomic(), connection.cursor() as cursor:
        for (name,) in _partitions():
            cursor.execute(f"DROP TABLE {name}")
        assert points.make_ahead() == 4
        assert len(_partitions()) == 4


def _partitions():
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ '^monitoring_point_[0-9]'")
        return cursor.fetchall()
