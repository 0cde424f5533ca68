"""Handlers registered for the time of a test, whom the queue wakes, a broker that is down."""

import socket
from collections.abc import Iterator

import pytest

from portal.celery import app
from portal.jobs import queue, runner


@pytest.fixture
def does(monkeypatch):
    """`does(function)`: jobs of kind "test.job" call it."""

    def _does(function):
        monkeypatch.setitem(runner._handlers, "test.job", function)

    return _does


@pytest.fixture
def woken(monkeypatch) -> list[int]:
    """The jobs for which a worker was woken, in order."""
    found: list[int] = []

    def _wake(job_id: int) -> bool:
        found.append(job_id)
        return True

    monkeypatch.setattr(queue, "wake", _wake)
    return found


@pytest.fixture
def dead_broker(monkeypatch) -> Iterator[None]:
    """A broker that refuses connections: the address is real, nobody listens there."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        monkeypatch.setattr(app.conf, "broker_url", f"redis://127.0.0.1:{bound.getsockname()[1]}/0")
        monkeypatch.setattr(app.amqp, "_producer_pool", None)
        yield
