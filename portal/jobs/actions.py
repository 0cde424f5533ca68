"""What people do to jobs: run one again that failed, cancel one that waits."""

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portal.audit.record import record
from portal.errors import Refused
from portal.jobs import queue
from portal.jobs.models import GAVE_UP, Job, JobStatus
from portal.people import rights
from portal.people.models import User

TRIES = 3  # that a retry adds


def retry(job: Job, *, by: User) -> Job:
    """Put a job that failed or was cancelled back in the queue, with three more tries.

    Its number of tries goes on counting: a worker lost long ago can never mistake the job for its own. Raises
    NotAllowed; Refused when it did not fail, or when the same work waits already.
    """
    rights.require(by, "job.retry", job.team)
    try:
        with transaction.atomic():
            ended = Job.objects.filter(pk=job.pk, status__in=GAVE_UP)
            if not ended.update(
                status=JobStatus.QUEUED,
                max_attempts=F("attempts") + TRIES,
                run_after=Now(),
                ended_at=None,
                woken_at=None,
                note_code="",
                note_params={},
                error="",
                done=0,
                total=0,
            ):
                raise Refused(_("Only a job that failed or was cancelled can be run again."))
            record("job.retried", job, by=by, team=job.team, use_case=job.use_case, kind=job.kind)
            transaction.on_commit(lambda: queue.wake(job.pk))
    except IntegrityError as error:
        raise Refused(_("The same work waits already: it will be done.")) from error
    job.refresh_from_db()
    return job


@transaction.atomic
def cancel(job: Job, *, by: User) -> Job:
    """Take a job that waits out of the queue. Raises NotAllowed; Refused when a worker was faster or it has ended."""
    rights.require(by, "job.retry", job.team)
    waiting = Job.objects.filter(pk=job.pk, status=JobStatus.QUEUED)
    said = {"note_code": "job.cancelled", "note_params": {"person": str(by)}}
    if not waiting.update(status=JobStatus.CANCELLED, ended_at=Now(), **said):
        raise Refused(_("Only a job that waits can be cancelled."))
    record("job.cancelled_by", job, by=by, team=job.team, use_case=job.use_case, kind=job.kind)
    job.refresh_from_db()
    return job
