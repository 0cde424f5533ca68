"""What waits for a person at gates: a signature when nothing else blocks, or the passage itself."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.audit.models import Event
from portal.people import rights
from portal.people.models import User
from portal.registry import InboxItem
from usecases.catalog.models import Stage, UseCase
from usecases.lifecycle.evaluate import SIGNED_BY, nothing_blocks
from usecases.lifecycle.models import SignOff, StageChange
from usecases.lifecycle.transitions import gate_after, stage_before

# Criteria cost queries: only so many gates are looked into, those with most signatures first, then the oldest.
LOOKED_INTO = 8
SIGNED_GATES = tuple(gate for gate, roles in SIGNED_BY.items() if roles)


@dataclass(frozen=True, slots=True)
class _Candidate:
    use_case: UseCase
    gate: Stage
    signed: int

    @property
    def complete(self) -> bool:
        return self.signed == len(SIGNED_BY[self.gate])


def waiting(user: User) -> list[InboxItem]:
    """Gates whose blocking criteria are all met and that wait for this person's signature, or for being passed.

    Four queries, and the criteria of at most eight gates about which something was recorded since the last look.
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
    stages = [stage_before(gate) for gate in SIGNED_GATES]
    last = Event.objects.filter(use_case=OuterRef("slug")).order_by("-id").values("id")[:1]
    found_cases = UseCase.objects.filter(team__in=list(roles), stage__in=stages).select_related("team")
    use_cases = list(found_cases.annotate(last_event=Subquery(last)))
    passages: dict[tuple[int, str], int] = defaultdict(int)
    for key in StageChange.objects.filter(use_case__in=use_cases).values_list("use_case_id", "to_stage"):
        passages[key] += 1
    signatures: dict[int, list[SignOff]] = defaultdict(list)
    for signature in SignOff.objects.filter(use_case__in=use_cases):
        signatures[signature.use_case_id].append(signature)
    found = []
    for use_case in use_cases:
        gate = gate_after(use_case.stage)
        if gate is None:
            continue
        number = passages[use_case.pk, gate] + 1
        signed = [row for row in signatures[use_case.pk] if row.gate == gate and row.round == number]
        candidate = _Candidate(use_case, gate, len(signed))
        unsigned = set(SIGNED_BY[gate]) - {row.role for row in signed}
        may_sign = bool(unsigned & roles[use_case.team_id]) and all(row.by_id != user.pk for row in signed)
        if candidate.complete or may_sign:
            found.append(candidate)
    return found


def _item(candidate: _Candidate) -> InboxItem:
    titles = {
        (Stage.INDUSTRIALISATION, False): _("Sign the gate to industrialisation"),
        (Stage.INDUSTRIALISATION, True): _("Pass the gate to industrialisation"),
        (Stage.PRODUCTION, False): _("Sign the gate to production"),
        (Stage.PRODUCTION, True): _("Pass the gate to production"),
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
