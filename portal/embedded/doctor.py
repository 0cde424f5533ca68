"""What runs, which versions, what is wrong and how to mend it; looks only, and works when nothing runs at all."""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import psycopg2
import redis
from celery import Celery
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _
from kombu.exceptions import KombuError
from kombu.exceptions import OperationalError as BrokerError

from portal.embedded import home as homes
from portal.embedded import plan
from portal.embedded.mlflow import is_healthy
from portal.embedded.supervisor import State, tail
from portal.embedded.valkey import server_facts

LEAST_DISK_GB = 2.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: what it is, what was found, and how to mend it when it is not as it should be."""

    name: str
    sentence: str
    mend: str = ""

    @property
    def fine(self) -> bool:
        """Whether there is nothing to mend."""
        return not self.mend


def examine(home: Path) -> Iterator[Finding]:
    """Look at every part of the installation in `home`, one finding after the other."""
    yield _python()
    yield _uv()
    yield _disk(home)
    yield _supervisor(home)
    database = _database(home)
    yield database
    if database.fine:
        yield _migrations()
    broker = _broker(home, _("Broker"), "BROKER_URL", settings.BROKER_URL)
    yield broker
    yield _broker(home, _("Cache"), "CACHE_URL", str(settings.CACHES["default"]["LOCATION"]))
    if broker.fine:
        yield _worker()
    yield _tracking(home)
    yield _pages(home)
    yield from _crashes(home)


def _python() -> Finding:
    mend = "" if sys.version_info >= (3, 11) else _("Install Python 3.11 or later, then remove .venv and start again.")
    return Finding("Python", _("%(version)s in %(folder)s") % _words(platform.python_version(), sys.prefix), mend)


def _words(version: str, folder: object) -> dict[str, str]:
    return {"version": version, "folder": str(folder)}


def _uv() -> Finding:
    found = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if found is None:
        return Finding("uv", _("not installed; only `make` needs it, and installs it."))
    answer = subprocess.run([found, "--version"], capture_output=True, text=True, check=False)
    return Finding("uv", answer.stdout.strip().removeprefix("uv "))


def _disk(home: Path) -> Finding:
    place = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(place).free / 1e9
    mend = "" if free >= LEAST_DISK_GB else _("Free some space, or set PASSERELLE_HOME to a folder on a larger disk.")
    return Finding(_("Disk"), _("%(free).1f GB free for %(folder)s") % {"free": free, "folder": home}, mend)


def _supervisor(home: Path) -> Finding:
    if homes.is_held(home):
        return Finding(_("Supervisor"), _("runs on %(folder)s") % {"folder": home})
    if all(os.environ.get(name) for name in ("DATABASE_URL", "BROKER_URL", "CACHE_URL")):
        return Finding(_("Supervisor"), _("does not run; the database, the broker and the cache are outside ones."))
    return Finding(_("Supervisor"), _("does not run on %(folder)s") % {"folder": home}, _start())


def _start() -> str:
    return _("Start it with `make run` (with the demo) or `make up`.")


def _named(home: Path, variable: str) -> str:
    """Whether an address was given by the environment (outside), by the supervisor (embedded), or not at all ("")."""
    if os.environ.get(variable):
        return _("outside")
    return _("embedded") if variable in homes.read(homes.services_file(home)) else ""


def _never_started(name: str) -> Finding:
    return Finding(name, _("never started here"), _start())


def _where(url: str) -> str:
    address = urlsplit(url)
    return f"{address.hostname}:{address.port}" if address.port else str(address.hostname)


def _unreachable(name: str, variable: str, named: str, url: str) -> Finding:
    if os.environ.get(variable):
        mend = _("Check %(variable)s, and that the server runs and lets this machine in.") % {"variable": variable}
    else:
        mend = _start()
    return Finding(name, _("%(kind)s, does not answer at %(where)s") % {"kind": named, "where": _where(url)}, mend)


def _runs(name: str, named: str, version: str, url: str) -> Finding:
    words = {"kind": named, "version": version, "where": _where(url)}
    return Finding(name, _("%(kind)s, version %(version)s, answers at %(where)s") % words)


def _database(home: Path) -> Finding:
    name = "PostgreSQL"
    named = _named(home, "DATABASE_URL")
    if not named:
        return _never_started(name)
    facts = settings.DATABASES["default"]
    url = f"postgresql://{facts['HOST'] or '127.0.0.1'}:{facts['PORT'] or 5432}/"
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version_num")
            number = int(cursor.fetchone()[0])
    except (DatabaseError, psycopg2.Error) as error:
        if "does not exist" in str(error):
            mend = _("Create the database, or correct its name in DATABASE_URL.")
            return Finding(name, _("%(kind)s, has no such database") % {"kind": named}, mend)
        return _unreachable(name, "DATABASE_URL", named, url)
    found = _runs(name, named, f"{number // 10_000}.{number % 10_000}", url)
    if number < 150_000:
        return Finding(name, found.sentence, _("Use PostgreSQL 15 or later."))
    return found


def _migrations() -> Finding:
    try:
        executor = MigrationExecutor(connection)
        waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError as error:
        return Finding(_("Migrations"), str(error).strip(), _("Give the database user the rights on its database."))
    if waiting:
        mend = _("Run `manage.py migrate`; `make up` does it at each start.")
        return Finding(_("Migrations"), _("%(number)d not applied") % {"number": waiting}, mend)
    return Finding(_("Migrations"), _("all applied"))


def _broker(home: Path, name: str, variable: str, url: str) -> Finding:
    named = _named(home, variable)
    if not named:
        return _never_started(name)
    if not url.startswith(("redis://", "rediss://")):
        return Finding(name, _("%(kind)s, at %(where)s") % {"kind": named, "where": _where(url)})
    try:
        facts = server_facts(url)
    except redis.RedisError:
        return _unreachable(name, variable, named, url)
    version = f"Valkey {facts['valkey_version']}" if "valkey_version" in facts else f"Redis {facts['redis_version']}"
    return _runs(name, named, version, url)


def _worker() -> Finding:
    app = Celery(broker=settings.BROKER_URL, broker_connection_retry=False, set_as_current=False)
    try:
        answers = app.control.ping(timeout=1.5)
    except (KombuError, BrokerError, OSError) as error:
        return Finding(_("Worker"), str(error), _("Check BROKER_URL."))
    if answers:
        return Finding(_("Worker"), _("%(number)d answer") % {"number": len(answers)})
    mend = _(
        "Jobs wait until one runs: see the log of the part `worker`, or start one: `celery -A portal.celery worker`."
    )
    return Finding(_("Worker"), _("none answers"), mend)


def _tracking(home: Path) -> Finding:
    named = _named(home, "MLFLOW_TRACKING_URI")
    if not named:
        return _never_started("MLflow")
    url = settings.MLFLOW_TRACKING_URI
    if not is_healthy(url):
        return _unreachable("MLflow", "MLFLOW_TRACKING_URI", named, url)
    try:
        with urlopen(f"{url.rstrip('/')}/version", timeout=2) as answer:  # noqa: S310 - http or https, see is_healthy
            version = answer.read(100).decode(errors="replace").strip()
    except OSError:
        version = "?"
    return _runs("MLflow", named, version, url)


def _pages(home: Path) -> Finding:
    url = settings.PUBLIC_URL
    if not _named(home, "PASSERELLE_URL"):
        return _never_started(_("Pages"))
    if plan.serves(url):
        return Finding(_("Pages"), _("answer at %(url)s") % {"url": url})
    mend = _("See the log of the part `pages`.") if homes.is_held(home) else _start()
    return Finding(_("Pages"), _("do not answer at %(url)s") % {"url": url}, mend)


def _crashes(home: Path) -> Iterator[Finding]:
    if not homes.is_held(home):
        return
    for name, part in homes.read(homes.parts_file(home)).items():
        log = homes.log_file(home, name)
        words = {"restarts": part["restarts"], "since": part["since"], "tail": tail(log, 8), "log": log}
        if part["state"] == State.CRASHED:
            sentence = _("stopped at %(since)s after %(restarts)d restarts; its last words:\n%(tail)s") % words
            yield Finding(name, sentence, _("Mend what %(log)s says; it is tried again by itself.") % words)
        elif part["state"] == State.FAILED:
            sentence = _("failed at %(since)s; its last words:\n%(tail)s") % words
            yield Finding(name, sentence, _("Mend what %(log)s says, then stop and start again.") % words)
        elif part["restarts"]:
            yield Finding(name, _("runs since %(since)s, after %(restarts)d restarts; log: %(log)s") % words)
