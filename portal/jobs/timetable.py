"""Every ten seconds: start the periodic jobs that are due, take up what a dead worker dropped."""

from datetime import timedelta

from django.conf import settings

from portal.jobs import queue


def tick() -> None:
    """Enqueue due periodic jobs and wake what waits; harmless when run twice at once."""
    for kind, seconds in settings.TIMETABLE.items():
        if queue.start_period(kind, timedelta(seconds=seconds)):
            queue.enqueue(kind, "all")
    queue.give_up_exhausted()
    for job_id in queue.to_take_up():
        queue.wake(job_id)
