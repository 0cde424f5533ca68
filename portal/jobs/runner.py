"""Doing a job: claim the row, call the function registered for its kind, finish the row."""

import logging
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from django.conf import settings
from django.db import Error, connection

from portal import clock
from portal.errors import Refused
from portal.jobs import queue
from portal.jobs.models import Job, JobLine

log = logging.getLogger(__name__)

MOST_LINES = 100  # of the log, for each try


class Transient(Exception):
    """An outside system did not answer as it should; worth another try. Worded by `code` with `params`."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


class Lost(Exception):
    """Another worker took the job over: stop without writing anything more."""


class Progress:
    """Given to a handler to say how far it is; renews the lease each time. Raises Lost when it is no longer ours."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._lines = 0
        self._last = ""

    def __call__(self, done: int, total: int, code: str = "", **params: Any) -> None:
        """Show `done` of `total`, and what is being done; a new `code` is a line of the job's log, too."""
        if not queue.renew(self.job, done=done, total=total, note_code=code, note_params=params):
            raise Lost
        if code and code != self._last:
            self._last = code
            self.say(code, **params)

    def say(self, code: str, **params: Any) -> None:
        """Keep a line with the job, for who reads its page; after MOST_LINES in one try the rest is left out."""
        self._lines += 1
        if self._lines == MOST_LINES:
            code, params = "job.log_full", {}
        if self._lines <= MOST_LINES:
            JobLine.objects.create(job=self.job, attempt=self.job.attempts, code=code, params=params)


Handler = Callable[..., None]
_handlers: dict[str, Handler] = {}


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Register `function(progress, **arguments)` as what does the jobs of this kind. Used in tasks.py files."""

    def register(function: Handler) -> Handler:
        _handlers[kind] = function
        return function

    return register


def kinds() -> list[str]:
    """Every kind somebody registered a handler for, in this process."""
    return sorted(_handlers)


def run(job_id: int) -> None:
    """Do this job if it is to be had. A second delivery of the same message finds nothing to claim."""
    job = queue.claim(job_id)
    if job is None:
        return
    with structlog.contextvars.bound_contextvars(job=str(job.uid), kind=job.kind, key=job.key):
        try:
            with clock.story(job.story_at), kept(job):
                _handlers[job.kind](Progress(job), **job.arguments)
        except Lost:
            log.warning("job_lost")
        except Transient as error:
            log.warning("job_transient code=%s", error.code)
            queue.fail(job, code=error.code, params=error.params, error=repr(error), again=True)
        except Refused as refusal:
            queue.fail(job, code="job.refused", params={"sentence": str(refusal)}, error=repr(refusal), again=False)
        except Exception as error:
            # The last line of defence of a worker: the row must say what happened, and the log where.
            log.exception("job_failed")
            queue.fail(
                job,
                code="job.crashed",
                params={"error": type(error).__name__},
                error=repr(error)[:2000],
                trace=traceback.format_exc()[-4000:],
                again=True,
            )
        else:
            queue.succeed(job)
        queue.wake_next(job)


@contextmanager
def kept(job: Job) -> Iterator[None]:
    """Renew the lease of a job whose handler says nothing for long, up to JOB_LONGEST; then it is given to another.

    A thread with a connection of its own, which a short job never opens. It stops with its process: a worker that is
    killed, or stopped, loses the job when the lease ends.
    """
    over = threading.Event()
    keeper = threading.Thread(target=_keep, args=(job, over), name=f"lease-{job.pk}", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()


def _keep(job: Job, over: threading.Event) -> None:
    pause = settings.JOB_LEASE.total_seconds() / 3
    last = time.monotonic() + settings.JOB_LONGEST.total_seconds()
    try:
        while not over.wait(pause) and time.monotonic() < last:
            try:
                if not queue.renew(job):
                    return
            except Error:
                # Tried again at the next turn; when the lease ends meanwhile, another worker takes it up.
                log.warning("lease_not_renewed job=%s", job.pk)
                connection.close()
    finally:
        connection.close()
