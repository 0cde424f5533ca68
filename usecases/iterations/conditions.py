"""Where an iteration was really tried: live at a site, in production, while points came from there. Never typed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal import clock
from portal.registry import Tone
from portal.ui import wording
from usecases.catalog.models import Site
from usecases.iterations.models import Iteration

# From the first day (in the organisation's zone) to the closing. Of each day the first and the last point are known:
# a day counts when one of the two came while a model was live there.
CONDITIONS = """
WITH asked AS (
    SELECT id, use_case_id, starts_on::timestamp AT TIME ZONE %(zone)s AS opened,
        LEAST(CASE WHEN status = 'closed' THEN status_since END, %(as_of)s) AS closed
    FROM usecases_iteration WHERE id = ANY(%(ids)s)
), chosen AS (
    SELECT iteration_id, site_id FROM usecases_iteration_sites
    WHERE iteration_id = ANY(%(ids)s) AND %(sites)s::bigint[] IS NULL
    UNION ALL SELECT asked.id, unnest(%(sites)s::bigint[]) FROM asked
), live AS (
    SELECT asked.id, asked.use_case_id, target.site_id, release.number,
        GREATEST(asked.opened, one.live_from) AS since, LEAST(asked.closed, one.live_until) AS until
    FROM asked
    JOIN chosen ON chosen.iteration_id = asked.id
    JOIN usecases_target target ON target.use_case_id = asked.use_case_id AND target.site_id = chosen.site_id
    JOIN usecases_environment environment ON environment.id = target.environment_id AND environment.is_production
    JOIN usecases_deployment one ON one.target_id = target.id AND one.live_from < asked.closed
        AND (one.live_until IS NULL OR one.live_until > asked.opened)
    JOIN usecases_release release ON release.id = one.release_id AND release.kind = 'model'
)
SELECT chosen.iteration_id, site.name, site.slug, min(live.since), array_agg(DISTINCT live.number ORDER BY live.number)
    FILTER (WHERE live.number IS NOT NULL), count(DISTINCT come.day), min(come.day), max(come.day)
FROM chosen
JOIN usecases_site site ON site.id = chosen.site_id
LEFT JOIN live ON live.id = chosen.iteration_id AND live.site_id = chosen.site_id
LEFT JOIN usecases_arrival come ON come.use_case_id = live.use_case_id AND come.site_id = live.site_id
    AND ((come.first_at >= live.since AND come.first_at <= live.until)
        OR (come.last_at >= live.since AND come.last_at <= live.until))
GROUP BY chosen.iteration_id, site.id ORDER BY chosen.iteration_id, site.name
"""


@dataclass(frozen=True, slots=True)
class AtSite:
    """An iteration at one of its sites: since when a model was live there, which releases, on how many days points."""

    name: str
    slug: str
    live_since: datetime | None
    releases: tuple[int, ...]
    days: int
    first_day: date | None
    last_day: date | None

    @property
    def on_flows(self) -> bool:
        """Live, and points came while it was."""
        return self.days > 0

    @property
    def tone(self) -> Tone:
        """How it is coloured."""
        return "ok" if self.on_flows else "warn" if self.live_since else "unk"

    @property
    def state(self) -> str:
        """The state in a few words."""
        if self.on_flows:
            return _("Live on production flows")
        return _("Live, no points yet") if self.live_since else _("Not live")

    @property
    def sentence(self) -> str:
        """What is known of this site, with days and releases."""
        if self.live_since is None:
            return _("%(site)s: no model was live there in production.") % {"site": self.name}
        facts = {
            "site": self.name,
            "releases": ", ".join(f"#{number}" for number in self.releases),
            "since": wording.day(self.live_since),
            "days": self.days,
        }
        if not self.on_flows:
            return _("%(site)s: release %(releases)s live since %(since)s, and no point came from there.") % facts
        said = ngettext(
            "%(site)s: release %(releases)s live since %(since)s, points on %(days)s day.",
            "%(site)s: release %(releases)s live since %(since)s, points on %(days)s days.",
            self.days,
        )
        return said % facts


def conditions(
    iterations: Iterable[Iteration], as_of: datetime | None = None, sites: Sequence[Site] | None = None
) -> dict[int, list[AtSite]]:
    """The sites of each iteration, by its primary key, with what is known of each; `sites` in place of theirs.

    One query.
    """
    ids = [one.pk for one in iterations]
    found: dict[int, list[AtSite]] = {pk: [] for pk in ids}
    if not ids:
        return found
    with connection.cursor() as cursor:
        told = {"ids": ids, "as_of": as_of or clock.now(), "zone": settings.TIME_ZONE}
        told["sites"] = None if sites is None else [site.pk for site in sites]
        cursor.execute(CONDITIONS, told)
        for pk, name, slug, since, releases, number, first, last in cursor.fetchall():
            found[pk].append(AtSite(name, slug, since, tuple(releases or ()), number, first, last))
    return found
