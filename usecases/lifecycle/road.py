"""What people do with the road itself: step back, stop, resume, retire."""

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.audit import record as audit
from portal.errors import BadInput, Refused
from portal.notifications.actions import members, tell
from portal.people import rights
from portal.people.models import User
from usecases.catalog.models import Stage, UseCase
from usecases.deployments.models import Deployment, DeploymentStatus, ReleaseKind
from usecases.lifecycle import transitions
from usecases.lifecycle.actions import alone, words
from usecases.lifecycle.evaluate import is_passed
from usecases.lifecycle.models import GateKey, StageChange


def step_back(use_case: UseCase, to: str, *, by: User, reason: str) -> StageChange:
    """Go back to an earlier stage, and say why: the gates between open again, and are signed anew.

    "beyond" opens the gate beyond the first site again, without leaving the stage. Raises NotAllowed, BadInput without
    a reason or for no stage, Refused when it does not lead back.
    """
    rights.require(by, "stage.step_back", use_case.team)
    reason = _reason(reason)
    if to not in {*transitions.ROAD, GateKey.BEYOND}:
        raise BadInput.of(_("Nothing was written."), {"to": _("Choose a stage of the road.")})
    with transaction.atomic():
        alone(use_case)
        if to == GateKey.BEYOND:
            change = open_beyond_again(use_case, by=by, reason=reason)
        else:
            change = transitions.go_back(use_case, Stage(to), by=by, reason=reason)
        _record("stage.stepped_back", change, use_case, by=by, reason=reason)
    return change


def open_beyond_again(use_case: UseCase, *, by: User, reason: str) -> StageChange:
    """Open the gate beyond the first site again. Raises Refused when it is not passed."""
    if not is_passed(use_case, GateKey.BEYOND):
        raise Refused(_("The gate beyond the first site is not passed: there is nothing to open again."))
    return transitions.reopen_beyond(use_case, by=by, reason=reason)


def stop(use_case: UseCase, *, by: User, reason: str) -> StageChange:
    """Stop a use case, from anywhere on its road: a decision, which can be taken back. What is live stays live."""
    rights.require(by, "stage.stop", use_case.team)
    with transaction.atomic():
        alone(use_case)
        reason = _reason(reason)
        change = transitions.leave(use_case, Stage.STOPPED, by=by, reason=reason)
        _record("stage.stopped", change, use_case, by=by, reason=reason)
    return change


def resume(use_case: UseCase, *, by: User, reason: str = "") -> StageChange:
    """Go on with what was stopped, at the stage where it was. Raises Refused when it is not stopped."""
    rights.require(by, "stage.stop", use_case.team)
    with transaction.atomic():
        alone(use_case)
        change = transitions.resume(use_case, by=by, reason=words(reason))
        _record("stage.resumed", change, use_case, by=by, reason=change.reason)
    return change


def retire(use_case: UseCase, *, by: User, reason: str) -> StageChange:
    """End a product, for good: from production, once no model of it is live. Raises Refused otherwise."""
    rights.require(by, "stage.retire", use_case.team)
    with transaction.atomic():
        alone(use_case)
        reason = _reason(reason)
        live = Deployment.objects.filter(
            use_case=use_case, status=DeploymentStatus.LIVE, release__kind=ReleaseKind.MODEL
        ).select_related("target__site", "target__environment")
        if places := [str(one.target) for one in live[:4]]:
            shown = ", ".join(places[:3]) + ("…" if places[3:] else "")
            raise Refused(
                _("A model is still live: %(places)s. Return to the system in place first.") % {"places": shown}
            )
        change = transitions.leave(use_case, Stage.RETIRED, by=by, reason=reason)
        _record("stage.retired", change, use_case, by=by, reason=reason)
    return change


def _reason(reason: str) -> str:
    reason = words(reason)
    if not reason:
        sentence = _("Say why: whoever reads it later needs the reason.")
        raise BadInput.of(sentence, {"reason": sentence})
    return reason


def _record(verb: str, change: StageChange, use_case: UseCase, *, by: User, reason: str) -> None:
    audit.record(
        verb,
        change,
        by=by,
        team=use_case.team,
        use_case=use_case.slug,
        before={"stage": change.from_stage},
        after={"stage": change.to_stage},
        reason=reason,
    )
    tell(
        "notice.stage_changed",
        members(use_case.team, rights.VERBS["gate.sign"].roles, but=by),
        url=reverse("gates", args=[use_case.slug]),
        team=use_case.team,
        use_case=use_case.slug,
        data={"use_case": use_case.slug, "stage": change.to_stage},
        who=str(by),
        use_case_name=use_case.name,
        reason=reason,
    )
