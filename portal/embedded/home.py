"""The folder where one installation keeps everything: data, ports and secrets drawn once, logs, state of its parts.

Read by `portal.settings` and before it: needs no setting itself.
"""

import base64
import fcntl
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from portal.errors import Refused

ROOT = Path(__file__).resolve().parent.parent.parent


def folder() -> Path:
    """PASSERELLE_HOME when it is set, else `.passerelle` in the checkout; absolute, perhaps not there yet."""
    return Path(os.environ.get("PASSERELLE_HOME") or ROOT / ".passerelle").absolute()


def services_file(home: Path) -> Path:
    """Where the supervisor writes the addresses and the secret that `portal.settings` reads."""
    return home / "services.json"


def parts_file(home: Path) -> Path:
    """Where the supervisor writes the state of its parts, for pages and for `manage.py doctor`."""
    return home / "parts.json"


def log_file(home: Path, part: str) -> Path:
    """Where a part's output goes; the run before is beside it with `.1`."""
    return home / "logs" / f"{part}.log"


def read(path: Path) -> dict[str, Any]:
    """The JSON object in `path`; empty when there is no such file. Raises ValueError when it is not JSON."""
    try:
        return dict(json.loads(path.read_text()))
    except FileNotFoundError:
        return {}


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Replace `path` by this JSON object in one step, readable by its owner only."""
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(content, file, indent=1)
    draft.replace(path)


def prepare(home: Path) -> None:
    """Create the folder and this installation's secret key on first use. Raises OSError when it may not."""
    if not home.exists():
        home.mkdir(parents=True)
        # As root, PostgreSQL runs as nobody, who must pass through; what is inside is closed by its own mode.
        home.chmod(0o711 if os.geteuid() == 0 else 0o700)
    for name in ("logs", "files"):
        (home / name).mkdir(mode=0o700, exist_ok=True)
    services = read(services_file(home))
    if "SECRET_KEY" not in services:
        write(services_file(home), {**services, "SECRET_KEY": secrets.token_urlsafe(48)})


def sealing_keys(home: Path) -> list[str]:
    """The key drawn for this installation when a secret was first to be encrypted; empty where there is no folder."""
    path = home / "sealing.json"
    if not home.is_dir():
        return []
    if not path.exists():
        draft = home / f"sealing.{os.getpid()}"
        write(draft, {"keys": [base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()]})
        try:
            os.link(draft, path)  # the first to come decides, whoever else starts at the same moment
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return [str(key) for key in read(path)["keys"]]


@contextmanager
def only_one(home: Path, sentence: str) -> Iterator[None]:
    """Hold the folder for one supervisor; raises Refused with `sentence`, which may name `%(pid)s`, when taken."""
    with (home / "up.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise Refused(sentence % {"pid": lock.read().strip() or "?"}) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def is_held(home: Path) -> bool:
    """Whether a supervisor runs on this folder now."""
    try:
        with (home / "up.lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
