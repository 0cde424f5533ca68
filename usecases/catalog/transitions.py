"""The machine's change of a use case's health."""

from typing import Any

from django.db import transaction

from portal import clock
from portal.audit import record as audit
from usecases.catalog.models import Health, UseCase

UNWATCHED = "health.unwatched"


def set_health(use_case: UseCase, health: Health, code: str, params: dict[str, Any] | None = None) -> bool:
    """Say how the use case is and why (`code` worded with JSON `params`); False when somebody else just did.

    `health_since` moves, and the journal tells, only when the state itself changes; a new reason is only written.
    """
    wanted = {"health": health.value, "health_code": code, "health_params": params or {}}
    with transaction.atomic():
        use_case.refresh_from_db(fields=[*wanted, "health_since"])
        before = {name: getattr(use_case, name) for name in wanted}
        if before == wanted:
            return True
        since = use_case.health_since if before["health"] == health else clock.now()
        unchanged = UseCase.objects.filter(pk=use_case.pk, health=before["health"], health_code=before["health_code"])
        if not unchanged.update(**wanted, health_since=since):
            return False
        for name, value in wanted.items():
            setattr(use_case, name, value)
        use_case.health_since = since
        if before["health"] != health:
            audit.record(
                f"usecase.became_{health.value}",
                use_case,
                by=None,
                machine="health",
                team=use_case.team,
                use_case=use_case.slug,
                before=before,
                after=wanted,
            )
    return True
