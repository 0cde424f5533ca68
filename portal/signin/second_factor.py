"""The second factor as allauth keeps it: codes of an authenticator, and codes to recover with."""

import base64
import hashlib

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, validate_totp_code
from django.conf import settings
from django.core.cache import cache

from portal.people.models import User

new_secret = generate_totp_secret
fits = validate_totp_code


def once(user: User, code: str) -> bool:
    """Whether this code was not used yet; it counts as used from here on, for as long as it could fit."""
    digest = hashlib.sha256("".join(code.split()).encode()).hexdigest()
    life = settings.MFA_TOTP_PERIOD * (2 * settings.MFA_TOTP_TOLERANCE + 1)
    return cache.add(f"second-factor:{user.pk}:{digest}", True, timeout=life)


def keep(user: User, secret: str) -> list[str]:
    """Keep the authenticator (its secret encrypted), with fresh codes to recover with; returns these."""
    TOTP.activate(user, secret)
    return renew_codes(user)


def renew_codes(user: User) -> list[str]:
    """Replace the codes to recover with; returns the new ones."""
    Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
    return RecoveryCodes.activate(user).generate_codes()


def codes_left(user: User) -> int:
    """How many codes to recover with are unused."""
    row = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return len(row.wrap().get_unused_codes()) if row else 0


def forget(user: User) -> bool:
    """Take everything away; False when there was nothing."""
    gone, _rows = Authenticator.objects.filter(user=user).delete()
    return bool(gone)


def address(user: User, secret: str) -> str:
    """The otpauth address that an authenticator reads."""
    return get_adapter().build_totp_url(user, secret)


def picture(address: str) -> str:
    """The address as a QR code: SVG, in base64."""
    return base64.b64encode(get_adapter().build_totp_svg(address).encode()).decode()
