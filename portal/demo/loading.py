"""Loading the demo: one row of the queue that this process holds, so that pages show how far it is."""

from collections.abc import Callable
from datetime import datetime

import requests
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.demo import story
from portal.demo.teller import Teller
from portal.errors import Refused
from portal.jobs import queue, runner
from portal.jobs.models import Job, JobStatus

KIND, KEY = "demo.load", "demo"


def is_told() -> bool:
    """Whether the whole story was told here before."""
    return Job.objects.filter(kind=KIND, key=KEY, status=JobStatus.SUCCEEDED).exists()


def load(say: Callable[[int, int, str], None]) -> None:
    """Tell the story, or go on with it where it stopped; `say(done, total, note)` is called at each step.

    Raises Refused when the demo is off, when somebody tells it already, or when a part it needs does not answer.
    """
    if not settings.DEMO:
        raise Refused(_("The demo is off: start with `manage.py up --demo`."))
    job = _begin()
    try:
        with runner.kept(job):  # a step may take longer than a lease
            story.tell(Teller(job, story.STEPS, say), _anchor(job))
    except Refused as refusal:
        queue.fail(job, code="job.refused", params={"sentence": str(refusal)}, error=repr(refusal), again=False)
        raise
    except requests.RequestException as error:
        queue.fail(job, code="demo.no_tracking", params={}, error=repr(error), again=False)
        raise Refused(_("The MLflow server does not answer.")) from error
    except BaseException as error:
        queue.fail(job, code="job.crashed", params={"error": type(error).__name__}, error=repr(error), again=False)
        raise
    queue.succeed(job)


def _begin() -> Job:
    """This process's hold on the story: a job of one attempt, which no worker takes up."""
    queue.give_up_exhausted()
    open_already = Job.objects.filter(kind=KIND, key=KEY, status__in=(JobStatus.QUEUED, JobStatus.RUNNING))
    if open_already.exists():
        raise Refused(_("The demo is being loaded already."))
    row = Job.objects.create(kind=KIND, key=KEY, max_attempts=1, arguments={"anchor": _first_anchor().isoformat()})
    job = queue.claim(row.pk)
    if job is None:
        raise Refused(_("The demo is being loaded already."))
    return job


def _first_anchor() -> datetime:
    """The moment all dates of the story count back from: that of the first telling, so that it can go on."""
    first = Job.objects.filter(kind=KIND, key=KEY).order_by("id").first()
    return _anchor(first) if first else timezone.now()


def _anchor(job: Job) -> datetime:
    return datetime.fromisoformat(job.arguments["anchor"])
