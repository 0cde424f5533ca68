"""What people do with KPIs: define, correct, measure, validate."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any, TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import clock
from portal.audit import record as audit
from portal.errors import BadInput, Problem, Refused
from portal.notifications.actions import members, tell
from portal.people import rights
from portal.people.models import User
from usecases.catalog.models import UseCase
from usecases.catalog.numbering import next_number
from usecases.kpis import rows as reading
from usecases.kpis import transitions
from usecases.kpis.models import KPI, Cadence, Measurement, MeasurementStatus, Source

PERIOD_OF = {Cadence.WEEK.value: reading.week_end, Cadence.MONTH.value: reading.month_end}


class Facts(TypedDict, total=False):
    """What a KPI says. Values are in its unit; `unit_value` is money in the use case's currency."""

    name: str
    unit: str
    direction: str
    cadence: str
    proof: str
    owner: User
    baseline: float | None
    baseline_source: str
    target: float | None
    target_date: date | None
    unit_value: Decimal | None
    proxy_metric: str
    proxy_direction: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many measurements were new, how many replaced a provisional one, how many said nothing new."""

    recorded: int
    updated: int
    unchanged: int


def define_kpi(use_case: UseCase, *, by: User, **facts: Unpack[Facts]) -> KPI:
    """Add a KPI; the first of a use case is its headline. Raises BadInput with what is wrong, field by field."""
    rights.require(by, "kpi.define", use_case.team)
    with transaction.atomic():
        kpi = KPI(use_case=use_case, number=next_number(KPI, use_case), **{"owner": by, **facts})
        kpi.is_headline = not use_case.kpis.exists()
        _check(kpi)
        kpi.save()
        audit.record("kpi.defined", kpi, by=by, team=use_case.team, use_case=use_case.slug, after=_told(kpi))
    return kpi


def edit_kpi(kpi: KPI, *, by: User, **facts: Unpack[Facts]) -> KPI:
    """Change what a KPI says; the journal keeps what it said before. Raises BadInput, field by field."""
    use_case = kpi.use_case
    rights.require(by, "kpi.define", use_case.team)
    with transaction.atomic():
        # The use case first, as when a KPI is defined: two people cannot give two KPIs one name.
        UseCase.objects.select_for_update(of=("self",)).only("pk").get(pk=use_case.pk)
        kpi = KPI.objects.select_for_update(of=("self",)).select_related("use_case__team", "owner").get(pk=kpi.pk)
        before = _told(kpi)
        for name, value in facts.items():
            setattr(kpi, name, value)
        _check(kpi)
        after = _told(kpi)
        changed = [name for name in after if before[name] != after[name]]
        if not changed:
            return kpi
        kpi.save()
        audit.record(
            "kpi.edited",
            kpi,
            by=by,
            team=use_case.team,
            use_case=use_case.slug,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
            fields=", ".join(changed),
        )
    return kpi


def make_headline(kpi: KPI, *, by: User) -> None:
    """Let this KPI stand for its use case instead of another."""
    use_case = kpi.use_case
    rights.require(by, "kpi.define", use_case.team)
    with transaction.atomic():
        UseCase.objects.select_for_update(of=("self",)).only("pk").get(pk=use_case.pk)
        before = use_case.kpis.filter(is_headline=True).exclude(pk=kpi.pk).first()
        use_case.kpis.filter(is_headline=True).exclude(pk=kpi.pk).update(is_headline=False)
        if not KPI.objects.filter(pk=kpi.pk, is_headline=False).update(is_headline=True):
            raise Refused(_("This KPI is the headline already."))
        audit.record(
            "kpi.headline_moved",
            kpi,
            by=by,
            team=use_case.team,
            use_case=use_case.slug,
            before={"headline": before.name if before else None},
            after={"headline": kpi.name},
        )


def record_measurements(
    kpi: KPI, rows: Sequence[Mapping[str, Any]], *, by: User, source: Source | str, lines: Sequence[int] | None = None
) -> Recorded:
    """Keep every row or none: new ones, and corrections of provisional ones.

    A row has the keys of `rows.COLUMNS`: `period_start` (date or 2026-05-04) and `value` required; `period_end` is the
    first day after the period (a full week or month when left out); `site` a name or slug of a site served, none for
    all sites together. `lines` numbers the rows for people (1, 2… when left out). Raises BadInput, line by line.
    """
    use_case = kpi.use_case
    rights.require(by, "kpi.measure", use_case.team)
    told = list(lines) if lines is not None else list(range(1, len(rows) + 1))
    with transaction.atomic():
        # One batch at a time for a KPI, so that two cannot overlap each other.
        kpi = KPI.objects.select_for_update(of=("self",)).get(pk=kpi.pk)
        read = reading.read(
            rows,
            told,
            period_of=PERIOD_OF[kpi.cadence],
            sites=_sites(use_case),
            today=timezone.localdate(clock.now()),
        )
        around = Measurement.objects.select_for_update(of=("self",)).filter(
            kpi=kpi,
            period_start__lt=max(row.period_end for row in read),
            period_end__gt=min(row.period_start for row in read),
        )
        known = {(one.site_id, one.period_start): one for one in around}
        problems = _validated_already(read, told, known) + _overlaps(read, told, known.values())
        if problems:
            raise reading.refusal(problems)
        result, replaced = _keep(kpi, read, known, by=by, source=str(source))
        if result.recorded or result.updated:
            audit.record(
                "measurements.recorded",
                kpi,
                by=by,
                team=use_case.team,
                use_case=use_case.slug,
                before={"replaced": replaced} if replaced else None,
                recorded=result.recorded,
                updated=result.updated,
                source=str(source),
            )
            tell(
                "notice.measurements_wait",
                members(use_case.team, rights.VERBS["kpi.validate"].roles, but=by),
                url=kpi.get_absolute_url(),
                team=use_case.team,
                use_case=use_case.slug,
                data={"use_case": use_case.slug, "kpi": kpi.number},
                kpi=kpi.name,
                use_case_name=use_case.name,
            )
    return result


def validate(measurement: Measurement, *, by: User) -> None:
    """Say, for the business, that this measurement is true. Raises Refused when it is no longer the one read."""
    use_case = measurement.kpi.use_case
    rights.require(by, "kpi.validate", use_case.team)
    with transaction.atomic():
        transitions.to_validated(measurement, by=by)
        audit.record(
            "measurement.validated",
            measurement,
            by=by,
            team=use_case.team,
            use_case=use_case.slug,
            after={"value": measurement.value},
        )


def validate_all(kpi: KPI, *, by: User, seen: int | None = None) -> int:
    """Validate every provisional measurement of a KPI; returns how many.

    Raises Refused when there is none, or when there are not as many as were `seen`: what arrived since was not read.
    """
    use_case = kpi.use_case
    rights.require(by, "kpi.validate", use_case.team)
    with transaction.atomic():
        number = transitions.all_to_validated(kpi, by=by)
        if seen is not None and number != seen:
            raise Refused(_("Measurements arrived or were validated since you read the page: look at them again."))
        audit.record("measurements.validated", kpi, by=by, team=use_case.team, use_case=use_case.slug, number=number)
    return number


def _check(kpi: KPI) -> None:
    """Raise BadInput, field by field, unless this KPI can be kept."""
    wrong = {
        name: _("This is not a finite number.")
        for name, value in (("baseline", kpi.baseline), ("target", kpi.target))
        if value is not None and not math.isfinite(value)
    }
    if KPI.objects.filter(use_case=kpi.use_case, name__iexact=kpi.name).exclude(pk=kpi.pk).exists():
        wrong["name"] = _("Another KPI of this use case has this name.")
    if not kpi.use_case.team.memberships.filter(user=kpi.owner).exists():
        wrong["owner"] = _("The owner is a member of the team.")
    problems = [Problem(name, sentence) for name, sentence in wrong.items()]
    try:
        kpi.full_clean(exclude=["use_case", "owner", *wrong])
    except ValidationError as error:
        problems += [Problem(name, said) for name, sentences in error.message_dict.items() for said in sentences]
    if problems:
        raise BadInput(_("The KPI was not kept."), problems)


def _told(kpi: KPI) -> dict[str, Any]:
    """What a KPI says, as the journal keeps it."""
    told: dict[str, Any] = {}
    for name in Facts.__annotations__:
        value = getattr(kpi, name)
        told[name] = str(value) if isinstance(value, date | Decimal | User) else value
    return told


def _sites(use_case: UseCase) -> dict[str, int]:
    """The sites served, by lower-case name and slug; a slug wins over another site's name."""
    served = list(use_case.sites.values_list("pk", "name", "slug"))
    names = {name.lower(): pk for pk, name, slug in served}
    return names | {slug: pk for pk, name, slug in served}


def _validated_already(
    read: Sequence[reading.Row], lines: Sequence[int], known: Mapping[tuple[int | None, date], Measurement]
) -> list[Problem]:
    sentence = _("This period was validated by the business, with another value: it can no longer be replaced.")
    return [
        Problem("period_start", sentence, line)
        for line, row in zip(lines, read, strict=True)
        if (there := known.get(row.key)) and there.status == MeasurementStatus.VALIDATED and not _same(there, row)
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


def _keep(
    kpi: KPI,
    read: Sequence[reading.Row],
    known: Mapping[tuple[int | None, date], Measurement],
    *,
    by: User,
    source: str,
) -> tuple[Recorded, list[dict[str, Any]]]:
    """Write what is new or different; returns the counts and what the corrections replaced."""
    new: list[Measurement] = []
    corrected: list[Measurement] = []
    replaced: list[dict[str, Any]] = []
    for row in read:
        there = known.get(row.key)
        facts = {name: getattr(row, name) for name in reading.FACTS}
        if there is None:
            new.append(
                Measurement(
                    kpi=kpi,
                    site_id=row.site_id,
                    period_start=row.period_start,
                    source=source,
                    recorded_by=by,
                    **facts,
                )
            )
        elif not _same(there, row):
            replaced.append({"period": f"{there.period_start:%Y-%m-%d}", "site": there.site_id, "value": there.value})
            for name, value in facts.items():
                setattr(there, name, value)
            there.source, there.recorded_by, there.occurred_at = source, by, clock.now()
            corrected.append(there)
    Measurement.objects.bulk_create(new, batch_size=1000)
    Measurement.objects.bulk_update(corrected, [*reading.FACTS, "source", "recorded_by", "occurred_at"], batch_size=500)
    return Recorded(len(new), len(corrected), len(read) - len(new) - len(corrected)), replaced


def _same(there: Measurement, row: reading.Row) -> bool:
    return all(getattr(there, name) == getattr(row, name) for name in reading.FACTS)
