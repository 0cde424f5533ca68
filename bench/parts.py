"""The real parts a bench needs, started for it and stopped after it, in a home of its own."""

import os
import secrets
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal.embedded import postgres, processes
from portal.embedded.valkey import Valkey

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def started(settings: str = "portal.settings", web_group: str = "ingestion") -> Iterator[Path]:
    """PostgreSQL (durable, as in production) and Valkey, named in the environment; yields the home folder.

    `settings` and `web_group` are what this process itself runs under.
    """
    home = Path(tempfile.mkdtemp(prefix="passerelle-bench-"))
    home.chmod(0o711)  # as root, PostgreSQL runs as nobody, who must pass through
    children = []
    try:
        server = postgres.Postgres(home / "postgres", processes.free_port(), secrets.token_hex(16))
        server.prepare()
        child = processes.spawn(
            server.command(), log=home / "postgres.log", identity=server.identity, farewell=postgres.STOP_SIGNAL
        )
        children.append((child, postgres.STOP_SIGNAL))
        _require(processes.wait_until(server.answers, child, within=20), home / "postgres.log")
        broker = Valkey(home / "valkey", processes.free_port(), secrets.token_hex(16))
        broker.prepare()
        child = processes.spawn(broker.command(), log=home / "valkey.log")
        children.append((child, signal.SIGTERM))
        _require(processes.wait_until(broker.answers, child, within=20), home / "valkey.log")
        os.environ |= {
            "PASSERELLE_HOME": str(home),
            "SECRET_KEY": secrets.token_hex(32),
            "DATABASE_URL": postgres.ensure_database(server.url("postgres"), "passerelle"),
            "BROKER_URL": broker.url(0),
            "CACHE_URL": broker.url(1),
            "PASSERELLE_QUEUE_PREFIX": f"bench-{os.getpid()}",
            "DJANGO_SETTINGS_MODULE": settings,
            "LOG_LEVEL": "WARNING",
            "PASSERELLE_WEB_GROUP": web_group,
        }
        _manage("migrate", "--verbosity", "0", "--skip-checks")
        yield home
    finally:
        for child, stop_by in reversed(children):
            processes.end(child, by=stop_by)
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def served(home: Path, group: str, workers: int = 1) -> Iterator[str]:
    """Granian workers of a web group (pages, ingestion); yields its address."""
    port = processes.free_port()
    log = home / f"{group}.log"
    child = processes.spawn(
        [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--host", "127.0.0.1"),
            *("--port", str(port), "--workers", str(workers), "--blocking-threads", "1", "portal.wsgi:application"),
        ],
        log=log,
        env={**os.environ, "PASSERELLE_WEB_GROUP": group},
        cwd=ROOT,
    )
    try:
        _require(processes.wait_until(lambda: not processes.is_free(port), child, within=30), log)
        yield f"http://127.0.0.1:{port}"
    finally:
        processes.end(child)


def collect_static() -> None:
    """As `manage.py up` does: the manifest of static files is made before the first page."""
    _manage("collectstatic", "--noinput", "--verbosity", "0")


def _manage(*arguments: str) -> None:
    done = processes.run([sys.executable, "manage.py", *arguments], env=os.environ, cwd=ROOT)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)


def _require(answers: bool, log: Path) -> None:
    if not answers:
        raise RuntimeError(log.read_text(errors="replace")[-4000:])
