"""A worker that kills itself at the point a test names. Only workers of tests load it: nothing of it is in the portal.

`celery -A tests.faults.marked worker` is the project's own worker. When a job is claimed it looks for an order in the
file that PASSERELLE_DIE names: kind, point, which time. The order is taken away before it is followed, so that each
kills one process once.
"""

import json
import os
import signal
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from celery.signals import worker_process_init
from django.conf import settings
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from requests import Session

from portal.celery import app

POINTS = ("before_read", "after_read", "after_call", "before_commit", "after_commit")
__all__ = ["app"]


class Mark:
    """One order: counts down each time its point is passed, and kills at zero."""

    def __init__(self, point: str, left: int) -> None:
        self.point, self.left = point, left

    def passed(self, point: str) -> None:
        if point == self.point:
            self.left -= 1
            if not self.left:
                os.kill(os.getpid(), signal.SIGKILL)


def ordered(kind: str) -> Mark | None:
    """The order for this kind of job, taken away."""
    path = Path(os.environ["PASSERELLE_DIE"])
    try:
        order = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    if order["kind"] != kind:
        return None
    path.unlink()
    return Mark(order["point"], order["nth"])


def watched(kind: str, handler: Callable[..., None]) -> Callable[..., None]:
    """The same handler, the points on its way marked."""

    def run(progress: Any, **arguments: Any) -> None:
        mark = ordered(kind)
        if mark is None:
            handler(progress, **arguments)
            return
        mark.passed("before_read")
        with ExitStack() as marks:
            marks.enter_context(connection.execute_wrapper(_reads(mark)))
            _wrap(marks, Session, "send", after=lambda: mark.passed("after_call"))
            _wrap(
                marks,
                BaseDatabaseWrapper,
                "_commit",
                before=lambda: mark.passed("before_commit"),
                after=lambda: mark.passed("after_commit"),
            )
            handler(progress, **arguments)

    return run


def _reads(mark: Mark) -> Callable[..., Any]:
    def execute(ask: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        answer = ask(sql, params, many, context)
        if sql.lstrip().upper().startswith("SELECT"):
            mark.passed("after_read")
        return answer

    return execute


def _wrap(
    marks: ExitStack,
    owner: type,
    name: str,
    *,
    before: Callable[[], None] = lambda: None,
    after: Callable[[], None] = lambda: None,
) -> None:
    real = getattr(owner, name)

    def call(*args: Any, **kwargs: Any) -> Any:
        before()
        answer = real(*args, **kwargs)
        after()
        return answer

    setattr(owner, name, call)
    marks.callback(setattr, owner, name, real)


@worker_process_init.connect
def watch(**_facts: Any) -> None:
    """In each process of the pool: mark every handler."""
    # Only now: the models are loaded after this module.
    from portal.jobs import runner
    from tests.faults import handlers

    handlers.register()
    if executor := os.environ.get("PASSERELLE_TEST_EXECUTOR"):
        settings.EXECUTORS = [executor]
    for kind in runner.kinds():
        runner._handlers[kind] = watched(kind, runner._handlers[kind])
