"""Break-glass: opening a gate in an emergency, and what a second person says of it."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import BadInput, NotAllowed, Refused
from portal.notifications.actions import members, tell
from portal.people import rights
from portal.people.models import OrganisationRole, User
from usecases.catalog.models import Stage, UseCase
from usecases.deployments.models import Environment
from usecases.lifecycle import transitions
from usecases.lifecycle.actions import alone, go_through, tell_gate, words
from usecases.lifecycle.evaluate import evaluate
from usecases.lifecycle.models import BreakGlass, GateKey, GlassStatus
from usecases.lifecycle.road import open_beyond_again

ANSWER_WITHIN = timedelta(hours=24)


def needs_second_at_once(use_case: UseCase) -> bool:
    """Whether nothing opens before a second person agrees: what the strictest of its environments says.

    Those where it runs, else those of production, else the careful answer. One query.
    """
    mine = Environment.objects.filter(Q(targets__use_case=use_case) | Q(is_production=True))
    rows = set(mine.values_list("targets__use_case", "second_person_at_once"))
    here = [at_once for pk, at_once in rows if pk == use_case.pk]
    return any(here or [at_once for _pk, at_once in rows]) if rows else True


def break_glass(use_case: UseCase, gate: str, *, by: User, reason: str) -> BreakGlass:
    """Open a gate in spite of what blocks it; a second person answers within a day, or first, as the environment says.

    Raises NotAllowed, BadInput without a reason, Refused when the gate is not the next one, when nothing blocks it, or
    when somebody broke it already.
    """
    rights.require(by, "gate.break_glass", use_case.team)
    reason = words(reason)
    if not reason:
        sentence = _("Say what the emergency is: a second person and the auditors read it.")
        raise BadInput.of(sentence, {"reason": sentence})
    with transaction.atomic():
        alone(use_case)
        found = evaluate(use_case, gate)
        if found.state != "open":
            raise Refused(found.why_not)
        if found.can_pass:
            raise Refused(_("Nothing blocks this gate: pass it."))
        if BreakGlass.objects.filter(use_case=use_case, gate=found.stage, status=GlassStatus.WAITING).exists():
            raise Refused(_("Somebody broke the glass of this gate already: a second person answers."))
        at_once = needs_second_at_once(use_case)
        broken = BreakGlass(
            use_case=use_case,
            gate=found.stage,
            round=found.round,
            reason=reason,
            by=by,
            unmet=[finding.code for finding in found.blocking],
            unsigned=[seat.role for seat in found.unsigned],
            at_once=at_once,
            due_at=clock.now() + ANSWER_WITHIN,
            change=None if at_once else go_through(found, by=by, reason=reason),
        )
        broken.save(force_insert=True)
        verb = "break_glass.asked" if at_once else "break_glass.opened"
        tell_gate(verb, broken, use_case, gate, by=by, reason=reason, unmet=broken.unmet)
    return broken


def agree(broken: BreakGlass, *, by: User, comment: str = "") -> BreakGlass:
    """Say, as the second person, that the emergency was one; what waited for it opens now.

    Raises NotAllowed for who broke it, Refused when somebody answered already.
    """
    with transaction.atomic():
        _require_second(broken, by)
        use_case = broken.use_case
        alone(use_case)
        held = _held(broken)
        change = held.change
        if change is None:
            found = evaluate(use_case, held.gate)
            if found.state != "open" or found.round != held.round:
                raise Refused(_("This gate was passed or moved meanwhile: there is nothing to open."))
            change = go_through(found, by=by, reason=held.reason)
        _answer(held, GlassStatus.CONFIRMED, by=by, comment=comment, change=change)
        tell_gate("break_glass.confirmed", held, use_case, held.gate, by=by, comment=held.comment)
    return held


def object_to(broken: BreakGlass, *, by: User, comment: str) -> BreakGlass:
    """Say, as the second person, that it should not have been: what was opened is closed again, with the reason.

    Raises NotAllowed for who broke it, BadInput without a reason, Refused when somebody answered already.
    """
    comment = words(comment)
    if not comment:
        sentence = _("Say why: the gate closes again because of it.")
        raise BadInput.of(sentence, {"comment": sentence})
    with transaction.atomic():
        _require_second(broken, by)
        use_case = broken.use_case
        alone(use_case)
        held = _held(broken)
        _answer(held, GlassStatus.OBJECTED, by=by, comment=comment, change=held.change)
        if held.change is not None:
            _close_again(held, by=by, reason=comment)
        tell_gate("break_glass.objected", held, use_case, held.gate, by=by, comment=comment)
    return held


def tell_overdue() -> int:
    """Tell once of each broken glass that no second person answered in time; returns how many. Can run twice."""
    late = BreakGlass.objects.filter(status=GlassStatus.WAITING, due_at__lte=clock.now(), overdue_told_at=None)
    told = 0
    for broken in late.select_related("use_case__team", "by"):
        with transaction.atomic():
            fresh = BreakGlass.objects.filter(pk=broken.pk, status=GlassStatus.WAITING, overdue_told_at=None)
            if fresh.update(overdue_told_at=clock.now()):
                tell_gate("break_glass.overdue", broken, broken.use_case, broken.gate, by=None)
                _tell_overdue(broken)
                told += 1
    return told


def _close_again(broken: BreakGlass, *, by: User, reason: str) -> None:
    use_case = broken.use_case
    if broken.gate == GateKey.BEYOND:
        open_beyond_again(use_case, by=by, reason=reason)
    elif use_case.stage in transitions.ROAD:
        road, before = transitions.ROAD, transitions.stage_before(broken.gate)
        if road.index(before) < road.index(Stage(use_case.stage)):
            transitions.go_back(use_case, before, by=by, reason=reason)


def _require_second(broken: BreakGlass, by: User) -> None:
    rights.require(by, "gate.second", broken.use_case.team)
    if by.pk == broken.by_id or rights.stands_for(by, broken.use_case.team) == broken.by_id:
        raise NotAllowed(_("You broke the glass: another person answers."))


def _held(broken: BreakGlass) -> BreakGlass:
    """The row as it is now; its use case is held already."""
    held = BreakGlass.objects.select_related("change", "by").get(pk=broken.pk)
    held.use_case = broken.use_case
    return held


def _answer(broken: BreakGlass, status: GlassStatus, *, by: User, comment: str, change: object) -> None:
    """The one answer there is: a compare-and-set. Raises Refused when somebody gave it."""
    answer = {"status": status, "second": by, "answered_at": clock.now(), "comment": words(comment), "change": change}
    if not BreakGlass.objects.filter(pk=broken.pk, status=GlassStatus.WAITING).update(**answer):
        raise Refused(_("Somebody answered already."))
    for name, value in answer.items():
        setattr(broken, name, value)


def _tell_overdue(broken: BreakGlass) -> None:
    use_case = broken.use_case
    steering = User.objects.filter(is_active=True, organisation_grants__role=OrganisationRole.STEERING)
    tell(
        "notice.glass_overdue",
        [*members(use_case.team, rights.VERBS["gate.second"].roles), *steering],
        url=reverse("gate", args=[use_case.slug, broken.gate]),
        team=use_case.team,
        use_case=use_case.slug,
        data={"use_case": use_case.slug, "gate": broken.gate},
        use_case_name=use_case.name,
        who=str(broken.by),
    )
