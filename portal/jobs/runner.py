"""Doing a job: claim the row, call the function registered for its kind, finish the row."""

import logging
from collections.abc import Callable
from typing import Any

import structlog

from portal import clock
from portal.errors import Refused
from portal.jobs import queue
from portal.jobs.models import Job

log = logging.getLogger(__name__)


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

    def __call__(self, done: int, total: int, code: str = "", **params: Any) -> None:
        """Show `done` of `total`, and what is being done."""
        if not queue.renew(self.job, done=done, total=total, note_code=code, note_params=params):
            raise Lost


Handler = Callable[..., None]
_handlers: dict[str, Handler] = {}


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Register `function(progress, **arguments)` as what does the jobs of this kind. Used in tasks.py files."""

    def register(function: Handler) -> Handler:
        _handlers[kind] = function
        return function

    return register


def run(job_id: int) -> None:
    """Do this job if it is to be had. A second delivery of the same message finds nothing to claim."""
    job = queue.claim(job_id)
    if job is None:
        return
    with structlog.contextvars.bound_contextvars(job=str(job.uid), kind=job.kind, key=job.key):
        try:
            with clock.story(job.story_at):
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
                job, code="job.crashed", params={"error": type(error).__name__}, error=repr(error)[:2000], again=True
            )
        else:
            queue.succeed(job)
        queue.wake_next(job)
