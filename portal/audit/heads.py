"""The end of the chain, signed, outside the database: what a rewritten or shortened chain cannot agree with.

Signed with Ed25519 rather than an HMAC: an auditor checks with the public key alone, and so cannot forge. The private
key is in PASSERELLE_HOME/secret (or in PASSERELLE_AUDIT_KEY, where workers run on several machines), never in the
database: whoever holds the database alone cannot sign another past.
"""

import base64
import binascii
import fcntl
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from portal.audit.models import Head, Seal

EVERY = 10_000  # seals: a head is exported at each hour and at each ten thousandth


@dataclass(frozen=True, slots=True)
class Exported:
    """A head as read from a file: where it stands there (line from 1), the end of the chain, and when."""

    file: str
    line: int
    sequence: int
    hash: bytes
    at: str


@dataclass(frozen=True, slots=True)
class Wrong:
    """A line that is no head of ours: a code of portal.journal.words, the file, the line."""

    code: str
    file: str
    line: int


def export() -> Head | None:
    """Sign the end of the chain and give it to every sink; None while nothing is sealed.

    A sink that fails does not keep the others from it. Raises OSError of the first that failed.
    """
    last = Seal.objects.order_by("-sequence").first()
    if last is None:
        return None
    line = signed(last)
    failures: list[OSError] = []
    sinks = [import_string(path) for path in settings.AUDIT_HEAD_SINKS]
    places = 0
    for sink in sinks:
        try:
            places += sink(line)
        except OSError as error:
            failures.append(error)
    if places:
        head = Head.objects.create(sequence=last.sequence, hash=last.hash, places=places)
    if failures:
        raise failures[0]
    return head if places else None


def signed(last: Seal) -> dict[str, Any]:
    """The head of the chain that ends at `last`, with its signature (base64) and the public key (hexadecimal)."""
    key = _private_key()
    head = {
        "installation": public_key(key)[:32],
        "sequence": last.sequence,
        "hash": last.hexadecimal,
        "count": Seal.objects.count(),
        "at": timezone.now().isoformat(timespec="seconds"),
        "key": public_key(key),
    }
    return {**head, "signature": base64.b64encode(key.sign(_canonical(head))).decode()}


def to_folders(line: Mapping[str, Any]) -> int:
    """The sink that is always there: a line in each folder of AUDIT_HEADS_FOLDERS, on the disk before it returns."""
    text = json.dumps(line, sort_keys=True) + "\n"
    failures: list[OSError] = []
    for folder in settings.AUDIT_HEADS_FOLDERS:
        try:
            _append(Path(folder), f"heads-{line['at'][:7]}.jsonl", text.encode())
        except OSError as error:
            failures.append(error)
    if failures:
        raise failures[0]
    return len(settings.AUDIT_HEADS_FOLDERS)


def read(folder: Path, key: str) -> tuple[list[Exported], list[Wrong]]:
    """The heads in the files of a folder that `key` (hexadecimal) signed, and the lines that it did not.

    Raises FileNotFoundError without the folder.
    """
    found: list[Exported] = []
    wrong: list[Wrong] = []
    if not folder.is_dir():
        raise FileNotFoundError(folder)
    for file in sorted(folder.glob("*.jsonl")):
        for number, text in enumerate(file.read_text(errors="replace").splitlines(), start=1):
            head = _checked(text, key)
            if isinstance(head, str):
                wrong.append(Wrong(head, file.name, number))
            else:
                at, sequence = str(head["at"]), int(head["sequence"])
                found.append(Exported(file.name, number, sequence, bytes.fromhex(head["hash"]), at))
    return found, wrong


def public_key(key: Ed25519PrivateKey | None = None) -> str:
    """The public key of this installation, in hexadecimal; an auditor keeps it elsewhere."""
    return (key or _private_key()).public_key().public_bytes_raw().hex()


def _checked(text: str, key: str) -> dict[str, Any] | str:
    """The head that a line holds, or the code of what is wrong with it."""
    try:
        head = dict(json.loads(text))
        signature = base64.b64decode(head.pop("signature"))
        bytes.fromhex(head["hash"]), int(head["sequence"]), head["at"]
    except (ValueError, TypeError, KeyError, binascii.Error):
        return "head.unreadable"
    if head.get("key") != key:
        return "head.stranger"
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(signature, _canonical(head))
    except InvalidSignature:
        return "head.forged"
    return head


def _canonical(head: Mapping[str, Any]) -> bytes:
    return json.dumps(head, sort_keys=True, separators=(",", ":")).encode()


def _private_key() -> Ed25519PrivateKey:
    """The key of this installation, drawn at the first export. Raises ValueError for a key that is none."""
    if settings.AUDIT_KEY:
        return Ed25519PrivateKey.from_private_bytes(base64.b64decode(settings.AUDIT_KEY))
    path = settings.HOME / "secret" / "audit.key"
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        _write(draft, base64.b64encode(Ed25519PrivateKey.generate().private_bytes_raw()))
        try:
            # Two that draw at once: the first one's stays.
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(path.read_text()))


def _append(folder: Path, name: str, text: bytes) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write(folder / name, text)
    directory = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _write(path: Path, text: bytes) -> None:
    """Add to a file that only its owner reads, and wait until the disk has it."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def folders() -> Sequence[Path]:
    """Where heads are written, first the one of this installation."""
    return [Path(folder) for folder in settings.AUDIT_HEADS_FOLDERS]
