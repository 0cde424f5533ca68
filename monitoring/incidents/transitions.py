"""The life of an incident: open → in hand → resolved. Each edge is a compare-and-set and an audit event."""

from datetime import datetime
from typing import Any

from django.db.models import Max

from monitoring.checks.models import Check, Comparator
from monitoring.incidents.models import Incident, IncidentStatus
from monitoring.series import points
from portal import clock
from portal.audit import record as audit
from portal.notifications.actions import members, tell
from portal.people import rights
from portal.people.models import User
from usecases.catalog.numbering import next_number

TOLD = {"incident.opened": "notice.incident_opened", "incident.resolved": "notice.incident_resolved"}
UNRESOLVED = (IncidentStatus.OPEN, IncidentStatus.ACKNOWLEDGED)


def open_incident(check: Check) -> Incident | None:
    """A failing check gets its incident; None when it has one.

    Call it in a transaction: the use case is locked. Raises ValueError for a check that never saw a point.
    """
    if check.last_ts is None or check.last_value is None:
        raise ValueError("a failing check has seen a point")
    number = next_number(Incident, check.use_case)
    if check.incidents.filter(status__in=UNRESOLVED).exists():
        return None
    # It began with the first point of this run beyond the bound; what was resolved before is another incident.
    before = check.incidents.aggregate(last=Max("resolved_at"))["last"]
    above = check.comparator == Comparator.ABOVE
    first = points.run_beyond(check.series_id, check.bound, above=above, until=check.last_ts, after=before)
    began_at, value = first or (check.last_ts, check.last_value)
    incident = Incident.objects.create(
        use_case=check.use_case,
        number=number,
        check_that_failed=check,
        severity=check.severity,
        began_at=began_at,
        value=value,
    )
    _tell("incident.opened", incident, None, rule=check.rule, value=f"{incident.value:.4g}")
    return incident


def recover(incident: Incident, at: datetime) -> bool:
    """The series came back on the right side `at`; False when that was known, or the incident is over."""
    moved = Incident.objects.filter(pk=incident.pk, status__in=UNRESOLVED, recovered_at=None).update(recovered_at=at)
    if moved:
        _tell("incident.recovered", incident, None)
    return bool(moved)


def fail_again(incident: Incident) -> bool:
    """The check fails again before anybody said why; False when it was not recovered."""
    again = Incident.objects.filter(pk=incident.pk, status__in=UNRESOLVED, recovered_at__isnull=False)
    moved = again.update(recovered_at=None)
    if moved:
        _tell("incident.failed_again", incident, None)
    return bool(moved)


def acknowledge(incident: Incident, *, by: User) -> bool:
    """Open → in hand, by one person; False when somebody was faster."""
    now = clock.now()
    moved = Incident.objects.filter(pk=incident.pk, status=IncidentStatus.OPEN).update(
        status=IncidentStatus.ACKNOWLEDGED, owner=by, acknowledged_at=now
    )
    if moved:
        incident.refresh_from_db()
        _tell("incident.acknowledged", incident, by)
    return bool(moved)


def resolve(incident: Incident, *, by: User, cause: str) -> bool:
    """Open or in hand → resolved, with its cause; False when somebody was faster."""
    moved = Incident.objects.filter(pk=incident.pk, status__in=UNRESOLVED).update(
        status=IncidentStatus.RESOLVED, resolved_by=by, resolved_at=clock.now(), cause=cause
    )
    if moved:
        incident.refresh_from_db()
        _tell("incident.resolved", incident, by, cause=cause)
    return bool(moved)


def _tell(verb: str, incident: Incident, by: User | None, **params: Any) -> None:
    use_case = incident.use_case
    audit.record(verb, incident, by=by, machine="incidents", team=use_case.team, use_case=use_case.slug, **params)
    if verb in TOLD:
        tell(
            TOLD[verb],
            members(use_case.team, rights.VERBS["incident.handle"].roles, but=by, at=incident.place),
            url=incident.get_absolute_url(),
            team=use_case.team,
            use_case=use_case.slug,
            data={"use_case": use_case.slug, "incident": incident.number},
            check=incident.check_that_failed.name,
            use_case_name=use_case.name,
            who=str(by or ""),
            # `cause` is a word of `tell`, for what belongs together: why it happened has a name of its own.
            **{("why" if name == "cause" else name): value for name, value in params.items()},
        )
