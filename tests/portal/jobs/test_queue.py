"""The row is the queue."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from portal.jobs import queue, runner, timetable
from portal.jobs.models import Job, JobStatus, PeriodicRun, kind_title

MINUTE = timedelta(minutes=1)


@pytest.fixture
def job(db) -> Job:
    return queue.enqueue("test.job", "a", number=1)


def _claim(job: Job) -> Job:
    claimed = queue.claim(job.pk)
    assert claimed is not None
    return claimed


def _expire(job):
    Job.objects.filter(pk=job.pk).update(lease_until=Now() - MINUTE)


def test_the_same_work_asked_twice_is_one_job(job):
    assert queue.enqueue("test.job", "a", number=1) == job
    assert queue.enqueue("test.job", "b", number=1) != job


def test_work_that_is_done_can_be_asked_again(job):
    queue.succeed(_claim(job))
    assert queue.enqueue("test.job", "a", number=1) != job


def test_a_job_is_claimed_once(job):
    claimed = _claim(job)
    assert (claimed.status, claimed.attempts) == (JobStatus.RUNNING, 1)
    assert queue.claim(job.pk) is None


def test_of_two_threads_one_claims(committed_db):
    jobs = [queue.enqueue("test.job", str(number)) for number in range(10)]

    def _try(pk):
        try:
            return queue.claim(pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        for job in jobs:
            answers = list(pool.map(_try, [job.pk, job.pk]))
            assert answers.count(None) == 1


def test_two_threads_asking_for_the_same_work_make_one_job(committed_db):
    def _ask(number):
        try:
            return queue.enqueue("test.job", str(number)).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        for number in range(10):
            assert len(set(pool.map(_ask, [number, number]))) == 1


def test_an_expired_lease_is_taken_up(job):
    first = _claim(job)
    assert job.pk not in queue.to_take_up()
    _expire(job)
    assert job.pk in queue.to_take_up()
    assert _claim(job).attempts == 2
    assert not queue.renew(first)
    assert not queue.succeed(first)


def test_progress_renews_the_lease(job):
    claimed = _claim(job)
    _expire(job)
    assert queue.renew(claimed, done=3, total=4)
    job.refresh_from_db()
    assert job.pk not in queue.to_take_up()
    assert job.percent == 75


def test_a_failure_waits_before_the_next_attempt_and_longer_each_time(job):
    pauses = []
    for _attempt in range(2):
        queue.fail(_claim(job), code="job.crashed", params={}, error="", again=True)
        assert queue.claim(job.pk) is None
        job.refresh_from_db()
        pauses.append(job.run_after - Job.objects.values_list(Now(), flat=True).get())
        Job.objects.update(run_after=Now() - MINUTE)
    assert [round(pause.total_seconds()) for pause in pauses] == [10, 20]


def test_after_the_last_attempt_it_is_given_up(job):
    for _attempt in range(3):
        Job.objects.update(run_after=Now() - MINUTE)
        queue.fail(_claim(job), code="job.crashed", params={"error": "E"}, error="", again=True)
    job.refresh_from_db()
    assert job.status == JobStatus.FAILED
    assert "an error (E)" in job.note


def test_a_worker_that_dies_each_time_is_given_up(job):
    for _attempt in range(3):
        queue.claim(job.pk)
        _expire(job)
    assert queue.claim(job.pk) is None
    assert queue.give_up_exhausted() == 1
    job.refresh_from_db()
    assert (job.status, job.note_code) == (JobStatus.FAILED, "job.worker_lost")


def test_a_period_is_started_once(db):
    at = datetime(2026, 5, 12, 8, 55, 30, tzinfo=UTC)
    assert queue.start_period("test.job", MINUTE, at)
    assert not queue.start_period("test.job", MINUTE, at + timedelta(seconds=29))
    assert queue.start_period("test.job", MINUTE, at + timedelta(seconds=30))
    assert PeriodicRun.objects.earliest("period").period == datetime(2026, 5, 12, 8, 55, tzinfo=UTC)


def test_two_beats_start_each_periodic_job_once(db):
    timetable.tick()
    timetable.tick()
    assert sorted(Job.objects.values_list("kind", flat=True)) == sorted(settings.TIMETABLE)


def test_a_tick_wakes_what_was_dropped(job, woken):
    queue.claim(job.pk)
    _expire(job)
    timetable.tick()
    assert job.pk in woken


def test_a_worker_is_woken_when_the_change_is_committed_and_not_before(committed_db, woken):
    with transaction.atomic():
        job = queue.enqueue("test.job", "a")
        assert woken == []
    assert woken == [job.pk]


def test_a_change_undone_asks_for_nothing(committed_db, woken):
    with transaction.atomic():
        queue.enqueue("test.job", "a")
        transaction.set_rollback(True)
    assert woken == []
    assert not Job.objects.exists()


def test_a_broker_that_is_down_delays_the_work_and_fails_nothing(committed_db, dead_broker, caplog):
    job = queue.enqueue("test.job", "a")
    assert "broker_unreachable" in caplog.text
    assert job.pk in queue.to_take_up()


def test_a_waiting_job_is_not_woken_at_every_tick(job, woken):
    queue.take_up()
    queue.take_up()
    assert woken == [job.pk]


def test_when_the_broker_is_away_the_sweep_stops_and_wakes_again_next_time(job, monkeypatch):
    asked = []
    monkeypatch.setattr(queue, "wake", lambda pk: asked.append(pk))
    assert queue.take_up() == 0
    queue.take_up()
    assert asked == [job.pk, job.pk]


def test_what_ended_long_ago_is_deleted_and_what_failed_is_kept_longer(db):
    ages = {"old": 8, "new": 6}
    for status in (JobStatus.SUCCEEDED, JobStatus.FAILED):
        for name, days in ages.items():
            ended = Now() - timedelta(days=days)
            Job.objects.create(kind="test.job", key=f"{status}-{name}", status=status, ended_at=ended)
    assert timetable.purge(lambda *_args, **_params: None) == 1
    assert not Job.objects.filter(key="succeeded-old").exists()
    assert Job.objects.count() == 3


def test_every_kind_of_job_has_words():
    for module in settings.JOB_MODULES:
        import_module(module)
    wordless = [kind for kind in {*runner.kinds(), *settings.TIMETABLE} if kind_title(kind) == kind]
    assert wordless == []
