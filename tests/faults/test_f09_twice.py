"""F9, F11, F12: the same message twice at once, two clocks, a message that was never sent: one effect."""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import connection

from portal.embedded import processes
from portal.jobs import queue, runner, timetable
from portal.jobs.models import Job, JobStatus, PeriodicRun
from tests.parts import ROOT


def _at_once(verb, times: int) -> None:
    """Call it in so many threads at the same moment."""
    barrier = threading.Barrier(times)

    def _call(_number: int) -> None:
        try:
            barrier.wait(10)
            verb()
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        list(pool.map(_call, range(times)))


@pytest.fixture
def counted(monkeypatch) -> list[str]:
    """The jobs of kind "test.job" that were really done, by their number."""
    done: list[str] = []
    monkeypatch.setitem(runner._handlers, "test.job", lambda progress, number: done.append(number))
    return done


def test_f9_a_message_delivered_four_times_at_once_is_done_once(committed_db, counted):
    for number in range(10):
        job = queue.enqueue("test.job", str(number), number=number)
        _at_once(lambda job=job: runner.run(job.pk), 4)
    assert counted == list(range(10))


def test_f11_four_clocks_start_each_periodic_job_once(committed_db):
    for _round in range(3):
        _at_once(timetable.tick, 4)
    kinds = list(Job.objects.values_list("kind", flat=True))
    assert sorted(kinds) == sorted(settings.TIMETABLE)


def test_f12_a_worker_that_was_never_woken_is_woken_by_the_sweep(committed_db, monkeypatch):
    """The process died after its commit and before it told the broker."""
    with monkeypatch.context() as dead:
        dead.setattr(queue, "wake", lambda job_id: False)
        job = queue.enqueue("test.job", "a")
    assert queue.to_take_up() == [job.pk]
    assert queue.take_up() == 1


@pytest.mark.proof
def test_f11_two_real_clocks_for_a_minute_start_each_period_once(start_worker, tmp_path, figure):
    environment = _environment()
    start_worker()
    beats = [
        processes.spawn(
            [
                *(sys.executable, "-m", "celery", "-A", "portal.celery", "beat", "--pidfile", ""),
                *("--schedule", str(tmp_path / f"beat{number}")),
            ],
            log=tmp_path / f"beat{number}.log",
            env=environment,
            cwd=ROOT,
        )
        for number in range(2)
    ]
    try:
        threading.Event().wait(75)
    finally:
        for beat in beats:
            processes.end(beat)
    every_minute = PeriodicRun.objects.filter(job="checks.evaluate_due").count()
    jobs = Job.objects.filter(kind="checks.evaluate_due")
    assert every_minute >= 2
    assert jobs.count() == every_minute
    assert not jobs.filter(status=JobStatus.FAILED).exists()
    figure("periods", every_minute)


def _environment() -> dict[str, str]:
    import os

    from portal.embedded import postgres

    database = postgres.beside(os.environ["DATABASE_URL"], str(connection.settings_dict["NAME"]))
    return {**os.environ, "DATABASE_URL": database}
