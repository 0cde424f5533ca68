"""A worker that lives and consumes nothing is seen by its canary, and said to be deaf."""

import os
import signal
from datetime import timedelta

from portal.jobs import canary


def test_a_stopped_worker_goes_deaf_and_is_heard_again_when_it_goes_on(
    start_worker, sweep_until, client, monkeypatch, figure
):
    worker = start_worker()
    monkeypatch.setattr(canary, "LATE", timedelta(seconds=3))
    sweep_until(lambda: client.get("/readyz").json()["worker"] == "ok")
    os.killpg(worker.pid, signal.SIGSTOP)
    try:
        took = sweep_until(lambda: client.get("/readyz").json()["worker"] == "deaf", within=30)
        assert client.get("/readyz").status_code == 200
    finally:
        os.killpg(worker.pid, signal.SIGCONT)
    figure("seen_after_seconds", took)
    sweep_until(lambda: client.get("/readyz").json()["worker"] == "ok")
