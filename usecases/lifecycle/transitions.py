"""The road of a use case, and the one way to go further on it."""

from typing import Any

from django.utils.translation import gettext as _

from portal import clock
from portal.errors import Refused
from portal.people.models import User
from usecases.catalog.models import Stage, UseCase
from usecases.lifecycle.models import CriteriaSet, StageChange

ROAD = (Stage.EXPLORATION, Stage.POC, Stage.INDUSTRIALISATION, Stage.PRODUCTION)
GATES = ROAD[1:]


def stage_before(gate: str) -> Stage:
    """The stage that a gate leads out of; ValueError for a stage that no gate opens."""
    return ROAD[GATES.index(Stage(gate))]


def gate_after(stage: str) -> Stage | None:
    """The next gate of a use case in this stage; None at the end of the road, or off it."""
    return next((gate for gate in GATES if stage_before(gate) == stage), None)


def enter(
    use_case: UseCase, gate: str, *, by: User, criteria_set: CriteriaSet, evidence: list[dict[str, Any]], reason: str
) -> StageChange:
    """The stage before a gate → the stage it opens, with its row of history; raises Refused when it has moved."""
    came_from, at = stage_before(gate), clock.now()
    if not UseCase.objects.filter(pk=use_case.pk, stage=came_from).update(stage=gate, stage_since=at):
        raise Refused(_("The use case is no longer in the stage before this gate: look at the page again."))
    use_case.stage, use_case.stage_since = gate, at
    return StageChange.objects.create(
        use_case=use_case,
        from_stage=came_from,
        to_stage=gate,
        criteria_set=criteria_set,
        evidence=evidence,
        reason=reason,
        by=by,
    )
