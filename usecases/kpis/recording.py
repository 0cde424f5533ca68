"""How rows of measurements are kept: what is new, what replaces a provisional one, and what it said before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import Problem
from portal.people.models import User
from usecases.catalog.models import UseCase
from usecases.kpis import rows as reading
from usecases.kpis.models import KPI, Cadence, Figures, Measurement, MeasurementRevision, MeasurementStatus

PERIOD_OF = {Cadence.WEEK.value: reading.week_end, Cadence.MONTH.value: reading.month_end}
# What a state consists of: what was measured, and where it came from.
STATE = tuple(
    field.name for field in Figures._meta.get_fields() if isinstance(field, models.Field) and field.name != "uid"
)
REPLACED = (
    *reading.FACTS,
    "source",
    "recorded_by",
    "occurred_at",
    "status",
    "validated_by",
    "validated_at",
    "rejection",
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many measurements were new, how many replaced a provisional one, how many said nothing new."""

    recorded: int
    updated: int
    unchanged: int


def read(kpi: KPI, rows: Sequence[Mapping[str, Any]], lines: Sequence[int]) -> list[reading.Row]:
    """The rows as this KPI reads them. Raises BadInput, line by line."""
    return reading.read(
        rows,
        lines,
        period_of=PERIOD_OF[kpi.cadence],
        sites=_sites(kpi.use_case),
        today=timezone.localdate(clock.now(), timezone.get_default_timezone()),
        scale=kpi.scale,
    )


def keep(
    kpi: KPI, read: Sequence[reading.Row], lines: Sequence[int], *, by: User, source: str
) -> tuple[Recorded, list[dict[str, Any]]]:
    """Write what is new or different; returns the counts and what was replaced. Raises BadInput, line by line."""
    around = Measurement.objects.select_for_update(of=("self",)).filter(
        kpi=kpi,
        period_start__lt=max(row.period_end for row in read),
        period_end__gt=min(row.period_start for row in read),
    )
    known = {(one.site_id, one.period_start): one for one in around}
    problems = _validated_already(read, lines, known) + _overlaps(read, lines, known.values())
    if problems:
        raise reading.refusal(problems)
    new: list[Measurement] = []
    corrected: list[tuple[Measurement, reading.Row]] = []
    for row in read:
        there = known.get(row.key)
        if there is None:
            facts = {name: getattr(row, name) for name in reading.FACTS}
            key = {"kpi": kpi, "site_id": row.site_id, "period_start": row.period_start}
            new.append(Measurement(**key, source=source, recorded_by=by, **facts))
        elif not same(there, row) or there.status == MeasurementStatus.REJECTED:
            corrected.append((there, row))
    replaced = [
        {"period": f"{there.period_start:%Y-%m-%d}", "site": there.site_id, "value": there.value}
        for there, _row in corrected
    ]
    Measurement.objects.bulk_create(new, batch_size=1000)
    replace(corrected, by=by, source=source, reason="")
    return Recorded(len(new), len(corrected), len(read) - len(new) - len(corrected)), replaced


def replace(corrected: Sequence[tuple[Measurement, reading.Row]], *, by: User, source: str, reason: str) -> None:
    """Keep what each measurement said until now, and let it say what its row says: provisional again."""
    at = clock.now()
    revise([there for there, _row in corrected], by=by, reason=reason)
    for there, row in corrected:
        for name in reading.FACTS:
            setattr(there, name, getattr(row, name))
        there.source, there.recorded_by, there.occurred_at = source, by, at
        there.status, there.rejection = MeasurementStatus.PROVISIONAL, ""
        there.validated_by, there.validated_at = None, None
    Measurement.objects.bulk_update([there for there, _row in corrected], REPLACED, batch_size=500)


def revise(measurements: Sequence[Measurement], *, by: User, reason: str) -> None:
    """Keep the state these measurements are in, as it ends now."""
    at = clock.now()
    MeasurementRevision.objects.bulk_create(
        [
            MeasurementRevision(
                measurement=one,
                replaced_at=at,
                replaced_by=by,
                reason=reason,
                **{name: getattr(one, name) for name in STATE if name != "recorded_at"},
            )
            for one in measurements
        ],
        batch_size=500,
    )


def same(there: Measurement, row: reading.Row) -> bool:
    """Whether the row says nothing new."""
    return all(getattr(there, name) == getattr(row, name) for name in reading.FACTS)


def _sites(use_case: UseCase) -> dict[str, int]:
    """The sites served, by lower-case name and slug; a slug wins over another site's name."""
    served = list(use_case.sites.values_list("pk", "name", "slug"))
    names = {name.lower(): pk for pk, name, slug in served}
    return names | {slug: pk for pk, name, slug in served}


def _validated_already(
    read: Sequence[reading.Row], lines: Sequence[int], known: Mapping[tuple[int | None, date], Measurement]
) -> list[Problem]:
    sentence = _("This period was validated by the business, with another value: correct it on its own, with a reason.")
    return [
        Problem("period_start", sentence, line)
        for line, row in zip(lines, read, strict=True)
        if (there := known.get(row.key)) and there.status == MeasurementStatus.VALIDATED and not same(there, row)
    ]


def _overlaps(read: Sequence[reading.Row], lines: Sequence[int], known: Iterable[Measurement]) -> list[Problem]:
    """Periods of one site must follow each other; a row replaces the one that begins on the same day."""
    line_of = {row.key: line for row, line in zip(read, lines, strict=True)}
    periods = [(row.site_id, row.period_start, row.period_end) for row in read]
    periods += [
        (one.site_id, one.period_start, one.period_end)
        for one in known
        if (one.site_id, one.period_start) not in line_of
    ]
    periods.sort(key=lambda period: (period[0] or 0, period[1]))
    problems = []
    for before, after in pairwise(periods):
        if before[0] != after[0] or after[1] >= before[2]:
            continue
        line = line_of.get(after[:2]) or line_of.get(before[:2])
        other = before if after[:2] in line_of else after
        sentence = _("This period overlaps the one from %(start)s to %(end)s (not included).")
        if line is not None:
            problems.append(Problem("period_start", sentence % {"start": other[1], "end": other[2]}, line))
    return problems
