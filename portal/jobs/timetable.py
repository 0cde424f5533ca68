"""Every ten seconds: start the periodic jobs that are due, take up what a dead worker dropped, send the canary."""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now

from portal.jobs import canary, queue
from portal.jobs.models import Heartbeat, Job, JobStatus, PeriodicRun

PURGED_AT_ONCE = 5_000


def tick() -> None:
    """Enqueue due periodic jobs and wake what waits; harmless when run twice at once."""
    for kind, seconds in settings.TIMETABLE.items():
        if queue.start_period(kind, timedelta(seconds=seconds)):
            queue.enqueue(kind, "all")
    queue.give_up_exhausted()
    queue.take_up()
    canary.send()


def purge(progress: Callable[..., None]) -> int:
    """Delete the jobs that ended longer ago than they are kept, with their tries and lines; returns how many.

    Canaries and started periods go, too: a day, and three times the longest period, are enough.
    """
    done = Q(status=JobStatus.SUCCEEDED, ended_at__lt=Now() - settings.JOB_KEPT)
    others = Q(ended_at__lt=Now() - settings.JOB_KEPT_FAILED)
    gone = 0
    while ids := list(Job.objects.filter(done | others).values_list("pk", flat=True)[:PURGED_AT_ONCE]):
        Job.objects.filter(pk__in=ids).delete()
        gone += len(ids)
        progress(gone, 0, "job.purged", jobs=gone)
    Heartbeat.objects.filter(sent_at__lt=Now() - timedelta(days=1)).delete()
    longest = timedelta(seconds=max(settings.TIMETABLE.values()))
    PeriodicRun.objects.filter(period__lt=Now() - 3 * longest).delete()
    return gone
