"""What `manage.py up` runs, in which order, on which ports, and with how many database connections."""

import hashlib
import http.client
import ipaddress
import json
import os
import secrets
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psycopg2
import redis
from django.contrib.staticfiles.finders import get_finders
from django.utils.translation import gettext as _

from portal.embedded import home as homes
from portal.embedded import postgres, processes
from portal.embedded.mlflow import Mlflow, is_healthy
from portal.embedded.supervisor import Part
from portal.embedded.valkey import Valkey, server_facts
from portal.errors import Refused

PAGE_WORKERS, INGESTION_WORKERS = 2, 1
THREADS = 1  # per web worker: each thread keeps a database connection of its own
WORKER_PROCESSES = 2
MLFLOW_POOL, MLFLOW_ENGINES = 10, 3  # connections per engine; tracking, registry, jobs
VISITORS = 10  # migrate, demo, doctor, shell, first administrator: not all at once
RESERVED = 3  # PostgreSQL keeps these for its superuser
MAX_CONNECTIONS = 100
DEAF_AFTER = 120.0  # seconds a worker has to hear its first canary


def connections() -> dict[str, int]:
    """The most database connections each part may hold at once."""
    return {
        "pages": PAGE_WORKERS * THREADS,
        "ingestion": INGESTION_WORKERS * THREADS,
        "worker": WORKER_PROCESSES * 2 + 1,  # beside each job, the thread that renews its lease
        "beat": 1,
        "mlflow": MLFLOW_POOL * MLFLOW_ENGINES,
        "visitors": VISITORS,
    }


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What the command line asks for."""

    port: int = 8000
    host: str = "127.0.0.1"
    demo: bool = False

    @property
    def ingestion_port(self) -> int:
        """The ingestion group listens one port above the pages."""
        return self.port + 1

    def url(self, port: int) -> str:
        """The address to type in a browser of this machine."""
        here = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}  # noqa: S104 - nothing is bound here
        host = here.get(self.host, self.host)
        return f"http://{host}:{port}"


def check(wish: Wish) -> None:
    """Raises Refused when the demo would leave this machine, or when a port is taken."""
    if wish.demo and not _is_loopback(wish.host):
        raise Refused(
            _("The demo signs anybody in at one click: it listens on this machine only, not on %(host)s.")
            % {"host": wish.host}
        )
    lowest = 1 if os.geteuid() == 0 else 1024
    if not lowest <= wish.port < 65535:
        raise Refused(_("Port %(port)d cannot be used: choose one from 1024 to 65534.") % {"port": wish.port})
    for port in (wish.port, wish.ingestion_port):
        if not processes.is_free(port, wish.host):
            raise Refused(
                _("Port %(port)d of %(host)s is in use: stop what listens there, or choose another with --port.")
                % {"port": port, "host": wish.host}
            )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Embedded:
    """The embedded servers of one installation; their ports and passwords are drawn once and remembered."""

    def __init__(self, home: Path) -> None:
        self.home = home
        drawn = homes.read(home / "embedded.json")
        self._drawn: dict[str, Any] = {
            "postgres_password": drawn.get("postgres_password") or secrets.token_hex(24),
            "valkey_password": drawn.get("valkey_password") or secrets.token_hex(24),
        }
        for name in ("postgres_port", "valkey_port", "mlflow_port"):
            port = drawn.get(name)
            taken = port is None or not processes.is_free(port) or port in self._drawn.values()
            self._drawn[name] = processes.free_port() if taken else port
        homes.write(home / "embedded.json", self._drawn)

    @property
    def database(self) -> postgres.Postgres:
        """The database server."""
        return postgres.Postgres(
            self.home / "postgres",
            self._drawn["postgres_port"],
            self._drawn["postgres_password"],
            max_connections=MAX_CONNECTIONS,
        )

    @property
    def broker(self) -> Valkey:
        """The broker and cache server."""
        return Valkey(self.home / "valkey", self._drawn["valkey_port"], self._drawn["valkey_password"])

    def tracking(self, database: str) -> Mlflow:
        """The tracking server, with its tables in the database at this address."""
        return Mlflow(self.home / "mlflow", self._drawn["mlflow_port"], database)


def services(wish: Wish, embedded: Embedded) -> dict[str, Any]:
    """What `portal.settings` reads: the addresses of this start. A variable in the environment wins there."""
    return {
        **homes.read(homes.services_file(embedded.home)),
        "DATABASE_URL": embedded.database.url("passerelle"),
        "BROKER_URL": embedded.broker.url(0),
        "CACHE_URL": embedded.broker.url(1),
        "MLFLOW_TRACKING_URI": embedded.tracking("").url,
        "PASSERELLE_URL": wish.url(wish.port),
        "PASSERELLE_INGESTION_URL": wish.url(wish.ingestion_port),
        "PASSERELLE_DEMO": wish.demo,
    }


def parts(wish: Wish, embedded: Embedded, *, served: Callable[[], None], say: Callable[[str], None]) -> list[Part]:
    """Every part to run, in order of start. `served` is called when the first page can be opened."""
    environment = {"PASSERELLE_HOME": str(embedded.home), "PASSERELLE_DEMO": str(wish.demo).lower()}
    plan = [_database(embedded), *_brokers(embedded)]
    if static_is_stale(embedded.home):
        plan.append(
            Part(
                name="static",
                title=_("Static files"),
                command=lambda: _manage("collectstatic", "--noinput", "--clear"),
                environment=environment,
                once=True,
                vital=True,
                then=lambda: _remember_static(embedded.home),
            )
        )
    ready = ("migrate", *(part.name for part in plan))
    plan += [
        Part(
            name="migrate",
            title=_("Database migration"),
            command=lambda: _manage("migrate", "--noinput"),
            environment=environment,
            after=("postgres",),
            once=True,
            vital=True,
        ),
        _web("pages", _("Pages"), wish, wish.port, PAGE_WORKERS, environment, after=ready, then=served),
        _web("ingestion", _("Ingestion"), wish, wish.ingestion_port, INGESTION_WORKERS, environment, after=("pages",)),
        Part(
            name="worker",
            title=_("Worker"),
            command=lambda: _celery("worker", "--concurrency", str(WORKER_PROCESSES), "--without-gossip"),
            environment=environment,
            after=("pages",),
            settling=5.0,
            well=lambda: worker_hears(wish.url(wish.port)),
            grace=DEAF_AFTER,
        ),
        Part(
            name="beat",
            title=_("Clock"),
            command=lambda: _celery("beat", "--schedule", str(embedded.home / "beat"), "--pidfile", ""),
            environment=environment,
            after=("pages",),
            settling=5.0,
        ),
        _tracking(embedded, say),
    ]
    if wish.demo:
        plan.append(
            Part(
                name="demo",
                title=_("Demo"),
                command=lambda: _manage("demo", "--if-needed"),
                environment=environment,
                after=("mlflow", "worker", "ingestion"),
                once=True,
                then=lambda: say(_("The demo's story is there.")),
            )
        )
    return plan


def _database(embedded: Embedded) -> Part:
    if outside := os.environ.get("DATABASE_URL"):
        return Part(name="postgres", title="PostgreSQL", command=None, answers=lambda: database_answers(outside))
    server = embedded.database
    return Part(
        name="postgres",
        title="PostgreSQL",
        prepare=server.prepare,
        command=server.command,
        identity=lambda: server.identity,
        answers=server.answers,
        farewell=postgres.STOP_SIGNAL,
        vital=True,
        then=lambda: _create(server.url("postgres"), "passerelle"),
    )


def _brokers(embedded: Embedded) -> list[Part]:
    """The embedded server unless both its roles are played elsewhere, and whoever plays them."""
    found: list[Part] = []
    if not (os.environ.get("BROKER_URL") and os.environ.get("CACHE_URL")):
        server = embedded.broker
        found.append(
            Part(
                name="valkey",
                title="Valkey",
                prepare=server.prepare,
                command=server.command,
                answers=server.answers,
                vital=True,
            )
        )
    for name, title, variable in (("broker", _("Broker"), "BROKER_URL"), ("cache", _("Cache"), "CACHE_URL")):
        if outside := os.environ.get(variable):
            found.append(Part(name=name, title=title, command=None, answers=partial(broker_answers, outside)))
    return found


def _tracking(embedded: Embedded, say: Callable[[str], None]) -> Part:
    if outside := os.environ.get("MLFLOW_TRACKING_URI"):
        return Part(name="mlflow", title="MLflow", command=None, answers=lambda: is_healthy(outside), after=("pages",))
    mine = os.environ.get("DATABASE_URL")
    base, name = (mine, "passerelle_mlflow") if mine else (embedded.database.url("postgres"), "mlflow")
    server = embedded.tracking(postgres.beside(base, name))

    def prepare() -> None:
        _create(base, name)
        server.prepare()

    return Part(
        name="mlflow",
        title="MLflow",
        prepare=prepare,
        command=server.command,
        environment={
            **server.environment(),
            "MLFLOW_SQLALCHEMYSTORE_POOL_SIZE": str(MLFLOW_POOL // 2),
            "MLFLOW_SQLALCHEMYSTORE_MAX_OVERFLOW": str(MLFLOW_POOL - MLFLOW_POOL // 2),
        },
        answers=server.answers,
        after=("pages",),
        patience=300,
        then=lambda: say(_("MLflow answers at %(url)s") % {"url": server.url}),
    )


def _create(url: str, name: str) -> None:
    """Make the database `name` on the server at `url`; raises Refused with what PostgreSQL said."""
    try:
        postgres.ensure_database(url, name)
    except psycopg2.Error as error:
        raise Refused(
            _("The database %(name)s could not be created: %(reason)s")
            % {"name": name, "reason": str(error).strip().splitlines()[0]}
        ) from error


def _web(
    name: str,
    title: str,
    wish: Wish,
    port: int,
    workers: int,
    environment: dict[str, str],
    *,
    after: tuple[str, ...],
    then: Callable[[], None] = lambda: None,
) -> Part:
    folder = Path(environment["PASSERELLE_HOME"]) / "metrics" / name
    return Part(
        name=name,
        title=title,
        command=lambda: [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--host", wish.host),
            *("--port", str(port), "--workers", str(workers), "--blocking-threads", str(THREADS)),
            *("--respawn-failed-workers", "portal.wsgi:application"),
        ],
        prepare=lambda: _fresh(folder),
        environment={
            **environment,
            "PASSERELLE_WEB_GROUP": name,
            "PASSERELLE_LEASHED": "1",
            "PROMETHEUS_MULTIPROC_DIR": str(folder),
        },
        answers=lambda: serves(wish.url(port)),
        after=after,
        then=then,
    )


def _fresh(folder: Path) -> None:
    """An empty folder: counters start at zero with the processes that count."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def _manage(*arguments: str) -> list[str]:
    return [sys.executable, str(homes.ROOT / "manage.py"), *arguments]


def _celery(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "celery", "-A", "portal.celery", *arguments, "--loglevel", "INFO"]


def database_answers(url: str) -> bool:
    """Whether the PostgreSQL server at `url` takes connections now."""
    try:
        psycopg2.connect(postgres.beside(url, ""), connect_timeout=2).close()
    except psycopg2.OperationalError:
        return False
    return True


def broker_answers(url: str) -> bool:
    """Whether the Redis or Valkey at `url` takes commands now; of another broker only that it can be reached."""
    if not url.startswith(("redis://", "rediss://", "unix://")):
        return True
    try:
        return bool(server_facts(url))
    except redis.RedisError:
        return False


def serves(url: str) -> bool:
    """Whether the web server at `url` answers anything but a server error."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def worker_hears(url: str) -> bool:
    """False when the web server at `url` says that no worker consumes; True when it says nothing of the kind."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=2)
    try:
        connection.request("GET", "/readyz")
        told = json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        return True
    finally:
        connection.close()
    return told.get("status") != "ok" or told.get("worker") not in ("deaf", "unknown")


def _stamp(home: Path) -> Path:
    return home / "static.stamp"


def _remember_static(home: Path) -> None:
    _stamp(home).write_text(static_digest())


def static_is_stale(home: Path) -> bool:
    """Whether the collected static files are not those of this checkout and environment."""
    stamp = _stamp(home)
    return not stamp.exists() or stamp.read_text() != static_digest()


def static_digest() -> str:
    """SHA-256 over path, size and change time of every static file to collect, in hexadecimal."""
    lines = []
    for finder in get_finders():
        for path, storage in finder.list([]):
            facts = Path(storage.path(path)).stat()
            lines.append(f"{path} {facts.st_size} {facts.st_mtime_ns}\n")
    return hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()
