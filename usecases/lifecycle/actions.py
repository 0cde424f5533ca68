"""What people do at gates: attest, withdraw, sign, pass."""

from datetime import date
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import clock
from portal.audit import record as audit
from portal.errors import BadInput, NotAllowed, Refused
from portal.notifications.actions import members, tell
from portal.people import rights
from portal.people.models import Role, User
from portal.ui import wording
from portal.words import quoted
from usecases.catalog.models import UseCase
from usecases.lifecycle import transitions
from usecases.lifecycle.evaluate import evaluate, is_passed, kept_evidence
from usecases.lifecycle.evidence import Asked, all_asked
from usecases.lifecycle.gate import Gate
from usecases.lifecycle.models import Attestation, BreakGlass, CriteriaSet, GateKey, SignOff, StageChange

TOLD = {
    "gate.signed": "notice.gate_signed",
    "gate.passed": "notice.gate_passed",
    "break_glass.opened": "notice.glass_broken",
    "break_glass.asked": "notice.glass_broken",
}
MIN_STATEMENT = 10


def attest(
    use_case: UseCase, gate: str, code: str, statement: str, happened_on: date | None = None, *, by: User
) -> Attestation:
    """Say that a criterion is met, how one knows, and on which day it was so (today when none is said).

    Raises NotAllowed unless `by` plays the criterion's role, BadInput for a statement of under ten characters or a day
    that has not come, Refused for a criterion that is computed or not asked, or a gate that is passed.
    """
    rights.require(by, "gate.attest", use_case.team)
    statement = words(statement)
    today = timezone.localdate(clock.now(), timezone.get_default_timezone())
    if len(statement) < MIN_STATEMENT:
        sentence = _("Say how you know, in ten characters or more: a date, a name, a document.")
        raise BadInput.of(sentence, {"statement": sentence})
    if happened_on is not None and happened_on > today:
        sentence = _("This day has not come: attest what has happened.")
        raise BadInput.of(sentence, {"happened_on": sentence})
    with transaction.atomic():
        alone(use_case)
        criterion = _attestable(use_case, gate, code, by)
        attestation = Attestation.objects.create(
            use_case=use_case,
            gate=gate,
            code=criterion.code,
            statement=statement,
            happened_on=happened_on or today,
            by=by,
        )
        tell_gate("gate.attested", attestation, use_case, gate, by=by, code=code, statement=statement)
    return attestation


def withdraw(attestation: Attestation, *, by: User) -> None:
    """Take back what was attested, by its author or anybody of the criterion's role; it stays in the history."""
    use_case = attestation.use_case
    rights.require(by, "gate.attest", use_case.team)
    role = next((one.role for one in _in_force(attestation.gate) if one.code == attestation.code), "")
    if by != attestation.by and role:
        _require_role(by, use_case, role)
    with transaction.atomic():
        alone(use_case)
        _not_passed(use_case, attestation.gate)
        standing = Attestation.objects.filter(pk=attestation.pk, withdrawn_at=None)
        if not standing.update(withdrawn_at=clock.now()):
            raise Refused(_("This was withdrawn already."))
        tell_gate("gate.attestation_withdrawn", attestation, use_case, attestation.gate, by=by, code=attestation.code)


def sign(use_case: UseCase, gate: str, *, by: User, role: str = "", comment: str = "") -> SignOff:
    """Sign a gate for one's role, whatever is met; what is not is kept beside the signature.

    Raises NotAllowed for somebody else's role, BadInput when one plays several and names none, Refused when the gate
    is not the next one, asks for no signature, or has this person's or this role's already.
    """
    rights.require(by, "gate.sign", use_case.team)
    with transaction.atomic():
        alone(use_case)
        found = evaluate(use_case, gate)
        role = _signing_role(found, by, role)
        signature = SignOff.objects.create(
            use_case=use_case,
            gate=found.stage,
            round=found.round,
            role=role,
            by=by,
            comment=words(comment),
            unmet=[finding.code for finding in found.missing],
        )
        tell_gate(
            "gate.signed",
            signature,
            use_case,
            gate,
            by=by,
            role=role,
            named=quoted(f"gate.signer.{role}", {}),
            unmet=signature.unmet,
        )
    return signature


def pass_gate(use_case: UseCase, gate: str, *, by: User, reason: str = "") -> StageChange:
    """Take the use case through its next gate, on what every criterion finds at this moment.

    Raises NotAllowed; Refused with what is missing and who can do it; BadInput when a criterion warns and no reason
    is given; Refused when somebody else moved the use case meanwhile.
    """
    rights.require(by, "gate.pass", use_case.team)
    reason = words(reason)
    with transaction.atomic():
        alone(use_case)
        found = evaluate(use_case, gate)
        if found.glass and found.glass.status == "waiting" and found.glass.change_id is None:
            raise Refused(_("Somebody asked to break the glass of this gate: a second person answers first."))
        if not found.can_pass or found.criteria_set is None:
            raise Refused(found.why_not)
        if found.warnings and not reason:
            titles = wording.clauses(finding.title for finding in found.warnings)
            sentence = _("These are not met: %(titles)s. Say why the gate is passed all the same.") % {"titles": titles}
            raise BadInput.of(sentence, {"reason": sentence})
        return go_through(found, by=by, reason=reason)


def go_through(found: Gate, *, by: User, reason: str) -> StageChange:
    """Through a gate, keeping what its criteria find at this moment. Call it in the transaction that evaluated it."""
    use_case, gate = found.use_case, found.stage
    change = transitions.enter(
        use_case,
        gate,
        by=by,
        number=found.round,
        criteria_set=found.criteria_set,
        evidence=kept_evidence(use_case, gate),
        reason=reason,
    )
    tell_gate(
        "gate.passed",
        change,
        use_case,
        gate,
        by=by,
        version=found.criteria_set.version if found.criteria_set else None,
        reason=reason,
        unmet=[finding.code for finding in found.missing],
        warned=[finding.code for finding in found.warnings],
    )
    return change


def alone(use_case: UseCase) -> None:
    """One change of a use case's gates at a time; its stage is read again."""
    locked = UseCase.objects.select_for_update(of=("self",)).only("pk", "stage").get(pk=use_case.pk)
    use_case.stage = locked.stage


def gate_key(gate: str) -> GateKey:
    """The gate of this name. Raises BadInput for what is none."""
    if gate not in GateKey.values:
        raise BadInput(_("No gate opens this stage."))
    return GateKey(gate)


def _not_passed(use_case: UseCase, gate: str) -> None:
    if use_case.stage not in transitions.ROAD or is_passed(use_case, gate_key(gate)):
        raise Refused(_("This gate is behind the use case: what was said there no longer changes."))


def _in_force(gate: str) -> list[Asked]:
    return all_asked(CriteriaSet.objects.filter(gate=gate, is_current=True).first())


def _attestable(use_case: UseCase, gate: str, code: str, by: User) -> Asked:
    _not_passed(use_case, gate)
    criterion = next((one for one in _in_force(gate) if one.code == code and one.installed), None)
    if criterion is None:
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
    wanted = [seat.role for seat in found.seats]
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


def words(text: str) -> str:
    """What somebody wrote, without the space around it. Raises BadInput for what no database holds."""
    if "\x00" in text:
        raise BadInput(_("This holds a NUL character."))
    return text.strip()


def tell_gate(
    verb: str,
    target: Attestation | SignOff | StageChange | BreakGlass,
    use_case: UseCase,
    gate: str,
    *,
    by: User | None,
    **params: Any,
) -> None:
    """Write the journal, and tell the team; the gate is in the verb, so that it is worded in the reader's language."""
    told = verb if verb.startswith("break_glass.") else f"{verb}.{gate}"
    audit.record(told, target, by=by, machine="gates", team=use_case.team, use_case=use_case.slug, gate=gate, **params)
    if verb in TOLD:
        tell(
            TOLD[verb],
            members(use_case.team, rights.VERBS["gate.sign"].roles, but=by),
            url=reverse("gate", args=[use_case.slug, gate]),
            team=use_case.team,
            use_case=use_case.slug,
            data={"use_case": use_case.slug, "gate": gate},
            who=str(by or ""),
            use_case_name=use_case.name,
        )
