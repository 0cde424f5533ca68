"""What steering does: fund, pause and stop use cases; and what teams say they learnt from those that were stopped."""

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal.audit import record as audit
from portal.errors import BadInput, Refused
from portal.notifications.actions import members, tell
from portal.people import rights
from portal.people.models import User
from usecases.catalog.models import UseCase
from usecases.lifecycle import road
from usecases.steering import transitions
from usecases.steering.models import DecisionKind, Lesson, SteeringDecision

MIN_REASON = 10
LONGEST = 5_000
MOST = Decimal("999999999999.99")
CENT = Decimal("0.01")


def decide(
    use_case: UseCase,
    kind: str,
    *,
    by: User,
    reason: str,
    seen: str,
    amount: Decimal | None = None,
) -> SteeringDecision:
    """Fund, pause or stop a use case, and say why; `seen`: the funding one started from; `amount` is granted money.

    To stop takes it off its road, as its business does. Raises NotAllowed, BadInput for a short reason or a wrong
    amount, Refused when another decision came in between, nothing changes, or it is off its road already.
    """
    rights.require(by, "portfolio.decide", use_case.team)
    taken, reason = _kind(kind), _text("reason", reason)
    amount = _amount(taken, amount)
    if transitions.LEADS_TO[taken] == seen and taken != DecisionKind.STOP and amount is None:
        raise Refused(_("This is decided already."))
    with transaction.atomic():
        decision = transitions.take(use_case, taken, seen=seen, by=by, reason=reason, amount=amount)
        granted = {"amount": str(amount), "currency": use_case.currency} if amount is not None else {}
        told = {"before": {"funding": seen}, "after": {"funding": use_case.funding}, "reason": reason, **granted}
        _record(f"portfolio.{kind}", decision, use_case, by=by, **told)
        if taken == DecisionKind.STOP:
            # It tells the team.
            road.stop(use_case, by=by, reason=reason)
        else:
            _tell_team(taken, use_case, by=by, reason=reason)
    return decision


def say_learnt(use_case: UseCase, text: str, *, by: User) -> Lesson:
    """Keep what was learnt from a use case that is off its road. Raises NotAllowed, BadInput, else Refused."""
    rights.require(by, "lesson.write", use_case.team)
    text = _text("text", text)
    with transaction.atomic():
        locked = UseCase.objects.select_for_update(of=("self",)).only("pk", "stage").get(pk=use_case.pk)
        if locked.stage not in transitions.CLOSED:
            raise Refused(_("It goes on: what is learnt on the way belongs to its iterations."))
        lesson = Lesson.objects.create(use_case=use_case, text=text, by=by)
        _record("lesson.written", lesson, use_case, by=by, text=text)
    return lesson


def _kind(kind: str) -> DecisionKind:
    if kind not in DecisionKind.values:
        raise BadInput.of(_("Nothing was decided."), {"kind": _("Choose among: fund, pause, stop.")})
    return DecisionKind(kind)


def _text(field: str, text: str) -> str:
    if "\x00" in text:
        raise BadInput.of(_("Nothing was written."), {field: _("This holds a NUL character.")})
    text = text.strip()
    if not MIN_REASON <= len(text) <= LONGEST:
        sentence = _("Say it in %(least)s characters or more, and %(most)s at most: whoever reads it later needs it.")
        raise BadInput.of(_("Nothing was written."), {field: sentence % {"least": MIN_REASON, "most": LONGEST}})
    return text


def _amount(kind: DecisionKind, amount: Decimal | None) -> Decimal | None:
    if amount is None:
        return None
    if kind != DecisionKind.FUND:
        raise BadInput.of(_("Nothing was decided."), {"amount": _("Only what is funded is granted money.")})
    if not amount.is_finite() or not 0 < amount <= MOST or amount != amount.quantize(CENT):
        raise BadInput.of(_("Nothing was decided."), {"amount": _("An amount above zero, with two decimals at most.")})
    return amount


def _tell_team(kind: DecisionKind, use_case: UseCase, *, by: User, reason: str) -> None:
    tell(
        f"notice.portfolio_{kind.value}",
        members(use_case.team, rights.VERBS["gate.sign"].roles, but=by),
        url=use_case.get_absolute_url(),
        team=use_case.team,
        use_case=use_case.slug,
        data={"use_case": use_case.slug, "decision": kind.value},
        who=str(by),
        use_case_name=use_case.name,
        reason=reason,
    )


def _record(verb: str, target: SteeringDecision | Lesson, use_case: UseCase, *, by: User, **told: Any) -> None:
    audit.record(verb, target, by=by, team=use_case.team, use_case=use_case.slug, **told)
