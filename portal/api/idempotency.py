"""Sending again is safe: one effect per token and Idempotency-Key, and the first answer again for 24 hours."""

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, cast

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.models import KeptAnswer
from portal.errors import BadInput, Refused
from portal.people.models import AccessToken

HEADER = "Idempotency-Key"
# A structured string ("…", quotes and all) is such a key, too.
PATTERN = r"^[!-~]{1,100}$"
KEPT = timedelta(hours=24)
KEPT_HEADERS = ("ETag", "Location")


class StillRunning(Refused):
    """The first request with this key has not ended: 409."""


class KeyReused(Refused):
    """The key came with another request: 422."""

    status = 422


def key_of(request: Request) -> str | None:
    """The request's key, None without one. Raises BadInput for anything but 1 to 100 visible ASCII characters."""
    key = request.headers.get(HEADER)
    if key is not None and not re.fullmatch(PATTERN, key):
        sentence = _("An Idempotency-Key has 1 to 100 visible ASCII characters and no space.")
        raise BadInput.of(sentence, {HEADER: sentence})
    return key


def once(request: Request, do: Callable[[], Response], *, secrets: Sequence[str] = ()) -> Response:
    """Answer by `do`, in one transaction with the memory of it; a key that is known is answered from memory.

    The fields named in `secrets` are not kept: they are null in the answer from memory. A refusal changes nothing and
    is not kept: the same key may be sent again with a mended body. Raises BadInput without a key, StillRunning,
    KeyReused.
    """
    key = key_of(request)
    if key is None:
        sentence = _("Send the header Idempotency-Key: a name of your own for this request, so that it has one effect.")
        raise BadInput.of(sentence, {HEADER: sentence})
    token = cast(AccessToken, request.auth)
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode() + request.body).hexdigest()
    with transaction.atomic():
        if not _hold(token, key):
            raise StillRunning(
                _("The first request with this Idempotency-Key is still running: ask again in a moment.")
            )
        kept = KeptAnswer.objects.filter(token=token, key=key)
        known = kept.filter(recorded_at__gt=Now() - KEPT).first()
        if known is not None:
            return _again(known, digest)
        kept.delete()
        answer = do()
        KeptAnswer.objects.create(
            token=token,
            key=key,
            digest=digest,
            status=answer.status_code,
            headers={name: answer.headers[name] for name in KEPT_HEADERS if name in answer.headers},
            body=JSONRenderer().render(_without(answer.data, secrets)).decode(),
        )
        return answer


def forget() -> int:
    """Delete the answers older than 24 hours; returns how many."""
    gone, _by_model = KeptAnswer.objects.filter(recorded_at__lte=Now() - KEPT).delete()
    return gone


def _again(known: KeptAnswer, digest: str) -> Response:
    if known.digest != digest:
        raise KeyReused(_("This Idempotency-Key was used for another request. A key belongs to one request."))
    headers = {**known.headers, "Idempotent-Replayed": "true"}
    return Response(json.loads(known.body), status=known.status, headers=headers)


def _without(told: Any, secrets: Sequence[str]) -> Any:
    return {**told, **dict.fromkeys(secrets)} if secrets else told


def _hold(token: AccessToken, key: str) -> bool:
    """Hold this key until the transaction ends, or say that somebody else does. A process that dies lets go."""
    number = int.from_bytes(hashlib.sha256(f"{token.pk} {key}".encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        return bool(cursor.fetchone()[0])
