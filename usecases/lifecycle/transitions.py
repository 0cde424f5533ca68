"""The road of a use case: through gates, back, off it, on it again. One compare-and-set and one row of history each."""

from typing import Any

from django.utils.translation import gettext as _

from portal import clock
from portal.errors import Refused
from portal.people.models import User
from usecases.catalog.models import Stage, UseCase
from usecases.lifecycle.models import CriteriaSet, GateKey, Move, StageChange

ROAD = (Stage.EXPLORATION, Stage.POC, Stage.INDUSTRIALISATION, Stage.PRODUCTION)
# The gates that open a stage, then all of them.
GATES = (GateKey.POC, GateKey.INDUSTRIALISATION, GateKey.PRODUCTION)
ALL_GATES = (*GATES, GateKey.BEYOND)
# Where something can be live, so that going beyond its first site means something.
ROLLED_OUT = ROAD[1:]


def stage_before(gate: str) -> Stage:
    """The stage that a gate leads out of; ValueError for what opens no stage."""
    return ROAD[GATES.index(GateKey(gate))]


def gate_after(stage: str) -> GateKey | None:
    """The next gate of a use case in this stage; None at the end of the road, or off it."""
    return next((gate for gate in GATES if stage_before(gate) == stage), None)


def enter(
    use_case: UseCase,
    gate: str,
    *,
    by: User,
    number: int,
    criteria_set: CriteriaSet | None,
    evidence: list[dict[str, Any]],
    reason: str,
) -> StageChange:
    """Through a gate, for the `number`th time: into the stage it opens; the one beyond the first site opens none.

    Raises Refused when somebody moved the use case meanwhile.
    """
    here = Stage(use_case.stage) if gate == GateKey.BEYOND else stage_before(gate)
    kept = {"gate": gate, "round": number, "criteria_set": criteria_set, "evidence": evidence}
    return _move(use_case, here, GateKey(gate).opens or here, Move.PASSED, by=by, reason=reason, **kept)


def go_back(use_case: UseCase, to: Stage, *, by: User, reason: str) -> StageChange:
    """Back to an earlier stage of the road: every gate between opens again. Raises Refused when it is none."""
    here = Stage(use_case.stage)
    if here not in ROAD or to not in ROAD or ROAD.index(to) >= ROAD.index(here):
        raise Refused(_("A step back leads to a stage that is behind the use case."))
    return _move(use_case, here, to, Move.STEPPED_BACK, by=by, reason=reason)


def reopen_beyond(use_case: UseCase, *, by: User, reason: str) -> StageChange:
    """Open the gate beyond the first site again, in whatever stage the use case is."""
    here = Stage(use_case.stage)
    return _move(use_case, here, here, Move.STEPPED_BACK, by=by, reason=reason, gate=GateKey.BEYOND)


def leave(use_case: UseCase, to: Stage, *, by: User, reason: str) -> StageChange:
    """Off the road: stopped from anywhere on it, retired from production. Raises Refused from elsewhere."""
    here = Stage(use_case.stage)
    if here not in ROAD or (to == Stage.RETIRED and here != Stage.PRODUCTION):
        raise Refused(_not_from(here, to))
    return _move(use_case, here, to, Move(to.value), by=by, reason=reason)


def resume(use_case: UseCase, *, by: User, reason: str) -> StageChange:
    """From stopped, back to the stage where it was stopped. Raises Refused when it is not stopped."""
    last = use_case.stage_changes.filter(move=Move.STOPPED).last()
    if use_case.stage != Stage.STOPPED:
        raise Refused(_("Only what was stopped is resumed."))
    to = Stage(last.from_stage) if last else Stage.EXPLORATION
    return _move(use_case, Stage.STOPPED, to, Move.RESUMED, by=by, reason=reason)


def _not_from(here: Stage, to: Stage) -> str:
    if to == Stage.RETIRED and here in ROAD:
        return _("Only a product is retired: a use case that never was in production is stopped.")
    return _("The use case has left the road already.")


def _move(use_case: UseCase, here: Stage, to: Stage, move: Move, *, by: User, reason: str, **kept: Any) -> StageChange:
    at = clock.now()
    since = {} if here == to else {"stage_since": at}
    if not UseCase.objects.filter(pk=use_case.pk, stage=here).update(stage=to, **since):
        raise Refused(_("The use case is no longer in the stage before this gate: look at the page again."))
    use_case.stage = to
    if since:
        use_case.stage_since = at
    return StageChange.objects.create(
        use_case=use_case, move=move, from_stage=here, to_stage=to, reason=reason, by=by, **kept
    )
