"""Real workers that die where a test says, an outside that counts, and the sweep, driven until something is so."""

import json
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from signal import SIGQUIT
from subprocess import Popen
from typing import Any

import pytest
from django.db import connection

from portal.celery import app
from portal.embedded import postgres, processes
from portal.jobs import timetable
from tests.faults.handlers import OutsideExecutor
from tests.parts import ROOT

LEASE = 2  # seconds


class Outside:
    """A system next door: counts what is put where, and holds the answer while told to."""

    def __init__(self) -> None:
        self.puts: Counter[str] = Counter()
        self.reached, self.go = threading.Event(), threading.Event()
        self.go.set()
        outside = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                outside.puts[self.path] += 1
                outside.reached.set()
                outside.go.wait(60)
                self.send_response(204)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def outside() -> Iterator[Outside]:
    told = Outside()
    thread = threading.Thread(target=told.server.serve_forever, daemon=True)
    thread.start()
    yield told
    told.go.set()
    told.server.shutdown()
    told.server.server_close()
    thread.join()


@pytest.fixture
def order_death(tmp_path: Path) -> Callable[..., None]:
    """`order_death(kind, point, nth)`: the next job of this kind kills its process there."""

    def _order(kind: str, point: str, nth: int = 1) -> None:
        (tmp_path / "die.json").write_text(json.dumps({"kind": kind, "point": point, "nth": nth}))

    return _order


@pytest.fixture
def start_worker(committed_db: None, tmp_path: Path) -> Iterator[Callable[..., "Popen[bytes]"]]:
    """Start real workers on the database of this test; they are stopped at the end."""
    children: list[Popen[bytes]] = []

    def _start(**environment: str) -> "Popen[bytes]":
        database = postgres.beside(os.environ["DATABASE_URL"], str(connection.settings_dict["NAME"]))
        log = tmp_path / f"worker{len(children)}.log"
        child = processes.spawn(
            [
                *(sys.executable, "-m", "celery", "-A", "tests.faults.marked", "worker", "--concurrency", "1"),
                *("--without-gossip", "--without-mingle", "--loglevel", "INFO"),
            ],
            log=log,
            env={
                **os.environ,
                "DATABASE_URL": database,
                "PASSERELLE_JOB_LEASE": str(LEASE),
                "PASSERELLE_DIE": str(tmp_path / "die.json"),
                "PASSERELLE_TEST_EXECUTOR": f"{OutsideExecutor.__module__}.{OutsideExecutor.__name__}",
                **environment,
            },
            cwd=ROOT,
            farewell=SIGQUIT,
        )
        children.append(child)
        there = processes.wait_until(lambda: bool(app.control.ping(timeout=0.5)), child, within=60)
        assert there, log.read_text(errors="replace")[-4000:]
        return child

    yield _start
    for child in children:
        processes.end(child, by=SIGQUIT)


@pytest.fixture
def sweep_until(settings: Any) -> Callable[..., float]:
    """Let the clock tick until something is so; how many seconds it took. Fails when it never is."""
    settings.TIMETABLE = {}

    def _until(so: Callable[[], bool], *, within: float = 60) -> float:
        began = time.monotonic()
        while not so():
            assert time.monotonic() - began < within, "it never came to be"
            timetable.tick()
            threading.Event().wait(0.2)
        return time.monotonic() - began

    return _until


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Callable[[str, object], None]:
    """Keep a figure for the report of `make proof`."""

    def _keep(name: str, value: object) -> None:
        record_property(name, round(value, 1) if isinstance(value, float) else value)

    return _keep
