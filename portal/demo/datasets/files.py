"""Reading a data file only when it is the one we know."""

import hashlib
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from portal.errors import Refused


def read_known(path: Path, sha256: str) -> bytes:
    """The bytes of `path`. Raises Refused unless their SHA-256 is the hexadecimal `sha256`."""
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise Refused(
            _("%(file)s is not the data set this demo knows: its SHA-256 starts with %(found)s, not with %(known)s.")
            % {"file": path.name, "found": found[:12], "known": sha256[:12]}
        )
    return content
