"""A pytest plugin: real PostgreSQL, Valkey, MLflow and worker for one run of the suite.

Loaded by `-p tests.parts`, so that addresses are in the environment before Django's settings are read.
DATABASE_URL and BROKER_URL, when set, replace the parts started here. Under `-n 2` the processes of pytest-xdist share
the servers that the first one started: each has a database of its own, and its own numbered pair on Valkey.
"""

import atexit
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from signal import SIGQUIT, SIGTERM, Signals
from subprocess import Popen

import pytest

from portal.embedded import postgres, processes
from portal.embedded.mlflow import Mlflow
from portal.embedded.valkey import Valkey

ROOT = Path(__file__).resolve().parent.parent
# Which process of pytest-xdist this is: "gw0", "gw1"…; empty in the one that starts the servers.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
_started: list[tuple["Popen[bytes]", Signals]] = []


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None]:
    """Start the database and the broker; a wrapper runs before pytest-django reads the settings."""
    start()
    return (yield)


def pytest_unconfigure() -> None:
    """Stop what was started, last first."""
    stop()


def start() -> None:
    """Start what the environment does not name, and name it there. Raises RuntimeError when a part does not answer."""
    home = Path(tempfile.mkdtemp(prefix="passerelle-tests-"))
    # As root, PostgreSQL runs as nobody, who must pass through; what is inside is closed by its own mode.
    home.chmod(0o711)
    atexit.register(stop, home)
    os.environ["PASSERELLE_HOME"] = str(home)
    (home / "static").mkdir()
    os.environ.setdefault("STATIC_STORAGE", "django.contrib.staticfiles.storage.StaticFilesStorage")
    os.environ.setdefault("SECRET_KEY", secrets.token_hex(32))
    # A server that is away is tried again at once: how long MLflow's client waits between is its own business.
    os.environ |= {"MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "0", "MLFLOW_HTTP_REQUEST_BACKOFF_JITTER": "0"}
    os.environ["PASSERELLE_QUEUE_PREFIX"] = f"tests-{os.getpid()}"
    if WORKER:
        _own_pair(int(WORKER.removeprefix("gw")))
    if "DATABASE_URL" not in os.environ:
        server = postgres.Postgres(home / "postgres", processes.free_port(), secrets.token_hex(16), durable=False)
        server.prepare()
        child = processes.spawn(
            server.command(),
            log=home / "postgres.log",
            identity=server.identity,
            farewell=postgres.STOP_SIGNAL,
        )
        _await("PostgreSQL", server.answers, child, home / "postgres.log", stop_by=postgres.STOP_SIGNAL, within=20)
        os.environ["DATABASE_URL"] = postgres.ensure_database(server.url("postgres"), "passerelle")
    if "BROKER_URL" not in os.environ:
        broker = Valkey(home / "valkey", processes.free_port(), secrets.token_hex(16), durable=False)
        broker.prepare()
        child = processes.spawn(broker.command(), log=home / "valkey.log")
        _await("Valkey", broker.answers, child, home / "valkey.log", within=20)
        os.environ["BROKER_URL"] = broker.url(0)
        os.environ.setdefault("CACHE_URL", broker.url(1))


def _own_pair(worker: int) -> None:
    """The broker and the cache of this process, on the Valkey that the first one named."""
    for name, number in (("BROKER_URL", 2 + 2 * worker), ("CACHE_URL", 3 + 2 * worker)):
        os.environ[name] = f"{os.environ[name].rpartition('/')[0]}/{number}"


def _await(
    name: str,
    answers: Callable[[], bool],
    child: "Popen[bytes]",
    log: Path,
    *,
    stop_by: Signals = SIGTERM,
    within: float,
) -> None:
    _started.append((child, stop_by))
    if not processes.wait_until(answers, child, within=within):
        raise RuntimeError(f"{name} did not start:\n{log.read_text(errors='replace')[-4000:]}")


def stop(home: Path | None = None) -> None:
    """Stop every part started here, last first, and remove `home`."""
    while _started:
        child, signal = _started.pop()
        processes.end(child, by=signal)
    if home is not None:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def mlflow_server() -> str:
    """The address of a real MLflow server, started when a test first asks for it (15 to 45 seconds)."""
    home = Path(os.environ["PASSERELLE_HOME"])
    database = postgres.ensure_database(os.environ["DATABASE_URL"], f"tests_mlflow_{os.getpid()}")
    server = Mlflow(home / "mlflow", processes.free_port(), database)
    server.prepare()
    log = home / "mlflow.log"
    child = processes.spawn(server.command(), log=log, env={**os.environ, **server.environment()}, cwd=ROOT)
    _await("MLflow", server.answers, child, log, within=180)
    return server.url


@pytest.fixture
def celery_worker_process(committed_db: None) -> Iterator["Popen[bytes]"]:
    """A real worker of the project on the database of this test, where commits are real."""
    from django.db import connection

    from portal.celery import app

    database = postgres.beside(os.environ["DATABASE_URL"], str(connection.settings_dict["NAME"]))
    log = Path(os.environ["PASSERELLE_HOME"]) / "worker.log"
    child = processes.spawn(
        [
            *(sys.executable, "-m", "celery", "-A", "portal.celery", "worker", "--concurrency", "1"),
            *("--without-gossip", "--without-mingle", "--loglevel", "INFO"),
        ],
        log=log,
        env={**os.environ, "DATABASE_URL": database},
        cwd=ROOT,
        farewell=SIGQUIT,
    )
    _await("The worker", lambda: bool(app.control.ping(timeout=0.5)), child, log, stop_by=SIGQUIT, within=60)
    yield child
    _started.remove((child, SIGQUIT))
    processes.end(child, by=SIGQUIT)
