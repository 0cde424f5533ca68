"""Sessions in the database, asked only for keys that we could have given."""

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    """A cookie is input from outside: a key with anything but letters and digits is nobody's session."""

    def _validate_session_key(self, key: str | None) -> bool:
        return bool(key and key.isascii() and key.isalnum() and super()._validate_session_key(key))  # type: ignore[misc]
