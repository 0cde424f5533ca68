"""Chat rooms, through Apprise: an allow-list of kinds of address, and hosts that are public or listed.

Apprise connects by itself: the host is resolved and checked just before, so a name whose answer changes within that
moment could still lead inside. Redirects are not followed by these services' plug-ins' POST requests to a new host
under our control; where this matters, allow outgoing traffic by a firewall only.
"""

from urllib.parse import urlsplit

from apprise import Apprise, AppriseAsset
from django.utils.translation import gettext_lazy as _

from portal import outgoing
from portal.errors import BadInput
from portal.notifications.channels import NotSent

# Services at an address of their own, and those at the host that the address names, with its usual port.
HOSTED = {"slack", "workflow", "workflows", "discord", "gchat", "tgram", "webex", "wxteams"}
SELF_HOSTED = {"mmosts": 443, "rockets": 443, "matrixs": 443, "ntfys": 443, "gotifys": 443}
SELF_HOSTED_PLAIN = {"mmost": 80, "rocket": 80, "matrix": 80, "ntfy": 80, "gotify": 80}
PORTS = SELF_HOSTED | SELF_HOSTED_PLAIN
ASSET = AppriseAsset(app_id="Passerelle", app_desc="Passerelle", async_mode=False, plugin_paths=[])


def look(address: str) -> None:
    """Raise BadInput unless this is an address of a service that is allowed, and not of a private network."""
    scheme = address.partition("://")[0].lower()
    if scheme not in HOSTED | set(PORTS):
        allowed = ", ".join(sorted(HOSTED | set(SELF_HOSTED)))
        raise BadInput(_("This kind of address is not allowed. Allowed: %(kinds)s.") % {"kinds": allowed})
    if "?" in address or "#" in address:
        raise BadInput(_("An address of a room has no options after “?”."))
    if scheme in PORTS:
        host, port = _place(address, scheme)
        if (host, port) not in outgoing.allowed():
            if scheme in SELF_HOSTED_PLAIN:
                raise BadInput(_("Use the encrypted kind of this address: its name ends with s."))
            outgoing.look(f"https://{host}:{port}/")
    if Apprise.instantiate(address, asset=ASSET, suppress_exceptions=True) is None:
        raise BadInput(_("Apprise does not understand this address."))


def send(address: str, title: str, body: str) -> None:
    """Write into the room. Raises NotSent."""
    scheme = address.partition("://")[0].lower()
    try:
        look(address)
        if scheme in PORTS:
            outgoing.resolve_public(*_place(address, scheme))
    except BadInput as error:
        raise NotSent("chat.forbidden", again=False) from error
    except outgoing.Unreachable as error:
        raise NotSent("chat.not_taken") from error
    room = Apprise(asset=ASSET)
    room.add(address)
    if not room.notify(title=title, body=body):
        raise NotSent("chat.not_taken")


def _place(address: str, scheme: str) -> outgoing.Place:
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise BadInput(_("Apprise does not understand this address.")) from error
    if not host:
        raise BadInput(_("Apprise does not understand this address."))
    return host, port or PORTS[scheme]
