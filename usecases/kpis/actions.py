"""What people do with KPIs: define, agree, decide, measure, correct, validate, reject."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from portal.audit import record as audit
from portal.errors import BadInput, Refused
from portal.notifications.actions import members, tell
from portal.people import rights
from portal.people.models import User
from usecases.catalog.models import Site, UseCase, place_at
from usecases.catalog.numbering import next_number
from usecases.kpis import recording, transitions
from usecases.kpis.definition import Facts, check, current_version, keep_version, told
from usecases.kpis.models import (
    KPI,
    KPIAgreement,
    KPIDecision,
    KPIVersion,
    Measurement,
    MeasurementStatus,
    Rule,
    Source,
)
from usecases.kpis.recording import Recorded

MOST_WORDS = 500


def define_kpi(use_case: UseCase, *, by: User, **facts: Unpack[Facts]) -> KPI:
    """Add a KPI; the first of a use case is its headline. Raises BadInput with what is wrong, field by field."""
    rights.require(by, "kpi.define", use_case.team)
    with transaction.atomic():
        kpi = KPI(use_case=use_case, number=next_number(KPI, use_case), **{"owner": by, **facts})
        kpi.is_headline = not use_case.kpis.exists()
        check(kpi)
        kpi.save()
        keep_version(kpi, by)
        audit.record("kpi.defined", kpi, by=by, team=use_case.team, use_case=use_case.slug, after=told(kpi))
    return kpi


def edit_kpi(kpi: KPI, *, by: User, **facts: Unpack[Facts]) -> KPI:
    """Change what a KPI says: a new version of it; what it said before is kept. Raises BadInput, field by field."""
    use_case = kpi.use_case
    rights.require(by, "kpi.define", use_case.team)
    with transaction.atomic():
        # The use case first, as when a KPI is defined: two people cannot give two KPIs one name.
        UseCase.objects.select_for_update(of=("self",)).only("pk").get(pk=use_case.pk)
        kpi = KPI.objects.select_for_update(of=("self",)).select_related("use_case__team", "owner").get(pk=kpi.pk)
        current_version(kpi)
        before = told(kpi)
        for name, value in facts.items():
            setattr(kpi, name, value)
        check(kpi)
        after = told(kpi)
        changed = [name for name in after if before[name] != after[name]]
        if not changed:
            return kpi
        if not set(changed) <= {"owner"}:
            kpi.version += 1
            keep_version(kpi, by)
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
            version=kpi.version,
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


def agree(kpi: KPI, *, by: User, seen: int, about: str = "") -> KPIVersion:
    """Agree on what a KPI says now, its proxy metric included; `about` says for what ("iteration 3").

    Returns the version that was agreed on, which never changes. Agreeing twice about the same is once. Raises Refused
    when the KPI is no longer at the version `seen`.
    """
    use_case = kpi.use_case
    rights.require(by, "kpi.define", use_case.team)
    with transaction.atomic():
        kpi = KPI.objects.select_for_update(of=("self",)).select_related("use_case__team", "owner").get(pk=kpi.pk)
        if kpi.version != seen:
            raise Refused(
                _("“%(kpi)s” is at version %(now)s, and you read version %(seen)s: read it again.")
                % {"kpi": kpi, "now": kpi.version, "seen": seen}
            )
        version = current_version(kpi, by)
        _agreement, new = KPIAgreement.objects.get_or_create(version=version, about=about, by=by)
        if new:
            audit.record(
                "kpi.agreed",
                kpi,
                by=by,
                team=use_case.team,
                use_case=use_case.slug,
                version=version.number,
                about=about or "–",
            )
    return version


def decide(kpi: KPI, *, by: User, is_better: bool, evidence: str, seen: int) -> KPIDecision:
    """Sign, on stated evidence, whether a KPI is better than the system in place, where no figure can say it alone.

    Only for a KPI whose rule is a signed decision. Raises Refused when it is not, or is no longer at version `seen`;
    BadInput without evidence.
    """
    use_case = kpi.use_case
    rights.require(by, "kpi.decide", use_case.team)
    if not evidence.strip():
        raise BadInput.of(_("A decision is signed on evidence: say which."), {"evidence": _("This is required.")})
    with transaction.atomic():
        kpi = KPI.objects.select_for_update(of=("self",)).select_related("use_case__team", "owner").get(pk=kpi.pk)
        if kpi.rule != Rule.SIGNED:
            raise Refused(_("The rule of this KPI is read from its figures: nobody signs it."))
        if kpi.version != seen:
            raise Refused(
                _("“%(kpi)s” is at version %(now)s, and you read version %(seen)s: read it again.")
                % {"kpi": kpi, "now": kpi.version, "seen": seen}
            )
        current_version(kpi, by)
        decision = KPIDecision.objects.create(
            kpi=kpi, version=kpi.version, is_better=is_better, evidence=evidence.strip(), by=by
        )
        audit.record(
            "kpi.decided_better" if is_better else "kpi.decided_not_better",
            kpi,
            by=by,
            team=use_case.team,
            use_case=use_case.slug,
            after={"is_better": is_better, "evidence": decision.evidence},
            version=kpi.version,
        )
    return decision


def record_measurements(
    kpi: KPI, rows: Sequence[Mapping[str, Any]], *, by: User, source: Source | str, lines: Sequence[int] | None = None
) -> Recorded:
    """Keep every row or none: new ones, and corrections of provisional ones.

    A row has the keys of `rows.COLUMNS`: `period_start` (date or 2026-05-04) and `value` required; `period_end` is the
    first day after the period (a full week or month when left out); `site` a name or slug of a site served, none for
    all sites together. `lines` numbers the rows for people (1, 2… when left out). Raises BadInput, line by line;
    NotAllowed for a site that the role does not reach.
    """
    use_case = kpi.use_case
    rights.require(by, "kpi.measure", use_case.team)
    numbered = list(lines) if lines is not None else list(range(1, len(rows) + 1))
    with transaction.atomic():
        # One batch at a time for a KPI, so that two cannot overlap each other.
        kpi = KPI.objects.select_for_update(of=("self",)).select_related("use_case").get(pk=kpi.pk)
        read = recording.read(kpi, rows, numbered)
        places = _places(row.site_id for row in read)
        for place in places:
            rights.require(by, "kpi.measure", use_case.team, place)
        result, replaced = recording.keep(kpi, read, numbered, by=by, source=str(source))
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
            _tell_business(kpi, use_case, places, by=by)
    return result


def correct(measurement: Measurement, *, by: User, reason: str, **figures: Any) -> Measurement:
    """Replace what a measurement says, validated or not; the business validates it again, and what it said is kept.

    `figures` are columns of `rows.COLUMNS` but its site and first day; those left out are unknown from now on.
    `measurement` is as it was read. Raises BadInput, field by field; Refused when it has changed since it was read.
    """
    kpi = measurement.kpi
    use_case = kpi.use_case
    rights.require(by, "kpi.measure", use_case.team, measurement.place)
    _require_reason(reason)
    with transaction.atomic():
        KPI.objects.select_for_update(of=("self",)).only("pk").get(pk=kpi.pk)
        row = {"period_end": measurement.period_end, **figures, "period_start": measurement.period_start}
        (read,) = recording.read(kpi, [row], [1])
        held = transitions.held_as_seen(measurement)
        if held.status != MeasurementStatus.REJECTED and recording.same(held, replace(read, site_id=held.site_id)):
            raise Refused(_("This says nothing new."))
        before = {"value": held.value, "status": held.status}
        recording.replace([(held, read)], by=by, source=Source.TYPED, reason=reason.strip())
        audit.record(
            "measurement.corrected",
            held,
            by=by,
            team=use_case.team,
            use_case=use_case.slug,
            before=before,
            after={"value": held.value, "status": held.status},
            reason=reason.strip(),
        )
        _tell_business(kpi, use_case, [measurement.place], by=by)
    return held


def reject(measurement: Measurement, *, by: User, reason: str) -> None:
    """Say, for the business, that this measurement is not to be believed: it counts nowhere until it is corrected.

    `measurement` is as it was read. Raises Refused when it has changed since, BadInput without a reason.
    """
    use_case = measurement.kpi.use_case
    rights.require(by, "kpi.validate", use_case.team, measurement.place)
    _require_reason(reason)
    with transaction.atomic():
        held = transitions.held_as_seen(measurement)
        recording.revise([held], by=by, reason=reason.strip())
        transitions.to_rejected(held, reason=reason.strip())
        audit.record(
            "measurement.rejected",
            held,
            by=by,
            team=use_case.team,
            use_case=use_case.slug,
            before={"status": measurement.status},
            after={"status": held.status, "value": held.value},
            reason=reason.strip(),
        )
        tell(
            "notice.measurement_rejected",
            members(use_case.team, rights.VERBS["kpi.measure"].roles, but=by, at=measurement.place),
            url=measurement.kpi.get_absolute_url(),
            team=use_case.team,
            use_case=use_case.slug,
            data={"use_case": use_case.slug, "kpi": measurement.kpi.number},
            kpi=measurement.kpi.name,
            use_case_name=use_case.name,
        )


def validate(measurement: Measurement, *, by: User) -> None:
    """Say, for the business, that this measurement is true. Raises Refused when it is no longer the one read."""
    use_case = measurement.kpi.use_case
    rights.require(by, "kpi.validate", use_case.team, measurement.place)
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


def validate_all(kpi: KPI, *, by: User, seen: int | None = None, seal: str | None = None) -> int:
    """Validate every provisional measurement of a KPI, a limited role those of its sites; returns how many.

    Raises Refused when there is none, or when they are not those that were read: not as many as were `seen`, or not
    the very figures that `seal` (`transitions.waiting`) stands for.
    """
    use_case = kpi.use_case
    rights.require(by, "kpi.validate", use_case.team)
    with transaction.atomic():
        number = transitions.all_to_validated(kpi, by=by, seal=seal)
        if seen is not None and number != seen:
            raise Refused(transitions.changed())
        audit.record("measurements.validated", kpi, by=by, team=use_case.team, use_case=use_case.slug, number=number)
    return number


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise BadInput.of(_("Say why."), {"reason": _("This is required.")})
    if len(reason) > MOST_WORDS:
        said = _("At most %(number)s characters.") % {"number": MOST_WORDS}
        raise BadInput.of(said, {"reason": said})


def _places(sites: Iterable[int | None]) -> list[rights.Place]:
    """Where measurements were made, each place once. One query."""
    keys = set(sites)
    found = [place_at(site) for site in Site.objects.filter(pk__in=keys - {None})]
    return [*found, place_at(None)] if None in keys else found


def _tell_business(kpi: KPI, use_case: UseCase, places: Sequence[rights.Place], *, by: User) -> None:
    tell(
        "notice.measurements_wait",
        members(use_case.team, rights.VERBS["kpi.validate"].roles, but=by, at=places),
        url=kpi.get_absolute_url(),
        team=use_case.team,
        use_case=use_case.slug,
        data={"use_case": use_case.slug, "kpi": kpi.number},
        kpi=kpi.name,
        use_case_name=use_case.name,
    )
