"""Which state of a thing the caller has seen: a strong ETag made of what was told of it."""

import hashlib
import re
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from portal.errors import BadInput, Refused

# One entity tag, or several, or a star (RFC 9110, 13.1).
PATTERN = r'^(\*|(W/)?"[!#-~]*"([ ]*,[ ]*(W/)?"[!#-~]*")*)$'
_TAG = re.compile(r'"[!#-~]*"')


class Stale(Refused):
    """The thing has changed since the caller read it: 412."""

    status = 412


class Unconditional(Refused):
    """A change must say which state it was decided on: 428."""

    status = 428


def of(told: Any) -> str:
    """The strong ETag of what is told: 128 bits of the SHA-256 of its JSON."""
    return f'"{hashlib.sha256(JSONRenderer().render(told)).hexdigest()[:32]}"'


def require_if_match(request: Request) -> None:
    """Raise Unconditional without the header If-Match, BadInput when it is none."""
    if request.headers.get("If-Match") is None:
        raise Unconditional(_("Send the ETag you read in the header If-Match, so that nobody's change is lost."))
    _tags(request, "If-Match")


def match(request: Request, etag: str) -> None:
    """Raise Stale unless If-Match names this state. Call it while the row is locked.

    A weak tag counts: compression on the way makes one of ours, and ours stand for one state alone.
    """
    tags = _tags(request, "If-Match")
    if "*" not in tags and etag not in tags:
        raise Stale(_("This has changed since you read it: read it again."))


def is_known(request: Request, etag: str) -> bool:
    """Whether If-None-Match names this state."""
    return "If-None-Match" in request.headers and bool({"*", etag} & _tags(request, "If-None-Match"))


def _tags(request: Request, header: str) -> set[str]:
    value = request.headers[header].strip()
    if not re.fullmatch(PATTERN, value):
        sentence = _("%(header)s holds entity tags in double quotes, as given by ETag, or a star.")
        raise BadInput.of(sentence % {"header": header}, {header: sentence % {"header": header}})
    return {"*"} if value == "*" else set(_TAG.findall(value))
