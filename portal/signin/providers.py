"""The OpenID Connect providers of this installation, as the environment names them. Knows no model."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider that people may sign in with. `key` is part of the address it sends people back to.

    `hosts`: other hosts of the provider that the portal may speak to, beside the issuer's own.
    `groups_claim`: the claim that lists a person's groups. `create`: a person unknown here is added at first sign-in.
    `link_by_email`: an existing person with the same address, verified by the provider, is taken for the same.
    `asks_second_factor`: the provider asks for one itself, so that the rules here do not.
    """

    key: str
    label: str
    issuer: str
    client_id: str
    client_secret: str
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    groups_claim: str = "groups"
    create: bool = False
    link_by_email: bool = False
    asks_second_factor: bool = False
    hosts: tuple[str, ...] = ()

    @property
    def origin(self) -> str:
        """Scheme, host and port of the issuer."""
        parts = urlsplit(self.issuer)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def allowed(self) -> frozenset[str]:
        """The hosts, with their ports when the address names one, that this provider may be asked at."""
        return frozenset({urlsplit(self.issuer).netloc, *self.hosts})


def from_environment(env: environ.Env) -> list[Provider]:
    """Read OIDC_PROVIDERS (keys) and OIDC_<KEY>_…. Raises ImproperlyConfigured, naming what is missing."""
    return [_provider(env, key) for key in env.list("OIDC_PROVIDERS", default=[])]


def find(providers: Sequence[Provider], key: str) -> Provider | None:
    """The provider of this key."""
    return next((one for one in providers if one.key == key), None)


def _provider(env: environ.Env, key: str) -> Provider:
    if not (key.isascii() and key.replace("-", "").isalnum() and key == key.lower() and len(key) <= 40):
        raise ImproperlyConfigured(f"OIDC_PROVIDERS: “{key}” must be small letters, digits and hyphens, 40 at most.")
    prefix = f"OIDC_{key.upper().replace('-', '_')}_"
    missing = [prefix + name for name in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET") if not env.str(prefix + name, "")]
    if missing:
        raise ImproperlyConfigured(f"The provider “{key}” needs {', '.join(missing)}.")
    return Provider(
        key=key,
        label=env.str(prefix + "LABEL", key),
        issuer=env.str(prefix + "ISSUER"),
        client_id=env.str(prefix + "CLIENT_ID"),
        client_secret=env.str(prefix + "CLIENT_SECRET"),
        scopes=tuple(env.list(prefix + "SCOPES", default=["openid", "profile", "email"])),
        groups_claim=env.str(prefix + "GROUPS_CLAIM", "groups"),
        create=env.bool(prefix + "CREATE", False),
        link_by_email=env.bool(prefix + "LINK_BY_EMAIL", False),
        asks_second_factor=env.bool(prefix + "ASKS_SECOND_FACTOR", False),
        hosts=tuple(env.list(prefix + "HOSTS", default=[])),
    )
