"""On which days points came from which site: told by what takes points in, read by what asks for production flows."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection

from usecases.catalog.models import UseCase

# What comes from a well comes from its field and its country, too.
NOTE = """
WITH RECURSIVE told AS (
    SELECT * FROM unnest(%s::bigint[], %s::date[], %s::timestamptz[], %s::timestamptz[])
        AS told (site_id, day, first_at, last_at)
), above AS (
    SELECT id AS site_id, id AS place, parent_id FROM usecases_site WHERE id IN (SELECT site_id FROM told)
    UNION ALL
    SELECT above.site_id, site.id, site.parent_id FROM above JOIN usecases_site site ON site.id = above.parent_id
)
INSERT INTO usecases_arrival AS known (use_case_id, site_id, day, first_at, last_at)
SELECT %s, above.place, told.day, min(told.first_at), max(told.last_at)
FROM told JOIN above USING (site_id) GROUP BY above.place, told.day ORDER BY above.place, told.day
ON CONFLICT (use_case_id, site_id, day) DO UPDATE
    SET first_at = LEAST(known.first_at, EXCLUDED.first_at), last_at = GREATEST(known.last_at, EXCLUDED.last_at)
    WHERE EXCLUDED.first_at < known.first_at OR EXCLUDED.last_at > known.last_at
"""


class Span(NamedTuple):
    """The moments of the first and the last point of a site on a day (UTC)."""

    site_id: int
    day: date
    first_at: datetime
    last_at: datetime


def note(use_case: UseCase, spans: Iterable[Span]) -> None:
    """Remember that points came from these sites, and so from those above them. One statement; can run twice.

    Rows are taken in the order of their key, so that two batches at once do not wait for each other in a circle.
    """
    columns = list(zip(*spans, strict=True))
    if columns:
        with connection.cursor() as cursor:
            cursor.execute(NOTE, [*(list(column) for column in columns), use_case.pk])
