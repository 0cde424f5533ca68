"""Outgoing webhooks as Standard Webhooks 1.0.0 says: a thin payload, signed with every secret that is valid."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from standardwebhooks.webhooks import Webhook

from portal import outgoing
from portal.notifications.channels import NotSent

MOST = 2**20  # bytes of an answer that are read
EXCERPT = 500  # characters of it that are kept
PATIENCE = 20.0  # seconds
LONGEST_WAIT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Event:
    """What a machine is told: the type, when it happened, identifiers. `identifier` is the same at every attempt."""

    identifier: str
    type: str
    at: datetime
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Try:
    """How the receiver answered: the status (None: not at all), how long it took, the start of what it said."""

    status: int | None
    milliseconds: int
    excerpt: str
    failure: NotSent | None = None


def send(url: str, secrets: Sequence[str], event: Event, *, now: datetime | None = None) -> Try:
    """Send the event once; what went wrong is in the answer, so that every try is kept."""
    moment = now or datetime.now(UTC)
    body = json.dumps({"type": event.type, "timestamp": event.at.isoformat(), "data": dict(event.data)})
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Passerelle-Webhook/1",
        "webhook-id": event.identifier,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(
            Webhook(secret).sign(msg_id=event.identifier, timestamp=moment, data=body) for secret in secrets
        ),
    }
    began = time.monotonic()
    try:
        answer = outgoing.send("POST", url, headers=headers, body=body.encode(), most=MOST, deadline=PATIENCE)
    except outgoing.Forbidden:
        return Try(None, _since(began), "", NotSent("webhook.forbidden", again=False))
    except outgoing.Unreachable as error:
        return Try(None, _since(began), "", NotSent("webhook.unreachable", error=str(error)))
    excerpt = answer.body[: 4 * EXCERPT].decode(errors="replace").replace("\x00", "\N{REPLACEMENT CHARACTER}")[:EXCERPT]
    return Try(answer.status, _since(began), excerpt, _failure(answer, moment))


def _failure(answer: outgoing.Answer, now: datetime) -> NotSent | None:
    """None when it was taken (2xx). 410: gone. Anything else is tried again, later when the receiver says so."""
    if 200 <= answer.status < 300:
        return None
    if answer.status == 410:
        return NotSent("webhook.gone", again=False, gone=True)
    after = _retry_after(answer.headers, now) if answer.status in (429, 502, 503, 504) else None
    return NotSent("webhook.refused", after=after, status=answer.status)


def _retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    text = next((value for name, value in headers.items() if name.lower() == "retry-after"), "").strip()
    if text.isascii() and text.isdigit() and len(text) < 9:
        return min(timedelta(seconds=int(text)), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    if until.tzinfo is None:
        return None
    return min(max(until - now, timedelta()), LONGEST_WAIT)


def _since(began: float) -> int:
    return round(1000 * (time.monotonic() - began))
