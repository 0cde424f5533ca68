"""Child processes that never outlive their parent: started in a group of their own, stopped by group."""

import ctypes
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a child runs as when not as us: numeric user and group, or a prefix command that arranges it."""

    uid: int | None = None
    gid: int | None = None
    prefix: tuple[str, ...] = ()

    @property
    def groups(self) -> tuple[int, ...] | None:
        """The further groups it keeps: none when it is somebody else, ours (None) when it is us."""
        return None if self.uid is None else ()


OURSELVES = Identity()


def spawn(
    command: Sequence[str],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    identity: Identity = OURSELVES,
    farewell: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own, its output appended to `log`; raises OSError when it cannot be run.

    On Linux the kernel sends `farewell` to it when the thread that called this dies, even by SIGKILL.
    """
    parent = os.getpid()

    def leash() -> None:
        # After setuid (which clears the setting) and before exec; only async-safe calls.
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, int(farewell))
            if os.getppid() != parent:
                os._exit(1)

    with log.open("ab") as output:
        return subprocess.Popen(
            [*identity.prefix, *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if env is None else dict(env),
            cwd=cwd or "/",
            start_new_session=True,
            preexec_fn=leash,
            user=identity.uid,
            group=identity.gid,
            extra_groups=identity.groups,
        )


def die_with_parent() -> None:
    """End this process, at once, when the one that started it does: the leash of a child does not hold its children.

    A web server killed before it could stop its workers left one behind, still listening. Linux only.
    """
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
        if os.getppid() == 1:
            os._exit(1)


def run(
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    identity: Identity = OURSELVES,
) -> subprocess.CompletedProcess[str]:
    """Run `command` to its end and return it with its output; does not raise on a non-zero exit code."""
    return subprocess.run(
        [*identity.prefix, *command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=None if env is None else dict(env),
        cwd=cwd or "/",
        check=False,
        user=identity.uid,
        group=identity.gid,
        extra_groups=identity.groups,
    )


def end(process: subprocess.Popen[bytes], *, by: signal.Signals = signal.SIGTERM, within: float = 10.0) -> int:
    """Ask the child to stop by signal `by`, kill its whole group after `within` seconds; return its exit code."""
    if process.poll() is None:
        process.send_signal(by)
    return wait_or_kill(process, within=within)


def wait_or_kill(process: subprocess.Popen[bytes], *, within: float) -> int:
    """Wait for the child, then kill what is left of its group (the child too after `within` seconds)."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(within)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    return process.wait()


def wait_until(answers: Callable[[], bool], process: subprocess.Popen[bytes], *, within: float) -> bool:
    """Whether `answers()` came true before `process` ended or `within` seconds passed."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline and process.poll() is None:
        if answers():
            return True
        time.sleep(0.02)
    return False


def free_port(host: str = "127.0.0.1") -> int:
    """A TCP port nobody listens on at this moment, below those the system hands to outgoing connections."""
    draw = random.SystemRandom()
    while not is_free(port := draw.randrange(20_000, 32_000), host):
        pass
    return port


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen on `port` of `host` (a name or an address) now."""
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError:
        return False
    return True
