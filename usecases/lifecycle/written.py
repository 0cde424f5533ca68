"""What is written down about the gates of a use case, and who may: read once, however many gates are asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q, prefetch_related_objects

from portal.people.models import User
from usecases.catalog.faces import MEMBERS
from usecases.catalog.models import UseCase
from usecases.lifecycle.models import Attestation, BreakGlass, CriteriaSet, GateKey, Move, SignOff, StageChange


@dataclass(frozen=True, slots=True)
class Written:
    """The history of some gates, what they ask, what was attested and signed, how they were broken open, who may."""

    gates: Sequence[GateKey]
    changes: Sequence[StageChange]
    in_force: Mapping[GateKey, CriteriaSet]
    attestations: Sequence[Attestation]
    signatures: Sequence[SignOff]
    broken: Sequence[BreakGlass]
    people: Mapping[str, tuple[User, ...]]


def written(use_case: UseCase, gates: Sequence[GateKey]) -> Written:
    """Read it: seven queries, however many gates."""
    of_these = {"use_case": use_case, "gate__in": gates}
    changes = use_case.stage_changes.filter(Q(gate__in=gates) | Q(move=Move.STEPPED_BACK))
    attestations = Attestation.objects.filter(**of_these).standing()
    # What was objected to is history.
    broken = BreakGlass.objects.filter(**of_these).exclude(status="objected")
    return Written(
        gates=gates,
        changes=list(changes.select_related("by", "criteria_set")),
        in_force=CriteriaSet.objects.all_in_force(gates),
        attestations=list(attestations.select_related("by").order_by("id")),
        signatures=list(SignOff.objects.filter(**of_these).select_related("by")),
        broken=list(broken.select_related("by", "second")),
        people=_people(use_case),
    )


def _people(use_case: UseCase) -> dict[str, tuple[User, ...]]:
    """Who plays each role in the team, by name."""
    prefetch_related_objects([use_case], MEMBERS)
    members = [one for one in use_case.team.memberships.all() if one.user.is_active]
    found: dict[str, tuple[User, ...]] = {}
    for one in sorted(members, key=lambda one: (one.user.last_name, one.user_id)):
        found[one.role] = (*found.get(one.role, ()), one.user)
    return found
