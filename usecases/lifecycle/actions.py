"""What people do at gates: attest, withdraw, sign, pass; and what administrators do: publish criteria."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import clock, registry
from portal.audit import record as audit
from portal.errors import BadInput, NotAllowed, Refused
from portal.notifications.actions import members, tell
from portal.people import rights
from portal.people.models import Role, User
from usecases.catalog.models import Stage, UseCase
from usecases.lifecycle import transitions
from usecases.lifecycle.evaluate import SIGNED_BY, Gate, evaluate, kept_evidence
from usecases.lifecycle.models import Attestation, CriteriaSet, CriterionSetting, Mode, SignOff, StageChange

TOLD = {"gate.signed": "notice.gate_signed", "gate.passed": "notice.gate_passed"}
MIN_STATEMENT = 10


def attest(use_case: UseCase, gate: str, code: str, statement: str, *, by: User) -> Attestation:
    """Say that a criterion is met, and how one knows.

    Raises NotAllowed unless `by` plays the criterion's role, BadInput for a statement of under ten characters,
    Refused for a criterion that is computed or not asked, or a gate that is passed.
    """
    rights.require(by, "gate.attest", use_case.team)
    statement = _words(statement)
    if len(statement) < MIN_STATEMENT:
        sentence = _("Say how you know, in ten characters or more: a date, a name, a document.")
        raise BadInput.of(sentence, {"statement": sentence})
    with transaction.atomic():
        _alone(use_case)
        criterion = _attestable(use_case, gate, code, by)
        attestation = Attestation.objects.create(
            use_case=use_case, gate=gate, code=criterion.code, statement=statement, by=by
        )
        _tell("gate.attested", attestation, use_case, gate, by=by, code=code, statement=statement)
    return attestation


def withdraw(attestation: Attestation, *, by: User) -> None:
    """Take back what was attested, by its author or anybody of the criterion's role; it stays in the history."""
    use_case = attestation.use_case
    rights.require(by, "gate.attest", use_case.team)
    criterion = registry.criteria().get(attestation.code)
    if by != attestation.by and criterion is not None:
        _require_role(by, use_case, criterion.role)
    with transaction.atomic():
        _alone(use_case)
        _not_passed(use_case, attestation.gate)
        standing = Attestation.objects.filter(pk=attestation.pk, withdrawn_at=None)
        if not standing.update(withdrawn_at=clock.now()):
            raise Refused(_("This was withdrawn already."))
        _tell("gate.attestation_withdrawn", attestation, use_case, attestation.gate, by=by, code=attestation.code)


def sign(use_case: UseCase, gate: str, *, by: User, role: str = "", comment: str = "") -> SignOff:
    """Sign a gate for one's role, whatever is met; what is not is kept beside the signature.

    Raises NotAllowed for somebody else's role, BadInput when one plays several and names none, Refused when the gate
    is not the next one, asks for no signature, or has this person's or this role's already.
    """
    rights.require(by, "gate.sign", use_case.team)
    with transaction.atomic():
        _alone(use_case)
        found = evaluate(use_case, gate)
        role = _signing_role(found, by, role)
        signature = SignOff.objects.create(
            use_case=use_case,
            gate=found.stage,
            round=found.round,
            role=role,
            by=by,
            comment=_words(comment),
            unmet=[finding.code for finding in found.missing],
        )
        _tell("gate.signed", signature, use_case, gate, by=by, role=role, unmet=signature.unmet)
    return signature


def pass_gate(use_case: UseCase, gate: str, *, by: User, reason: str = "") -> StageChange:
    """Take the use case through its next gate, on what every criterion finds at this moment.

    Raises NotAllowed; Refused with what is missing and who can do it; BadInput when a criterion warns and no reason
    is given; Refused when somebody else moved the use case meanwhile.
    """
    rights.require(by, "gate.pass", use_case.team)
    reason = _words(reason)
    with transaction.atomic():
        _alone(use_case)
        found = evaluate(use_case, gate)
        if not found.can_pass or found.criteria_set is None:
            raise Refused(found.why_not)
        if found.warnings and not reason:
            titles = "; ".join(str(finding.title) for finding in found.warnings)
            sentence = _("These are not met: %(titles)s. Say why the gate is passed all the same.") % {"titles": titles}
            raise BadInput.of(sentence, {"reason": sentence})
        change = transitions.enter(
            use_case,
            gate,
            by=by,
            criteria_set=found.criteria_set,
            evidence=kept_evidence(use_case, gate),
            reason=reason,
        )
        _tell(
            "gate.passed",
            change,
            use_case,
            gate,
            by=by,
            version=found.criteria_set.version,
            reason=reason,
            unmet=[finding.code for finding in found.missing],
        )
    return change


def publish(gate: str, modes: Mapping[str, str], *, by: User, seen: int) -> CriteriaSet:
    """Put a new version of a gate's criteria in force, from the mode of each code asked, in order.

    `seen` is the version one started from (0: none). Gates passed under it keep it. Raises BadInput when nothing is
    asked or a code or mode is unknown, Refused when another version came in force meanwhile or nothing changes.
    """
    rights.require(by, "criteria.edit")
    stage = _gate(gate)
    known = registry.criteria()
    if not modes or any(code not in known or mode not in Mode.values for code, mode in modes.items()):
        raise BadInput(_("A gate asks at least one criterion, among those that are installed, in a mode that exists."))
    with transaction.atomic():
        before = {row.code: row.mode for row in CriterionSetting.objects.filter(**_current(stage))}
        if before == dict(modes):
            raise Refused(_("These are the criteria in force: nothing to publish."))
        replaced = CriteriaSet.objects.filter(gate=stage, version=seen, is_current=True).update(is_current=False)
        if not replaced and (seen or CriteriaSet.objects.filter(gate=stage).exists()):
            raise Refused(_("Another version came in force in the meantime: look at it first."))
        made = CriteriaSet.objects.create(gate=stage, version=seen + 1, created_by=by)
        CriterionSetting.objects.bulk_create(
            CriterionSetting(criteria_set=made, code=code, mode=mode, position=position)
            for position, (code, mode) in enumerate(modes.items(), start=1)
        )
        audit.record(
            f"criteria.published.{stage.value}", made, by=by, before=before, after=dict(modes), version=made.version
        )
    return made


def _alone(use_case: UseCase) -> None:
    """One change of a use case's gates at a time; its stage is read again."""
    locked = UseCase.objects.select_for_update(of=("self",)).only("pk", "stage").get(pk=use_case.pk)
    use_case.stage = locked.stage


def _gate(gate: str) -> Stage:
    if gate not in transitions.GATES:
        raise BadInput(_("No gate opens this stage."))
    return Stage(gate)


def _not_passed(use_case: UseCase, gate: str) -> None:
    road = transitions.ROAD
    if use_case.stage not in road or road.index(Stage(use_case.stage)) >= road.index(_gate(gate)):
        raise Refused(_("This gate is behind the use case: what was said there no longer changes."))


def _current(gate: Stage) -> dict[str, object]:
    return {"criteria_set__gate": gate, "criteria_set__is_current": True}


def _attestable(use_case: UseCase, gate: str, code: str, by: User) -> registry.Criterion:
    _not_passed(use_case, gate)
    criterion = registry.criteria().get(code)
    if criterion is None or not CriterionSetting.objects.filter(code=code, **_current(_gate(gate))).exists():
        raise Refused(_("This gate does not ask that."))
    if criterion.check is not None:
        raise Refused(_("“%(title)s” is read from live facts: nobody can tick it.") % {"title": criterion.title})
    _require_role(by, use_case, criterion.role)
    return criterion


def _require_role(by: User, use_case: UseCase, role: str) -> None:
    if role not in rights.roles_in(by, use_case.team):
        raise NotAllowed(_("This is for %(role)s to say.") % {"role": Role(role).label})


def _signing_role(found: Gate, by: User, role: str) -> str:
    """The role this person signs for, or the reason why they may not."""
    wanted = SIGNED_BY[found.stage]
    if found.state != "open":
        raise Refused(found.why_not)
    if not wanted:
        raise Refused(_("This gate asks for no signature: anybody of business, data or IT passes it."))
    if role and role not in wanted:
        raise BadInput.of(_("This gate asks for no signature of that role."), {"role": _("Choose another role.")})
    mine = [one for one in wanted if one in rights.roles_in(by, found.use_case.team)]
    if role and role not in mine:
        raise NotAllowed(_("You are not %(role)s here: somebody who is signs.") % {"role": Role(role).label})
    if any(seat.sign_off and seat.sign_off.by_id == by.pk for seat in found.seats):
        raise Refused(_("You have signed this gate: one person signs once, whatever roles they play."))
    unsigned = {seat.role for seat in found.unsigned}
    free = [one for one in mine if one in unsigned and role in ("", one)]
    if not free:
        raise Refused(_("This role has signed already."))
    if len(free) > 1:
        sentence = _("You play several roles: say for which one you sign.")
        raise BadInput.of(sentence, {"role": sentence})
    return free[0]


def _words(text: str) -> str:
    if "\x00" in text:
        raise BadInput(_("This holds a NUL character."))
    return text.strip()


def _tell(
    verb: str, target: Attestation | SignOff | StageChange, use_case: UseCase, gate: str, *, by: User, **params: Any
) -> None:
    """Write the journal; the gate is in the verb, so that it is worded in the reader's language."""
    audit.record(f"{verb}.{gate}", target, by=by, team=use_case.team, use_case=use_case.slug, gate=gate, **params)
    if verb in TOLD:
        tell(
            TOLD[verb],
            members(use_case.team, rights.VERBS["gate.sign"].roles, but=by),
            url=reverse("gate", args=[use_case.slug, gate]),
            team=use_case.team,
            use_case=use_case.slug,
            data={"use_case": use_case.slug, "gate": gate},
            who=str(by),
            use_case_name=use_case.name,
        )
