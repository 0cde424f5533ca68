"""The permission matrix: what every route and method asks, read from `portal/doors.txt`, and what each role is told.

The suite walks all of it as everybody, and the page of rights shows it: both read this module.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache
from itertools import chain
from pathlib import Path

from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.people.models import OrganisationRole, Role
from portal.people.rights import VERBS, Reach, Verb

FILE = Path(__file__).resolve().parent.parent / "doors.txt"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PUBLIC, SIGNED_IN, OWN = "public", "signed-in", "own"
# What a door hangs on; "demo": nothing unless the demo is on; "nothing": what no address matched.
ON = frozenset({"use-case", "place", "site", "team", "any-team", "organisation", "person", "demo", "nothing"})
# Where sharing a use case shows something.
OF_USE_CASE = frozenset({"use-case", "place", "site"})
# Where the limits of a role count.
LIMITED_ON = frozenset({"place", "site"})
# What strangers do not know exists.
HIDDEN_ON = frozenset({"use-case", "place", "site", "team"})


class Told(Enum):
    """What somebody is told at a door."""

    YES = "yes"
    NO = "no"  # 403: they may know that it exists
    HIDDEN = "hidden"  # 404
    SIGN_IN = "sign-in"  # the sign-in page, or 401 on the API


@dataclass(frozen=True, slots=True)
class Door:
    """A route, some of its methods, and what they ask."""

    route: str
    methods: tuple[str, ...]
    needs: str
    on: str
    scopes: tuple[str, ...] = ()

    @property
    def is_api(self) -> bool:
        """Whether a token opens it."""
        return bool(self.scopes)

    @property
    def verb(self) -> Verb | None:
        """The verb it asks; None for what hangs on no verb."""
        name = self.needs.rpartition("|")[2]
        return VERBS.get(name)


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who asks: a role in the team that owns the thing, or in the organisation, or neither."""

    name: str
    label: Promise | str
    role: Role | None = None
    organisation: OrganisationRole | None = None
    signed_in: bool = True
    # Whether the use case is shared with the whole organisation.
    shared: bool = False
    # What they are in a team of their own.
    elsewhere: Role | None = None
    # Whether the role is limited to a site or an environment; `reaches`: the doors where it is to those of the thing.
    limited: bool = False
    reaches: frozenset[str] = frozenset()
    # Whether it is a token of a service: of the API only, and it commits nobody.
    service: bool = False

    def has(self, verb: Verb, on: str = "") -> bool:
        """Whether the role × verb table says yes, in the team that owns the thing, at a door on this."""
        if self.service and verb.signs:
            return False
        if self.role not in verb.roles or (self.limited and verb.reach is Reach.TEAM):
            return self.organisation in verb.organisation
        return not self.limited or on in self.reaches or verb.reach is Reach.ANYWHERE or on not in LIMITED_ON

    def sees(self, door: Door) -> bool:
        """Whether they may know that the thing behind this door exists."""
        return self.has(VERBS["usecase.view"]) or (self.shared and door.on in OF_USE_CASE)


CALLERS: tuple[Caller, ...] = (
    Caller("nobody", _("Not signed in"), signed_in=False),
    Caller("stranger", _("Another team"), elsewhere=Role.DATA),
    Caller("reader", _("Another team, shared use case"), shared=True, elsewhere=Role.DATA),
    *(Caller(role.value, role.label, role=role) for role in Role),
    Caller(
        "it-here",
        _("IT, limited to this site and environment"),
        role=Role.IT,
        limited=True,
        reaches=frozenset({"place"}),
    ),
    Caller("it-below", _("IT, limited to this site"), role=Role.IT, limited=True, reaches=LIMITED_ON),
    Caller("it-site", _("IT, limited to another site"), role=Role.IT, limited=True),
    Caller("it-environment", _("IT, limited to another environment"), role=Role.IT, limited=True),
    Caller("deputy", _("Deputy of IT"), role=Role.IT),
    Caller("former-deputy", _("Deputy of IT, until yesterday"), elsewhere=Role.DATA),
    *(Caller(role.value, role.label, organisation=role) for role in OrganisationRole),
    Caller("service", _("Service token, data science"), role=Role.DATA, service=True),
)


def told(door: Door, caller: Caller) -> Told:
    """What this caller is told, by the role × verb table alone."""
    if door.needs == PUBLIC:
        return Told.YES
    if not caller.signed_in or (caller.service and not door.is_api):
        return Told.SIGN_IN
    if door.needs == SIGNED_IN or (door.verb and caller.has(door.verb, door.on)):
        return Told.YES
    if door.on == "any-team" and door.verb and caller.elsewhere in door.verb.roles:
        return Told.YES
    if door.needs.startswith(OWN) and door.on == "person":
        return Told.HIDDEN
    if door.on in HIDDEN_ON and not caller.sees(door):
        return Told.HIDDEN
    # A shared use case is read by everybody, and written by nobody more.
    return Told.YES if door.needs == "usecase.view" and caller.sees(door) else Told.NO


@cache
def doors() -> tuple[Door, ...]:
    """Every line of the file, in order. Raises ValueError, with the line, for one that says something unknown."""
    found = []
    for number, line in enumerate(FILE.read_text().splitlines(), start=1):
        if line.strip() and not line.startswith("#"):
            found.append(_door(line, number))
    return tuple(found)


@cache
def routes() -> dict[str, str]:
    """Every named route of the portal → its address, as "/use-cases/<slug>/"."""
    return dict(_routes(get_resolver("portal.urls"), "", "/"))


def _door(line: str, number: int) -> Door:
    route, methods, needs, on, scopes = [*line.split(), ""][:5]
    door = Door(route, tuple(methods.split(",")), needs, on, tuple(filter(None, scopes.split(","))))
    known = chain(VERBS, (PUBLIC, SIGNED_IN, OWN))
    if on not in ON or not set(door.methods) <= set(METHODS) or not set(needs.split("|")) <= set(known):
        raise ValueError(f"{FILE.name}, line {number}: {line}")
    return door


def _routes(resolver: URLResolver, namespace: str, path: str) -> Iterator[tuple[str, str]]:
    for pattern in resolver.url_patterns:
        below = path + str(pattern.pattern).lstrip("^")
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace, below)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", below
