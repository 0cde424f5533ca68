"""Doing a job."""

from datetime import UTC, datetime

import pytest
from django.db.models import F

from portal import clock
from portal.errors import Refused
from portal.jobs import queue, runner
from portal.jobs.models import Job, JobStatus


@pytest.fixture
def job(db) -> Job:
    return queue.enqueue("test.job", "a", number=7)


def _outcome(job):
    runner.run(job.pk)
    job.refresh_from_db()
    return job.status


def _raise(error):
    raise error


def test_a_handler_gets_its_arguments_and_the_job_is_done(job, does):
    seen = []
    does(lambda progress, number: seen.append(number))
    assert _outcome(job) == JobStatus.SUCCEEDED
    assert (seen, job.ended_at is not None) == ([7], True)


def test_a_message_delivered_twice_does_the_work_once(job, does):
    seen = []
    does(lambda progress, number: seen.append(number))
    runner.run(job.pk)
    runner.run(job.pk)
    assert seen == [7]


def test_progress_is_seen_while_it_runs(job, does):
    def work(progress, number):
        progress(1, 4, "job.worker_lost")
        seen = Job.objects.get(pk=job.pk)
        assert (seen.percent, seen.note_code, seen.is_open) == (25, "job.worker_lost", True)

    does(work)
    assert _outcome(job) == JobStatus.SUCCEEDED


def test_who_lost_the_job_stops_and_writes_nothing_more(job, does):
    after = []

    def work(progress, number):
        Job.objects.update(attempts=F("attempts") + 1)  # another worker took it over
        progress(1, 2)
        after.append("still here")

    does(work)
    assert _outcome(job) == JobStatus.RUNNING
    assert (job.done, after) == (0, [])


def test_an_outside_fault_is_tried_again_with_its_reason(job, does):
    does(lambda progress, number: _raise(runner.Transient("job.crashed", error="no answer")))
    assert _outcome(job) == JobStatus.QUEUED
    assert "no answer" in job.note
    assert job.lease_until is None


def test_a_refusal_is_not_tried_again(job, does):
    does(lambda progress, number: _raise(Refused("It is already live.")))
    assert _outcome(job) == JobStatus.FAILED
    assert job.note == "It is already live."


def test_a_crash_says_which_and_is_tried_again(job, does):
    does(lambda progress, number: _raise(ZeroDivisionError("by zero")))
    assert _outcome(job) == JobStatus.QUEUED
    assert (job.note_params, job.error) == ({"error": "ZeroDivisionError"}, "ZeroDivisionError('by zero')")


def test_a_kind_that_nobody_handles_says_so(db):
    assert _outcome(queue.enqueue("nobody.does", "a")) == JobStatus.QUEUED


def test_work_asked_in_a_story_is_done_at_its_time(db, settings, does):
    settings.DEMO = True
    then = datetime(2025, 11, 3, 9, tzinfo=UTC)
    times = []
    does(lambda progress: times.append((clock.now(), clock.is_story())))
    with clock.story(then):
        job = queue.enqueue("test.job", "a")
    assert _outcome(job) == JobStatus.SUCCEEDED
    assert times == [(then, True)]
