"""What a digest covers, and how it is computed. Pure."""

import hashlib
import json
from typing import Any


def canonical(manifest: dict[str, Any]) -> bytes:
    """One spelling per manifest: sorted keys, no spaces, UTF-8; NaN is refused (ValueError)."""
    text = json.dumps(manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def digest(manifest: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON, 64 hexadecimal digits."""
    return hashlib.sha256(canonical(manifest)).hexdigest()
