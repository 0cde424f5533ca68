"""What waits for a person at gates: a signature when nothing else blocks, or the passage itself."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, CharField, OuterRef, Subquery, Value, When
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.audit.models import Event
from portal.people import rights
from portal.people.models import User
from portal.registry import InboxItem
from usecases.catalog.models import UseCase
from usecases.lifecycle.evaluate import nothing_blocks
from usecases.lifecycle.gate import in_sentence
from usecases.lifecycle.models import BreakGlass, CriteriaSet, GateKey, GlassStatus, Move, SignOff, StageChange
from usecases.lifecycle.transitions import GATES, stage_before

# Criteria cost queries: only so many gates are looked into, those with most signatures first, then the oldest.
LOOKED_INTO = 8


@dataclass(frozen=True, slots=True)
class _Candidate:
    use_case: UseCase
    gate: GateKey
    signed: int
    complete: bool


def waiting(user: User) -> list[InboxItem]:
    """Gates whose blocking criteria are all met and that wait for this person's signature, or for being passed.

    One query, and the criteria of at most eight gates about which something was recorded since the last look.
    """
    if not user.is_active:
        return []
    roles: dict[int, set[str]] = defaultdict(set)
    for held in rights.roles_for(user, "gate.sign"):
        roles[held.team].add(held.role)
    candidates = sorted(_candidates(user, roles), key=lambda one: (-one.signed, one.use_case.stage_since))
    return [_item(one) for one in candidates[:LOOKED_INTO] if nothing_blocks(one.use_case, one.gate)]


def _candidates(user: User, roles: dict[int, set[str]]) -> list[_Candidate]:
    """Use cases before a signed gate where a role of this person has not signed this round, or everybody has."""
    ahead = {stage_before(gate): gate for gate in GATES}
    gate_ahead = Case(*(When(stage=stage, then=Value(gate)) for stage, gate in ahead.items()), output_field=CharField())
    in_force = CriteriaSet.objects.filter(is_current=True, gate=OuterRef("gate_ahead")).values("signed_by")
    here = {"use_case": OuterRef("pk")}
    passed = StageChange.objects.filter(**here, move=Move.PASSED).values("gate")
    signed_by = JSONObject(gate="gate", round="round", role="role", by="by_id")
    found_cases = UseCase.objects.filter(team__in=list(roles), stage__in=list(ahead)).select_related("team")
    use_cases: Any = found_cases.annotate(
        gate_ahead=gate_ahead,
        signers=Subquery(in_force),
        last_event=Event.objects.last_by(OuterRef("slug")),
        passages=ArraySubquery(passed),
        signatures=ArraySubquery(SignOff.objects.filter(**here).values(told=signed_by)),
    )
    found = []
    for use_case in use_cases:
        if not use_case.signers:
            continue
        gate = GateKey(use_case.gate_ahead)
        number = use_case.passages.count(gate) + 1
        signed = [row for row in use_case.signatures if row["gate"] == gate and row["round"] == number]
        unsigned = set(use_case.signers) - {row["role"] for row in signed}
        candidate = _Candidate(use_case, gate, len(signed), not unsigned)
        may_sign = bool(unsigned & roles[use_case.team_id]) and all(row["by"] != user.pk for row in signed)
        if candidate.complete or may_sign:
            found.append(candidate)
    return found


def broken(user: User) -> list[InboxItem]:
    """Broken glass that waits for this person's answer as the second one (one query)."""
    waiting = BreakGlass.objects.filter(status=GlassStatus.WAITING).exclude(by=user)
    if not rights.can(user, "gate.second"):
        waiting = waiting.filter(use_case__team__in=rights.teams_where(user, "gate.second"))
    return [
        InboxItem(
            kind="gate",
            icon="alert-triangle",
            title=_("Answer as second person: %(gate)s") % {"gate": in_sentence(GateKey(one.gate))},
            detail=_("%(use_case)s: %(who)s broke the glass. “%(reason)s”")
            % {"use_case": one.use_case.name, "who": one.by, "reason": one.reason},
            url=reverse("gate", args=[one.use_case.slug, one.gate]),
            action=_("Answer"),
            since=one.occurred_at,
            urgent=True,
        )
        for one in waiting.select_related("use_case", "by")
    ]


def _item(candidate: _Candidate) -> InboxItem:
    titles = {
        (GateKey.POC, False): _("Sign the gate to POC"),
        (GateKey.POC, True): _("Pass the gate to POC"),
        (GateKey.INDUSTRIALISATION, False): _("Sign the gate to industrialisation"),
        (GateKey.INDUSTRIALISATION, True): _("Pass the gate to industrialisation"),
        (GateKey.PRODUCTION, False): _("Sign the gate to production"),
        (GateKey.PRODUCTION, True): _("Pass the gate to production"),
    }
    detail = (
        _("%(use_case)s: every criterion that blocks is met, and everybody has signed.")
        if candidate.complete
        else _("%(use_case)s: every criterion that blocks is met; your signature is missing.")
    )
    return InboxItem(
        kind="gate",
        icon="lock-open" if candidate.complete else "writing-sign",
        title=titles[candidate.gate, candidate.complete],
        detail=detail % {"use_case": candidate.use_case.name},
        url=reverse("gate", args=[candidate.use_case.slug, candidate.gate.value]),
        action=_("Pass") if candidate.complete else _("Sign"),
        since=candidate.use_case.stage_since,
    )
