"""How the portal speaks to addresses that people typed: to the public Internet, or to the hosts that are declared.

An address is resolved once, checked, and that very address is connected to: a name whose answer changes leads nowhere
else. No redirect is followed, no proxy and no `.netrc` is read, an answer is read to its limit and no further, and the
whole exchange has a deadline. The resolver's own time is the operating system's business.
"""

import ipaddress
import re
import socket
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from requests.adapters import HTTPAdapter
from requests_hardened.ip_filter_adapter import IPFilterAdapter
from urllib3.exceptions import HTTPError, LocationParseError
from urllib3.util import Url, parse_url

from portal.errors import BadInput

CONNECT, READ, DEADLINE = 5.0, 10.0, 30.0  # seconds
MOST = 10 * 2**20  # bytes, after decompression
PORTS = {"http": 80, "https": 443}
CHUNK = 65_536
# Nothing of an address or of a header may hold these: they would end a line of the request.
CONTROL = re.compile(r"[\x00-\x20\x7f\\]")
LINE_END = re.compile(r"[\r\n\x00]")

Place = tuple[str, int]


class Forbidden(BadInput):
    """The portal does not speak to this address; trying again would not change that."""


class Unreachable(Exception):
    """No answer, or one that cannot be read; trying again may help."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `whole` is False when the body was longer than what is read."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    whole: bool


def send(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    internal: Collection[Place] = (),
    most: int = MOST,
    deadline: float = DEADLINE,
) -> Answer:
    """Ask `url` and read its answer, whatever its status; redirects are answers.

    `internal`: declared (host, port) pairs that may be on a private network; only they are, beside those of
    `PASSERELLE_OUTGOING_HOSTS`. Raises Forbidden, Unreachable.
    """
    place = look(url, internal=internal)
    for name, value in (headers or {}).items():
        if LINE_END.search(name + value):
            raise Forbidden(_("A header of this request holds a line break."))
    adapter = _adapter(place, internal)
    with requests.Session() as session, _until(deadline, adapter) as ends_at:
        session.trust_env = False
        session.mount(f"{place.scheme}://", adapter)
        try:
            request = session.prepare_request(requests.Request(method, url, headers=headers, data=body))
            answer = session.send(request, allow_redirects=False, stream=True, timeout=(CONNECT, READ))
            content, whole = _read(answer, most, ends_at)
        except BadInput:
            raise
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            raise Unreachable(type(error).__name__) from error
        return Answer(answer.status_code, dict(answer.headers), content, whole)


def look(url: str, *, internal: Collection[Place] = ()) -> Url:
    """The parts of an address that may be spoken to, as far as this can be told without asking a resolver.

    Raises Forbidden for another scheme than http and https, for a user name, a fragment, a control character, and for
    a private address written as a number in any of its forms.
    """
    if CONTROL.search(url) or len(url) > 2000:
        raise Forbidden(_("This is not an address that can be written to."))
    try:
        # As requests reads it, so that what is checked is what is used.
        parts = parse_url(requests.Request("GET", url).prepare().url or "")
        port = parts.port or PORTS.get(parts.scheme or "", 0)
    except (requests.RequestException, LocationParseError, ValueError) as error:
        raise Forbidden(_("This is not an address that can be written to.")) from error
    if parts.scheme not in PORTS or not parts.host or not url.lower().startswith(f"{parts.scheme}://"):
        raise Forbidden(_("An address starts with https:// or http://."))
    if "@" in url.split("/")[2] or parts.auth is not None or "#" in url:
        raise Forbidden(_("An address holds no user name and no fragment."))
    if not _declared(parts, internal):
        _refuse_private_numbers(parts.host.strip("[]").rstrip("."), port)
    return parts


def check_address(text: str) -> None:
    """Raise Forbidden unless this numeric address is one of the public Internet, in whatever form it hides another."""
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    local = isinstance(address, ipaddress.IPv6Address) and address.is_site_local
    if local or not address.is_global or address.is_multicast or address.is_reserved:
        raise _private()


def resolve_public(host: str, port: int) -> None:
    """Raise Forbidden unless every address of this host is public; for libraries that connect by themselves."""
    if (host.lower(), port) in allowed():
        return
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Unreachable("the name is not known") from error
    adapter = _Pinned(is_https_proto=True)
    for *_rest, address in found:
        adapter.check(str(address[0]))


def allowed() -> frozenset[Place]:
    """The private (host, port) pairs that this installation lets people write to; "host" alone means 80 and 443."""
    places: set[Place] = set()
    for entry in settings.OUTGOING_HOSTS:
        host, _colon, port = entry.strip().lower().rpartition(":")
        if host and port.isdigit() and (":" not in host or host.startswith("[")):
            places.add((host.strip("[]"), int(port)))
        else:
            places |= {(entry.strip().lower().strip("[]"), port) for port in PORTS.values()}
    return frozenset(places)


def _declared(parts: Url, internal: Collection[Place]) -> bool:
    place = ((parts.host or "").lower().strip("[]"), parts.port or PORTS[parts.scheme or "https"])
    return place in allowed() or place in {(host.lower(), port) for host, port in internal}


def _refuse_private_numbers(host: str, port: int) -> None:
    """No resolver is asked: 127.1, 0x7f000001 and 2130706433 are numbers all the same."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except OSError:
        return
    for *_rest, address in found:
        _Pinned(is_https_proto=True).check(str(address[0]))


def _private() -> Forbidden:
    return Forbidden(
        _("This address leads into a private network. An administrator can allow it with PASSERELLE_OUTGOING_HOSTS.")
    )


class _Watched(HTTPAdapter):
    """Keeps a handle on each socket it opens, so that the deadline can end the exchange wherever it is."""

    def __init__(self, **kwargs: Any) -> None:
        self.sockets: list[socket.socket] = []
        super().__init__(**kwargs)

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        sockets = self.sockets
        plain: Any = pool.ConnectionCls

        class Connection(plain):
            def _new_conn(self) -> socket.socket:
                opened: socket.socket = super()._new_conn()
                sockets.append(opened.dup())
                return opened

        pool.ConnectionCls = Connection
        return pool

    def cut(self) -> None:
        for opened in self.sockets:
            try:
                opened.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # it has ended by itself

    def close(self) -> None:
        super().close()
        for opened in self.sockets:
            opened.close()


class _Pinned(_Watched, IPFilterAdapter):
    """requests-hardened resolves, checks and connects to what it checked; this checks a little more."""

    def build_connection_pool_key_attributes(self, *args: Any, **kwargs: Any) -> Any:
        try:
            host, pool = super().build_connection_pool_key_attributes(*args, **kwargs)
        except requests.RequestException as error:
            if type(error).__name__ == "InvalidIPAddress":
                raise _private() from error
            raise
        self.check(str(host["host"]).strip("[]"))
        return host, pool

    @staticmethod
    def check(text: str) -> None:
        """Raise Forbidden unless this numeric address is public."""
        from requests_hardened.ip_filter import InvalidIPAddress, get_ip_address

        try:
            found, _port = get_ip_address(text.partition("%")[0], 0, allow_loopback=False)
        except InvalidIPAddress as error:
            raise _private() from error
        check_address(str(found))


def _adapter(parts: Url, internal: Collection[Place]) -> _Watched:
    if _declared(parts, internal):
        return _Watched()
    return _Pinned(is_https_proto=parts.scheme == "https")


@contextmanager
def _until(seconds: float, adapter: _Watched) -> Iterator[float]:
    """End the exchange after so many seconds; gives the moment on the monotonic clock."""
    timer = threading.Timer(seconds, adapter.cut)
    timer.daemon = True
    timer.start()
    try:
        yield time.monotonic() + seconds
    finally:
        timer.cancel()
        adapter.close()


def _read(answer: requests.Response, most: int, ends_at: float) -> tuple[bytes, bool]:
    """At most `most` bytes of the body, decompressed, and whether that is all. Raises Unreachable past the deadline."""
    content = bytearray()
    for chunk in answer.iter_content(CHUNK):
        if time.monotonic() > ends_at:
            raise Unreachable("it took too long")
        content += chunk
        if len(content) > most:
            return bytes(content[:most]), False
    if time.monotonic() > ends_at:
        raise Unreachable("it took too long")
    return bytes(content), True
