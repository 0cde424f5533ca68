"""Celery doors of the queue."""

from celery import shared_task

from portal.jobs import canary, runner, timetable


@shared_task(name="jobs.work")
def work(job_id: int) -> None:
    """Do one job."""
    runner.run(job_id)


@shared_task(name="jobs.tick")
def tick() -> None:
    """Start what is due and take up what was dropped."""
    timetable.tick()


@shared_task(name="jobs.answer")
def answer(heartbeat_id: int) -> None:
    """The canary came through."""
    canary.answer(heartbeat_id)


@runner.handler("jobs.purge")
def purge(progress: runner.Progress) -> None:
    """Every hour: what nobody will look at any more."""
    timetable.purge(progress)
