"""Encryption at rest of the secrets of second factors."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.errors import Refused


def encrypt(text: str) -> str:
    """The text, encrypted with the first of SEALING_KEYS. Raises Refused when there is none."""
    return _fernet().encrypt(text.encode()).decode()


def decrypt(text: str) -> str:
    """What was encrypted with any of SEALING_KEYS. Raises Refused when no key fits."""
    try:
        return _fernet().decrypt(text.encode()).decode()
    except InvalidToken as error:
        raise Refused(
            _("A secret cannot be read any more: its key is not among PASSERELLE_SEALING_KEYS. Ask an administrator.")
        ) from error


def _fernet() -> MultiFernet:
    if not settings.SEALING_KEYS:
        raise Refused(
            _("This installation has no PASSERELLE_SEALING_KEYS yet: an administrator of the server sets it first.")
        )
    return MultiFernet([Fernet(_key(one)) for one in settings.SEALING_KEYS])


def _key(secret: str) -> bytes:
    """A key of 32 bytes from a long random text; the prefix keeps it apart from other uses of that text."""
    return base64.urlsafe_b64encode(hashlib.sha256(b"passerelle.second-factor:" + secret.encode()).digest())
