"""Keys that are shown once and kept only as a digest: tokens of machines, one-time links of people."""

import hashlib
import secrets
import string
import zlib

PREFIX = "pas_"
ALPHABET = string.digits + string.ascii_letters
RANDOM = 32  # characters of 62: 190 bits, so that a plain SHA-256 is enough at rest
CHECK = 6  # characters of 62 hold the 32 bits of the checksum


def new_token() -> str:
    """A token: "pas_", 32 random characters, 6 of checksum, so that scanners of leaked secrets can tell it is one."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM))
    return PREFIX + body + _checksum(body)


def new_link() -> str:
    """The secret part of a one-time link, safe in an address."""
    return secrets.token_urlsafe(32)


def is_token(text: str) -> bool:
    """Whether this is shaped like a token and its checksum holds: a mistyped one is refused without a query."""
    body, check = text[len(PREFIX) : -CHECK], text[-CHECK:]
    shaped = text.startswith(PREFIX) and len(body) == RANDOM and set(body) <= set(ALPHABET)
    return shaped and check == _checksum(body)


def digest(secret: str) -> str:
    """SHA-256 in hexadecimal (64 characters): what is kept of a secret, and how it is looked up."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _checksum(body: str) -> str:
    rest, text = zlib.crc32(body.encode()), ""
    for _ in range(CHECK):
        rest, digit = divmod(rest, len(ALPHABET))
        text = ALPHABET[digit] + text
    return text
