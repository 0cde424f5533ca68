"""Putting work in the queue, claiming it, finishing it. The database's clock decides leases."""

import logging
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from portal import clock
from portal.jobs.models import Job, JobStatus

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)


def enqueue(kind: str, key: str, **arguments: Any) -> Job:
    """Ask for work of this kind; asked again while it waits, it is the same job.

    The row is written in the caller's transaction; a worker is woken when it commits. A broker that is down
    delays the work until the next sweep and nothing else.
    """
    story_at = clock.now() if clock.is_story() else None
    with transaction.atomic():
        waiting = None
        while waiting is None:
            asked = Job(kind=kind, key=key, arguments=arguments, story_at=story_at)
            Job.objects.bulk_create([asked], ignore_conflicts=True)
            # Held until the caller commits: no worker may start it before what it is asked for can be seen.
            waiting = Job.objects.select_for_update().filter(kind=kind, key=key, status=JobStatus.QUEUED).first()
        transaction.on_commit(partial(wake, waiting.pk))
    return waiting


def wake(job_id: int) -> None:
    """Tell a worker that this job waits. Losing the message is harmless: the sweep finds the row."""
    from kombu.exceptions import OperationalError

    from portal.jobs.tasks import work

    try:
        work.delay(job_id)
    except OperationalError:
        log.warning("broker_unreachable job=%s; the sweep will take it up", job_id)


def claim(job_id: int) -> Job | None:
    """Take this job if it waits, or if whoever held it stopped renewing its lease; None when it is not to be had.

    Two jobs of one kind and key never run at once: the second waits until the first has ended.
    """
    free = Q(status=JobStatus.QUEUED, run_after__lte=Now()) | Q(status=JobStatus.RUNNING, lease_until__lt=Now())
    try:
        with transaction.atomic():
            taken = Job.objects.filter(free, pk=job_id, attempts__lt=F("max_attempts")).update(
                status=JobStatus.RUNNING,
                attempts=F("attempts") + 1,
                started_at=Now(),
                lease_until=Now() + LEASE,
            )
    except IntegrityError:
        return None
    return Job.objects.get(pk=job_id) if taken else None


def wake_next(job: Job) -> None:
    """Wake the job of the same kind and key that waited for this one to end, if there is one."""
    for job_id in Job.objects.filter(kind=job.kind, key=job.key, status=JobStatus.QUEUED).values_list("pk", flat=True):
        wake(job_id)


def renew(job: Job, **changes: Any) -> bool:
    """Say that the holder is alive, and how far it is; False when somebody else took the job over."""
    mine = Job.objects.filter(pk=job.pk, status=JobStatus.RUNNING, attempts=job.attempts)
    for name, value in changes.items():
        setattr(job, name, value)
    return bool(mine.update(lease_until=Now() + LEASE, **changes))


def succeed(job: Job) -> bool:
    """Running → done, if still held."""
    mine = Job.objects.filter(pk=job.pk, status=JobStatus.RUNNING, attempts=job.attempts)
    return bool(mine.update(status=JobStatus.SUCCEEDED, ended_at=Now(), lease_until=None, error=""))


def fail(job: Job, *, code: str, params: dict[str, Any], error: str, again: bool) -> bool:
    """Running → waiting again (after a pause that doubles) or failed, if still held.

    When the same work was asked for meanwhile, that request is the other try.
    """
    mine = Job.objects.filter(pk=job.pk, status=JobStatus.RUNNING, attempts=job.attempts)
    said = {"lease_until": None, "note_code": code, "note_params": params, "error": error}
    if again and job.attempts < job.max_attempts:
        pause = timedelta(seconds=5 * 2**job.attempts)
        try:
            with transaction.atomic():
                return bool(mine.update(status=JobStatus.QUEUED, run_after=Now() + pause, **said))
        except IntegrityError:
            log.info("job_asked_again job=%s", job.pk)
    return bool(mine.update(status=JobStatus.FAILED, ended_at=Now(), **said))


def give_up_exhausted() -> int:
    """Mark as failed the jobs whose last holder died after the last attempt; returns how many."""
    return Job.objects.filter(status=JobStatus.RUNNING, lease_until__lt=Now(), attempts__gte=F("max_attempts")).update(
        status=JobStatus.FAILED, ended_at=Now(), lease_until=None, note_code="job.worker_lost"
    )


def to_take_up() -> list[int]:
    """The jobs a sweep should wake: waiting, or with an expired lease."""
    waiting = Q(status=JobStatus.QUEUED, run_after__lte=Now()) | Q(status=JobStatus.RUNNING, lease_until__lt=Now())
    return list(
        Job.objects.filter(waiting, attempts__lt=F("max_attempts")).order_by("id").values_list("pk", flat=True)[:500]
    )


def start_period(job: str, every: timedelta, now: datetime | None = None) -> bool:
    """Claim the current period of a periodic job; False when it was claimed already."""
    moment = now or timezone.now()
    seconds = int(every.total_seconds())
    period = datetime.fromtimestamp(int(moment.timestamp()) // seconds * seconds, tz=moment.tzinfo)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO portal_periodicrun (job, period) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [job, period],
        )
        return cursor.rowcount == 1


def latest(kind: str, key: str) -> Job | None:
    """The last job of this kind and key, for a page that shows its progress."""
    return Job.objects.filter(kind=kind, key=key).order_by("-id").first()
