"""Who holds which role where, now or on any day: what memberships, grants and deputies say together."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import JSONField
from django.db.models.expressions import RawSQL

from portal.people.models import Deputy, OrganisationRole, Team, Tenure, User


@dataclass(frozen=True, slots=True)
class Place:
    """Where something happens: keys of a site and of an environment, and how they are called."""

    site: int | None = None
    environment: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Holder:
    """A person who holds a role: since when, until when, within which limits, and for whom when as a deputy."""

    person: User
    role: str
    limits: str
    since: datetime
    until: datetime | None
    stands_for: User | None = None


def in_team(
    team: Team, roles: Collection[str], moment: datetime, at: Place | Collection[Place] | None = None
) -> list[Holder]:
    """Who held one of these roles in a team at a moment, by name; with `at`, only roles that reach one of these places.

    A person comes once per role held. An auditor holds no other role. Two queries, whatever the number of people.
    """
    held = Tenure.objects.at(moment).filter(team=team, role__in=roles)
    lent = Deputy.objects.at(moment).filter(team=team, role__in=roles)
    if at is not None:
        places = {(one.site, one.environment) for one in ([at] if isinstance(at, Place) else at)}
        held, lent = held.reaching_any(places), lent.reaching_any(places)
    auditors = Tenure.objects.at(moment).filter(organisation_role=OrganisationRole.AUDITOR).values("user")
    own = held.exclude(user__in=auditors).select_related("user", "site", "environment")
    others = lent.exclude(deputy__in=auditors).select_related("deputy", "member", "site", "environment")
    found = [Holder(one.user, one.get_role_display(), one.limits, one.since, one.until) for one in own]
    found += [
        Holder(one.deputy, one.get_role_display(), one.limits, one.since, one.until, one.member) for one in others
    ]
    return sorted(found, key=_by_name)


def in_organisation(roles: Collection[str], moment: datetime) -> list[Holder]:
    """Who held one of these roles of the organisation at a moment, by name (one query)."""
    held = Tenure.objects.at(moment).filter(team=None, organisation_role__in=roles).select_related("user")
    return sorted((Holder(one.user, one.role_label, "", one.since, one.until) for one in held), key=_by_name)


def people(
    team: Team, roles: Iterable[str], moment: datetime, at: Place | Collection[Place] | None = None
) -> list[User]:
    """The same people, each once."""
    return list({holder.person.pk: holder.person for holder in in_team(team, list(roles), moment, at)}.values())


Held = tuple[int | None, str, int | None, int | None, int | None]


def current(people: Sequence[int], moment: datetime) -> dict[int, list[Held]]:
    """What each of these people (keys) holds now: team, role, site, environment, and whom they stand in for.

    Without a team it is a role of the organisation. One query.
    """
    found: dict[int, list[Held]] = {}
    keys = list(people)
    with connection.cursor() as cursor:
        cursor.execute(_HELD.format(of="= ANY(%s)"), [keys, keys, moment, moment, keys])
        for person, *held in cursor.fetchall():
            found.setdefault(person, []).append(tuple(held))
    return found


def beside(moment: datetime) -> RawSQL:
    """The same in the query of people itself, as JSON: for whoever asks, it is there with their row."""
    told = "jsonb_build_array(team_id, role, site_id, environment_id, stands_for)"
    held = _HELD.format(of="= portal_user.id")
    return RawSQL(f"(SELECT jsonb_agg({told}) FROM ({held}) held)", [moment, moment], JSONField())  # noqa: S608, S611


def sites_above(site: int) -> frozenset[int]:
    """This site and those it lies in (one query, up the tree)."""
    with connection.cursor() as cursor:
        cursor.execute(_ABOVE, [site])
        return frozenset(row[0] for row in cursor.fetchall())


_HELD = """
    SELECT user_id AS person, team_id, role, site_id, environment_id, NULL::bigint AS stands_for
    FROM portal_membership WHERE user_id {of}
    UNION ALL
    SELECT deputy_id, team_id, role, site_id, environment_id, member_id
    FROM portal_deputy WHERE deputy_id {of} AND since <= %s AND until > %s
    UNION ALL
    SELECT user_id, NULL, role, NULL, NULL, NULL FROM portal_organisationgrant WHERE user_id {of}"""
_ABOVE = """
    WITH RECURSIVE above(id, parent_id) AS (
        SELECT id, parent_id FROM usecases_site WHERE id = %s
        UNION SELECT s.id, s.parent_id FROM usecases_site s JOIN above a ON s.id = a.parent_id
    ) SELECT id FROM above"""


def _by_name(holder: Holder) -> tuple[str, str, str]:
    person = holder.person
    return person.last_name.casefold(), person.first_name.casefold(), person.username
