"""Texts that are encrypted in the database and read again: secrets that the portal itself must use."""

from functools import cached_property
from typing import Any

from cryptography.fernet import InvalidToken
from django.conf import settings
from encrypted_fields.fields import EncryptedTextField


class SealedTextField(EncryptedTextField):
    """A text encrypted with the keys of `settings.SEALING_KEYS`; the first encrypts, all decrypt.

    Raises RuntimeError without a key, ValueError for what none of them opens: never the cipher text in its place.
    """

    @cached_property
    def keys(self) -> list[bytes]:
        """The keys, as Fernet takes them."""
        if not settings.SEALING_KEYS:
            raise RuntimeError("Set PASSERELLE_SEALING_KEYS: there is a secret to encrypt and no key.")
        return [key.encode() for key in settings.SEALING_KEYS]

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """The text. Raises ValueError when no key opens it."""
        if value is None:
            return None
        try:
            return self.f.decrypt(value.encode()).decode()
        except InvalidToken as error:
            raise ValueError("No key of PASSERELLE_SEALING_KEYS opens this secret.") from error

    def to_python(self, value: Any) -> Any:
        """A text given is the text itself."""
        return value
