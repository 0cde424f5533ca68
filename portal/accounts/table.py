"""The role × verb table as a page reads it: its columns, its groups of rows."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.accounts.doors import CALLERS, OWN, PUBLIC, SIGNED_IN, Door, Told, doors, routes, told
from portal.people.models import Deputy, Membership, OrganisationRole, Role, User
from portal.people.rights import VERBS, Reach, organisation_roles

# The first word of a verb says what it is about.
GROUPS: tuple[tuple[Promise, tuple[str, ...]], ...] = (
    (
        _("The organisation"),
        (
            "people",
            "signin",
            "team",
            "deputy",
            "service",
            "site",
            "environment",
            "server",
            "identity",
            "criteria",
            "job",
            "view",
            "channel",
        ),
    ),
    (
        _("Use cases"),
        (
            *("usecase", "stage", "template", "iteration", "problem", "review", "stage_limit", "portfolio", "steering"),
            *("lesson", "journal", "comment"),
        ),
    ),
    (_("KPIs & ROI"), ("kpi", "roi", "rate")),
    (_("Runs"), ("experiment", "run")),
    (_("Gates"), ("gate",)),
    (_("Releases and deployments"), ("release", "deployment")),
    (_("Monitoring"), ("series", "check", "customers", "incident")),
)


@dataclass(frozen=True, slots=True)
class Column:
    """A role; `mine` when the reader plays it somewhere."""

    label: Promise | str
    mine: bool


REACHES: dict[Reach, Promise] = {
    Reach.TEAM: _("no"),
    Reach.PLACE: _("where it reaches"),
    Reach.ANYWHERE: _("yes"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A verb and, per column in order, whether the role may; how a limited role counts; whether a service may."""

    label: Promise
    cells: tuple[bool, ...]
    limited: Promise
    signs: bool


@dataclass(frozen=True, slots=True)
class Mine:
    """What the reader has in teams: their roles with limits, and whose they have as deputy now."""

    memberships: list[Membership]
    deputies: list[Deputy]


def mine(reader: User) -> Mine:
    """The reader's own (two queries)."""
    own = reader.memberships.select_related("team", "site", "environment")
    lent = Deputy.objects.at(clock.now()).filter(deputy=reader)
    return Mine(list(own), list(lent.select_related("team", "member", "site", "environment")))


def columns(reader: User, has: Mine) -> list[Column]:
    """The team roles, then the organisation roles (one query)."""
    played = {one.role for one in has.memberships} | {one.role for one in has.deputies} | organisation_roles(reader)
    return [Column(role.label, role.value in played) for role in (*Role, *OrganisationRole)]


def groups() -> list[tuple[Promise, list[Row]]]:
    """Every verb once, by what it is about; a verb about something new raises KeyError."""
    title_of = {subject: title for title, subjects in GROUPS for subject in subjects}
    found: dict[Promise, list[Row]] = {title: [] for title, _subjects in GROUPS}
    for code, verb in VERBS.items():
        cells = (*(role in verb.roles for role in Role), *(role in verb.organisation for role in OrganisationRole))
        found[title_of[code.partition(".")[0]]].append(Row(verb.label, cells, REACHES[verb.reach], verb.signs))
    return list(found.items())


# --- the same decided door by door -----------------------------------------------------------------------------------
ANSWERS: dict[Told, Promise] = {
    Told.YES: _("yes"),
    Told.NO: _("refused"),
    Told.HIDDEN: _("not found"),
    Told.SIGN_IN: _("sign in"),
}
ASKED: dict[str, Promise] = {
    PUBLIC: _("Anybody"),
    SIGNED_IN: _("Anybody who is signed in"),
    OWN: _("Whose it is"),
}


@dataclass(frozen=True, slots=True)
class DoorRow:
    """An address with some of its methods: the right it asks, the scopes of a token, what each caller is told."""

    address: str
    methods: str
    right: str
    scopes: str
    cells: tuple[Promise, ...]


def door_rows(q: str) -> list[DoorRow]:
    """The lines of the permission matrix whose address or right holds `q`, in its order; no query."""
    rows = [_door_row(door) for door in doors()]
    wanted = q.casefold()
    return [row for row in rows if wanted in f"{row.address} {row.right}".casefold()]


def _door_row(door: Door) -> DoorRow:
    asked = [str(ASKED[name] if name in ASKED else VERBS[name].label) for name in door.needs.split("|")]
    return DoorRow(
        address=routes().get(door.route, door.route),
        methods=", ".join(door.methods),
        right=" · ".join(asked),
        scopes=", ".join(door.scopes),
        cells=tuple(ANSWERS[told(door, caller)] for caller in CALLERS),
    )
