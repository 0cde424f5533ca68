"""A role that nobody plays, or that has said and done nothing for a while, is met again later, as a delay."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.people.models import Role
from portal.registry import Finding, Signal
from usecases.catalog.models import Stage, UseCase

NEEDED = (Role.BUSINESS, Role.DATA, Role.IT)
# Nothing done in a use case for so long, by anybody of a role, is silence.
SILENT_AFTER = timedelta(days=45)
# In production, what runs well asks for little: three times as long.
SILENT_IN_PRODUCTION = 3 * SILENT_AFTER

# Of each use case and needed role: how many play it, since when, and when one of them last did something there.
ROLES = """
SELECT one.id, needed.role, count(member.user_id), min(member.occurred_at), max(acted.at)
FROM usecases_usecase one
CROSS JOIN unnest(%(roles)s::text[]) AS needed (role)
LEFT JOIN (portal_membership member JOIN portal_user person ON person.id = member.user_id AND person.is_active)
    ON member.team_id = one.team_id AND member.role = needed.role
LEFT JOIN LATERAL (
    SELECT event.occurred_at AS at FROM portal_event event
    WHERE event.use_case = one.slug AND event.actor_id = member.user_id ORDER BY event.id DESC LIMIT 1
) acted ON TRUE
WHERE one.id = ANY(%(ids)s)
GROUP BY one.id, needed.role
"""


def roles_missing_or_silent(use_cases: Sequence[UseCase]) -> Mapping[int, Finding]:
    """Those in which nobody plays business, data or IT, or in which a role was silent for too long. One query."""
    by_pk = {one.pk: one for one in use_cases}
    now, missing, silent = clock.now(), dict[int, list[str]](), dict[int, list[tuple[datetime, str]]]()
    with connection.cursor() as cursor:
        cursor.execute(ROLES, {"ids": list(by_pk), "roles": [str(role) for role in NEEDED]})
        for pk, role, number, joined, acted in cursor.fetchall():
            one = by_pk[pk]
            if not number:
                missing.setdefault(pk, []).append(role)
                continue
            # Whoever came later, or to a use case that has just begun, is given the same time.
            heard = max(moment for moment in (acted, joined, one.occurred_at) if moment is not None)
            if now - heard > (SILENT_IN_PRODUCTION if one.stage == Stage.PRODUCTION else SILENT_AFTER):
                silent.setdefault(pk, []).append((heard, role))
    found = {}
    for pk, one in by_pk.items():
        url = reverse("team", args=[one.team.slug])
        if pk in missing:
            role = next(role for role in NEEDED if role in missing[pk])
            found[pk] = Finding(f"curse.role_missing.{role}", {}, url)
        elif pk in silent:
            heard, role = min(silent[pk])
            found[pk] = Finding(f"curse.role_silent.{role}", {"days": (now - heard).days}, url, heard)
    return found


SIGNALS = [Signal("role", _("A role is missing or silent"), roles_missing_or_silent)]
WORDS = {
    "curse.raised.role": _("A signal was raised: a role is missing or silent."),
    "curse.cleared.role": _("A signal is gone: every role is there and heard."),
    "curse.role_missing.business": _("Nobody plays the business in the team: nobody can say what is worth it."),
    "curse.role_missing.business.do": _("Name somebody of the business"),
    "curse.role_missing.data": _("Nobody plays data science in the team."),
    "curse.role_missing.data.do": _("Name a data scientist"),
    "curse.role_missing.it": _("Nobody plays IT in the team: nobody can plug it in, nor run it."),
    "curse.role_missing.it.do": _("Name somebody of IT"),
    "curse.role_silent.business": _("The business has done nothing here for %(days)s days."),
    "curse.role_silent.business.do": _("Call the business"),
    "curse.role_silent.data": _("Data science has done nothing here for %(days)s days."),
    "curse.role_silent.data.do": _("Call the data scientists"),
    "curse.role_silent.it": _("IT has done nothing here for %(days)s days."),
    "curse.role_silent.it.do": _("Call IT"),
}
