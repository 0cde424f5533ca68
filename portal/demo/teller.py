"""Telling a story: at its own dates, step by step, waiting for the workers, and going on where it stopped."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.errors import Refused
from portal.jobs import queue
from portal.jobs.models import Job, JobStatus

Row = TypeVar("Row", bound=models.Model)
PATIENCE = 120.0  # seconds that one piece of machine work may take
GLANCE = 0.1  # seconds between two looks at it


class Teller:
    """Keeps the progress of a story in its job's row, where pages and the terminal read it."""

    def __init__(self, job: Job, steps: int, say: Callable[[int, int, str], None]) -> None:
        self.job, self.steps, self.done, self._say = job, steps, 0, say

    def step(self, code: str, **params: str) -> None:
        """Say what comes next. Raises Refused when another process took the story over."""
        self._show(code, params)
        self.done = min(self.done + 1, self.steps)

    def _show(self, code: str, params: dict[str, str]) -> None:
        if not queue.renew(self.job, done=self.done, total=self.steps, note_code=code, note_params=params):
            raise Refused(_("Another process tells the story now."))
        self._say(self.done, self.steps, self.job.note)

    @contextmanager
    def at(self, moment: datetime) -> Iterator[None]:
        """Tell what follows as if it happened then."""
        with clock.story(moment):
            yield

    def wait(self, kind: str, key: str) -> None:
        """Wait until a worker has done this. Raises Refused with its own reason, or when no worker answers."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            job = queue.latest(kind, key)
            if job is None or job.status == JobStatus.SUCCEEDED:
                return
            if job.status == JobStatus.FAILED:
                raise Refused(job.note or job.error)
            queue.renew(self.job)
            time.sleep(GLANCE)
        raise Refused(_("No worker took up “%(kind)s”: is one running?") % {"kind": kind})


def once(found: "models.QuerySet[Row]", make: Callable[[], Row]) -> Row:
    """What was told already, else what `make` does: a story that stopped goes on where it was."""
    return found.first() or make()


def days(number: float) -> timedelta:
    """So many days of the story."""
    return timedelta(days=number)
