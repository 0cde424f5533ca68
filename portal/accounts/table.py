"""The role × verb table as a page reads it: its columns, its groups of rows."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.people.models import OrganisationRole, Role, User
from portal.people.rights import VERBS, organisation_roles

# The first word of a verb says what it is about.
GROUPS: tuple[tuple[Promise, tuple[str, ...]], ...] = (
    (
        _("The organisation"),
        ("people", "signin", "team", "site", "environment", "server", "identity", "criteria", "job", "view", "channel"),
    ),
    (_("Use cases"), ("usecase", "journal")),
    (_("KPIs"), ("kpi",)),
    (_("Runs"), ("experiment", "run")),
    (_("Gates"), ("gate",)),
    (_("Releases and deployments"), ("release", "deployment")),
    (_("Monitoring"), ("series", "check", "incident")),
)


@dataclass(frozen=True, slots=True)
class Column:
    """A role; `mine` when the reader plays it somewhere."""

    label: Promise | str
    mine: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A verb and, per column in order, whether the role may."""

    label: Promise
    cells: tuple[bool, ...]


def columns(reader: User) -> list[Column]:
    """The team roles, then the organisation roles (two queries)."""
    played = set(reader.memberships.values_list("role", flat=True)) | organisation_roles(reader)
    return [Column(role.label, role.value in played) for role in (*Role, *OrganisationRole)]


def groups() -> list[tuple[Promise, list[Row]]]:
    """Every verb once, by what it is about; a verb about something new raises KeyError."""
    title_of = {subject: title for title, subjects in GROUPS for subject in subjects}
    found: dict[Promise, list[Row]] = {title: [] for title, _subjects in GROUPS}
    for code, verb in VERBS.items():
        cells = (*(role in verb.roles for role in Role), *(role in verb.organisation for role in OrganisationRole))
        found[title_of[code.partition(".")[0]]].append(Row(verb.label, cells))
    return list(found.items())
