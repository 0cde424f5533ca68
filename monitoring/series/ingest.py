"""Checked points written: all of a batch or nothing, and a batch once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.db import connection
from django.utils.translation import gettext_lazy as _

from monitoring.series import points
from monitoring.series.models import Batch
from monitoring.series.payload import EPOCH, MICROSECOND, Points, SeriesIn, note, refusal
from portal import clock
from portal.errors import Problem, Refused, Sentence
from portal.people.models import User
from portal.records import new_uid
from usecases.catalog.models import UseCase
from usecases.iterations import arrivals

if TYPE_CHECKING:
    from monitoring.series.points import Ints

KEY_LENGTH = 100
_DAY = timedelta(days=1) // MICROSECOND


class KeyReused(Refused):
    """The same idempotency key came with another body: 422."""

    status = 422


def claim(use_case: UseCase, key: str, digest: str, *, by: User) -> tuple[Batch, bool]:
    """The row of this batch, and whether it is new. The second of two at once waits here for the first.

    Raises KeyReused when the key is known with another digest. Call it inside the transaction of the batch.
    """
    batch = Batch(use_case=use_case, key=key or f"batch-{new_uid()}", digest=digest, by=by)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO monitoring_batch"
            " (uid, occurred_at, is_demo, use_case_id, key, digest, points, changed, series_created, by_id)"
            " VALUES (%s, %s, %s, %s, %s, %s, 0, 0, 0, %s) ON CONFLICT (use_case_id, key) DO NOTHING RETURNING id",
            [batch.uid, batch.occurred_at, batch.is_demo, use_case.pk, batch.key, digest, by.pk],
        )
        row = cursor.fetchone()
    if row is not None:
        batch.pk = row[0]
        batch._state.adding = False
        return batch, True
    known = Batch.objects.get(use_case=use_case, key=batch.key)
    if known.digest != digest:
        raise KeyReused(_("This idempotency key was used for other points. A key belongs to one body."))
    return known, False


def write(use_case: UseCase, batch: Batch, told: Points) -> Batch:
    """Create the series that are missing, upsert the points, keep the counts on the batch. Raises BadInput."""
    import numpy as np

    numbers, places, batch.series_created = _resolve(use_case, told.series)
    ids = np.array(numbers, dtype=np.int64)
    batch.points = len(told.ts)
    batch.changed = points.upsert(points.Sorted.of(ids[told.index], told.ts, told.value))
    batch.save(update_fields=["points", "changed", "series_created"])
    arrivals.note(use_case, _spans(np.array(places, dtype=np.int64)[told.index], told.ts))
    return batch


def _spans(places: Ints, ts: Ints) -> list[arrivals.Span]:
    """The first and the last moment of each site (int64[n] ids, 0: none) and day of these points (int64[n] µs)."""
    import numpy as np

    places, ts = places[places > 0], ts[places > 0]
    if not len(ts):
        return []
    days = ts // _DAY
    order = np.lexsort((ts, days, places))
    places, days, ts = places[order], days[order], ts[order]
    starts = np.flatnonzero(np.append(True, (places[1:] != places[:-1]) | (days[1:] != days[:-1])))
    ends = np.append(starts[1:], len(ts)) - 1
    columns = zip(places[starts].tolist(), ts[starts].tolist(), ts[ends].tolist(), strict=True)
    return [
        arrivals.Span(place, (first := EPOCH + begin * MICROSECOND).date(), first, EPOCH + end * MICROSECOND)
        for place, begin, end in columns
    ]


def _resolve(use_case: UseCase, refs: Sequence[SeriesIn]) -> tuple[list[int], list[int], int]:
    """The id of each series, that of its site (0: none), and how many series were created."""
    sites: dict[str | None, int | None] = {None: None}
    if any(ref.site for ref in refs):
        sites.update(use_case.sites.values_list("slug", "pk"))
    known = _known(use_case, refs)
    missing: dict[Key, SeriesIn] = {}
    problems: list[Problem] = []
    # A kind said once in the batch is enough.
    for place, ref in sorted(enumerate(refs), key=lambda one: not one[1].kind):
        if ref.site not in sites:
            sentence = _("“%(site)s” is not a site of this use case.") % {"site": ref.site}
            note(problems, Problem(f"series[{place}]", sentence))
            continue
        key = (ref.name, sites[ref.site])
        wrong = _unfit(ref, known.get(key) or missing.get(key))
        if wrong is not None:
            note(problems, Problem(f"series[{place}]", wrong))
        elif key not in known:
            missing.setdefault(key, ref)
    if problems:
        raise refusal(problems)
    created = 0
    if missing:
        created = _create(use_case, missing)
        known = _known(use_case, refs)
    return [known[ref.name, sites[ref.site]].pk for ref in refs], [sites[ref.site] or 0 for ref in refs], created


Key = tuple[str, int | None]


class _Known(NamedTuple):
    pk: int
    kind: str
    unit: str


def _known(use_case: UseCase, refs: Sequence[SeriesIn]) -> dict[Key, _Known]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, site_id, id, kind, unit FROM monitoring_series WHERE use_case_id = %s AND name = ANY(%s)",
            [use_case.pk, list({ref.name for ref in refs})],
        )
        return {(name, site): _Known(*rest) for name, site, *rest in cursor.fetchall()}


def _create(use_case: UseCase, missing: dict[Key, SeriesIn]) -> int:
    """Insert series by the thousand; returns how many nobody else created meanwhile."""
    # In the order of their names: two batches at once that create the same series do not wait in a circle.
    keys = sorted(missing, key=lambda key: (key[0], key[1] or 0))
    refs = [missing[key] for key in keys]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO monitoring_series (use_case_id, occurred_at, is_demo, uid, site_id, name, kind, unit)"
            " SELECT %s, %s, %s, * FROM unnest(%s::uuid[], %s::bigint[], %s::text[], %s::text[], %s::text[])"
            " ON CONFLICT DO NOTHING",
            [
                *(use_case.pk, clock.now(), clock.is_story()),
                *([str(new_uid()) for _key in keys], [site for _name, site in keys]),
                *([ref.name for ref in refs], [ref.kind for ref in refs], [ref.unit for ref in refs]),
            ],
        )
        return int(cursor.rowcount)


def _unfit(ref: SeriesIn, found: _Known | SeriesIn | None) -> Sentence | None:
    if found is None:
        return None if ref.kind else _("“%(name)s” is new: say its kind.") % {"name": ref.name}
    if ref.kind and ref.kind != found.kind:
        return _("“%(name)s” is a series of kind “%(kind)s”.") % {"name": ref.name, "kind": found.kind}
    if ref.unit and ref.unit != found.unit:
        return _("“%(name)s” is in “%(unit)s”.") % {"name": ref.name, "unit": found.unit or "–"}
    return None
