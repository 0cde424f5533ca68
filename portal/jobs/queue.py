"""Putting work in the queue, claiming it, finishing it. The database's clock decides leases."""

import logging
import os
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from portal import clock
from portal.jobs.models import Job, JobAttempt, JobStatus, Outcome
from portal.people.models import Team

log = logging.getLogger(__name__)

# Woken again this long after the sweep last did, if nobody took it: a message may have been lost.
WAKE_AGAIN = timedelta(seconds=30)
WOKEN_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class About:
    """What a job is about, for people: a name, and the team and use case (slug) whose members may see it."""

    subject: str = ""
    team: Team | None = None
    use_case: str = ""


THE_PORTAL = About()


def enqueue(kind: str, key: str, *, about: About = THE_PORTAL, **arguments: Any) -> Job:
    """Ask for work of this kind; asked again while it waits, it is the same job.

    The row is written in the caller's transaction; a worker is woken when it commits. A broker that is down
    delays the work until the next sweep and nothing else.
    """
    told = {"subject": about.subject[:200], "team": about.team, "use_case": about.use_case}
    story_at = clock.now() if clock.is_story() else None
    with transaction.atomic():
        waiting = None
        while waiting is None:
            asked = Job(kind=kind, key=key, arguments=arguments, story_at=story_at, **told)
            Job.objects.bulk_create([asked], ignore_conflicts=True)
            # Held until the caller commits: no worker may start it before what it is asked for can be seen.
            waiting = Job.objects.select_for_update().filter(kind=kind, key=key, status=JobStatus.QUEUED).first()
        transaction.on_commit(partial(wake, waiting.pk))
    return waiting


def wake(job_id: int) -> bool:
    """Tell a worker that this job waits; False when the broker is away. Losing the message is harmless: see the sweep.

    A message that nobody read for ten minutes is dropped by the worker: the sweep will have sent others.
    """
    from kombu.exceptions import OperationalError

    from portal.jobs.tasks import work

    try:
        work.apply_async((job_id,), expires=600)
    except OperationalError:
        log.warning("broker_unreachable job=%s; the sweep will take it up", job_id)
        return False
    return True


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
                lease_until=Now() + settings.JOB_LEASE,
            )
            if not taken:
                return None
            job = Job.objects.get(pk=job_id)
            _lose_open(Q(job=job))
            JobAttempt.objects.create(job=job, number=job.attempts, worker=worker_name())
    except IntegrityError:
        return None
    return job


@cache
def _host() -> str:
    return socket.gethostname()[:100]


def worker_name() -> str:
    """This process, as attempts name it: host and process number."""
    return f"{_host()}:{os.getpid()}"


def _lose_open(where: Q) -> None:
    """The tries whose worker went away."""
    JobAttempt.objects.filter(where, outcome=Outcome.RUNNING).update(outcome=Outcome.LOST, ended_at=Now())


def wake_next(job: Job) -> None:
    """Wake the job of the same kind and key that waited for this one to end, if there is one."""
    for job_id in Job.objects.filter(kind=job.kind, key=job.key, status=JobStatus.QUEUED).values_list("pk", flat=True):
        wake(job_id)


def renew(job: Job, **changes: Any) -> bool:
    """Say that the holder is alive, and how far it is; False when somebody else took the job over."""
    for name, value in changes.items():
        setattr(job, name, value)
    return _move(job, lease_until=Now() + settings.JOB_LEASE, **changes)


def _move(job: Job, **changes: Any) -> bool:
    """Change the row of a job that is still ours; False when somebody else took it over."""
    mine = Job.objects.filter(pk=job.pk, status=JobStatus.RUNNING, attempts=job.attempts)
    return bool(mine.update(**changes))


def _end_try(job: Job, outcome: Outcome, **said: Any) -> None:
    tries = JobAttempt.objects.filter(job=job, number=job.attempts, outcome=Outcome.RUNNING)
    tries.update(outcome=outcome, ended_at=Now(), **said)


@transaction.atomic
def succeed(job: Job) -> bool:
    """Running → done, if still held."""
    if not _move(job, status=JobStatus.SUCCEEDED, ended_at=Now(), lease_until=None, error=""):
        return False
    _end_try(job, Outcome.SUCCEEDED)
    return True


def fail(job: Job, *, code: str, params: dict[str, Any], error: str, again: bool, trace: str = "") -> bool:
    """Running → waiting again (after a pause that doubles) or failed, if still held; `trace` says where it broke.

    When the same work was asked for meanwhile, that request is the other try.
    """
    said = {"note_code": code, "note_params": params}
    ended = {"lease_until": None, "error": error, **said}
    told = {"error": trace or error, **said}
    if again and job.attempts < job.max_attempts:
        pause = timedelta(seconds=5 * 2**job.attempts)
        try:
            with transaction.atomic():
                waits = {"status": JobStatus.QUEUED, "run_after": Now() + pause, "woken_at": None}
                if moved := _move(job, **waits, **ended):
                    _end_try(job, Outcome.AGAIN, **told)
                return moved
        except IntegrityError:
            log.info("job_asked_again job=%s", job.pk)
    with transaction.atomic():
        if moved := _move(job, status=JobStatus.FAILED, ended_at=Now(), **ended):
            _end_try(job, Outcome.FAILED, **told)
        return moved


@transaction.atomic
def give_up_exhausted() -> int:
    """Mark as failed the jobs whose last holder died after the last attempt; returns how many."""
    dead = Job.objects.filter(status=JobStatus.RUNNING, lease_until__lt=Now(), attempts__gte=F("max_attempts"))
    ids = list(dead.select_for_update(skip_locked=True).values_list("pk", flat=True))
    if not ids:
        return 0
    _lose_open(Q(job__in=ids))
    return dead.filter(pk__in=ids).update(
        status=JobStatus.FAILED, ended_at=Now(), lease_until=None, note_code="job.worker_lost", note_params={}
    )


def to_take_up() -> list[int]:
    """The jobs a sweep should wake: waiting, or with an expired lease, and not woken a moment ago; oldest first."""
    waiting = Q(status=JobStatus.QUEUED, run_after__lte=Now()) | Q(status=JobStatus.RUNNING, lease_until__lt=Now())
    quiet = Q(woken_at__isnull=True) | Q(woken_at__lt=Now() - WAKE_AGAIN) | Q(woken_at__lt=F("lease_until"))
    found = Job.objects.filter(waiting, quiet, attempts__lt=F("max_attempts")).order_by("id")
    return list(found.values_list("pk", flat=True)[:WOKEN_AT_ONCE])


def take_up() -> int:
    """Wake a worker for each job that waits or was dropped; returns how many. Stops when the broker is away."""
    woken = []
    for job_id in to_take_up():
        if not wake(job_id):
            break
        woken.append(job_id)
    Job.objects.filter(pk__in=woken).update(woken_at=Now())
    return len(woken)


def start_period(job: str, every: timedelta, now: datetime | None = None) -> bool:
    """Claim the current period of a periodic job; False when it was claimed already.

    Periods are counted in whole lengths since 1970 in UTC, by the database's clock (or `now`): a machine whose clock
    is wrong, a change to summer time and a second beat start nothing twice.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO portal_periodicrun (job, period) "
            "SELECT %s, to_timestamp(floor(extract(epoch FROM coalesce(%s::timestamptz, now())) / %s) * %s) "
            "ON CONFLICT DO NOTHING",
            [job, now, int(every.total_seconds()), int(every.total_seconds())],
        )
        return cursor.rowcount == 1


def latest(kind: str, key: str) -> Job | None:
    """The last job of this kind and key, for a page that shows its progress."""
    return Job.objects.filter(kind=kind, key=key).order_by("-id").first()
