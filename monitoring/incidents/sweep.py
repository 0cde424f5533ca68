"""What follows from the states of checks: incidents open and recover, use cases are well or not."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from monitoring.checks.models import Check
from monitoring.incidents import transitions
from monitoring.incidents.models import Incident, IncidentStatus
from portal import clock
from usecases.catalog.models import Health
from usecases.catalog.transitions import UNWATCHED, set_health

FAILING = (Health.WARNING, Health.ERROR)
# The worst first. Unknown comes before healthy: nothing is green without proof.
WORST = (Health.ERROR, Health.WARNING, Health.UNKNOWN, Health.HEALTHY)


def sweep(use_case_id: int | None = None) -> None:
    """Open, recover and reopen incidents and say how use cases are, for one or for all. Harmless when run twice."""
    with transaction.atomic():
        for check in _failing_without_incident(use_case_id):
            transitions.open_incident(check)
        for incident in _unresolved(use_case_id):
            check = incident.check_that_failed
            if check.state == Health.HEALTHY and incident.recovered_at is None:
                transitions.recover(incident, check.last_ts or clock.now())
            elif check.state in FAILING and incident.recovered_at is not None:
                transitions.fail_again(incident)
    _tell_health(use_case_id)


def _failing_without_incident(use_case_id: int | None) -> Iterable[Check]:
    """Active failing checks, except those whose failing point is older than the end of their last incident."""
    told = Incident.objects.filter(check_that_failed=OuterRef("pk")).filter(
        ~Q(status=IncidentStatus.RESOLVED) | Q(resolved_at__gte=OuterRef("last_ts"))
    )
    failing = Check.objects.filter(~Exists(told), is_active=True, state__in=FAILING, last_ts__isnull=False)
    return _of(failing, use_case_id).select_related("use_case__team", "series__site").order_by("use_case_id", "number")


def _unresolved(use_case_id: int | None) -> Iterable[Incident]:
    found = Incident.objects.exclude(status=IncidentStatus.RESOLVED)
    return _of(found, use_case_id).select_related("check_that_failed__series__site", "use_case__team").order_by("pk")


def _tell_health(use_case_id: int | None) -> None:
    checks = _of(Check.objects.all(), use_case_id).select_related("use_case__team", "series__site")
    ordered = checks.order_by("use_case_id", F("is_active").desc(), "number")
    for use_case, group in groupby(ordered, key=lambda check: check.use_case):
        health, code, params = _health([check for check in group if check.is_active])
        if (use_case.health, use_case.health_code, use_case.health_params) != (health, code, params):
            set_health(use_case, health, code, params)


def _health(active: list[Check]) -> tuple[Health, str, dict[str, Any]]:
    if not active:
        return Health.UNKNOWN, UNWATCHED, {}
    worst = min(active, key=lambda check: WORST.index(Health(check.state)))
    if worst.state == Health.HEALTHY:
        return Health.HEALTHY, "health.checks_healthy", {"count": len(active)}
    if worst.state == Health.UNKNOWN:
        return Health.UNKNOWN, "health.check_unknown", {"check": worst.name}
    value = "–" if worst.last_value is None else f"{worst.last_value:.4g}"
    return Health(worst.state), "health.check_failing", {"check": worst.name, "rule": worst.rule, "value": value}


def _of(rows: Any, use_case_id: int | None) -> Any:
    return rows if use_case_id is None else rows.filter(use_case_id=use_case_id)
