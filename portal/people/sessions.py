"""Sessions in the database, asked only for keys that we could have given; they end when idle, and in any case."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.utils import timezone

# What a session remembers of itself; written by `portal.signin.rules`.
BEGAN, SEEN, IP, AGENT = "began", "seen", "ip", "agent"


class SessionStore(db.SessionStore):
    """A row per browser, with who signed in, from where, since when and seen when.

    `expire_date` is the idle time-out or the end of its life, whichever comes first: no request is needed to end it.
    """

    is_stale = False

    @classmethod
    def get_model_class(cls) -> Any:
        """The table of sessions."""
        from portal.signin.models import Session

        return Session

    def get_expiry_age(self, **kwargs: Any) -> int:
        """Seconds from now until this session ends."""
        began = self.get(BEGAN)
        if began is None:
            return settings.SESSION_COOKIE_AGE
        left = began + settings.SESSION_LIFE - timezone.now().timestamp()
        return max(0, min(settings.SESSION_COOKIE_AGE, int(left)))

    def get_expiry_date(self, **kwargs: Any) -> datetime:
        """When this session ends."""
        return timezone.now() + timedelta(seconds=self.get_expiry_age())

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        """The row, with what can be told without decoding it."""
        row: Any = super().create_model_instance(data)
        row.user_id = data.get(SESSION_KEY)
        row.began_at, row.seen_at = _moment(data.get(BEGAN)), _moment(data.get(SEEN))
        row.ip, row.agent = data.get(IP), data.get(AGENT, "")
        return row

    def _get_session_from_db(self) -> Any:
        row = super()._get_session_from_db()  # type: ignore[misc]
        self.is_stale = bool(row and row.stale)
        return row

    def _validate_session_key(self, key: str | None) -> bool:
        # A cookie is input from outside: a key with anything but letters and digits is nobody's session.
        return bool(key and key.isascii() and key.isalnum() and super()._validate_session_key(key))  # type: ignore[misc]


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
