"""Celery doors of the queue."""

from celery import shared_task

from portal.jobs import runner, timetable


@shared_task(name="jobs.work")
def work(job_id: int) -> None:
    """Do one job."""
    runner.run(job_id)


@shared_task(name="jobs.tick")
def tick() -> None:
    """Start what is due and take up what was dropped."""
    timetable.tick()
