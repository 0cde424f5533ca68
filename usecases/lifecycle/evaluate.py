"""Gates as they are now, or as they were when they were passed. Reads everything, writes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Q
from django.utils.translation import get_language, override

from portal.audit.models import Event
from portal.memory import remembered
from portal.registry import Evidence, Text
from usecases.catalog.models import Stage, UseCase
from usecases.lifecycle import evidence
from usecases.lifecycle.findings import Finding, Seat
from usecases.lifecycle.gate import Gate, State
from usecases.lifecycle.models import CriteriaSet, GateKey, Mode, Move, SignOff, StageChange
from usecases.lifecycle.transitions import ALL_GATES, ROAD, ROLLED_OUT, gate_after
from usecases.lifecycle.written import Written, written


def next_gate(use_case: UseCase) -> GateKey | None:
    """The gate ahead of a use case; None at the end of the road, or off it."""
    return gate_after(use_case.stage)


def evaluate(use_case: UseCase, gate: str) -> Gate:
    """A gate with its criteria computed now; once passed, with the evidence kept when it was.

    Seven queries and those of the criteria. ValueError for what is no gate.
    """
    return evaluate_all(use_case, [gate])[0]


def evaluate_all(use_case: UseCase, gates: Sequence[str]) -> list[Gate]:
    """Several gates: as many queries as for one, and each criterion is asked once, in however many gates it stands."""
    told = written(use_case, [GateKey(gate) for gate in gates])
    answers: dict[str, Evidence] = {}
    return [_gate(use_case, key, told, answers) for key in told.gates]


def _gate(use_case: UseCase, key: GateKey, told: Written, answers: dict[str, Evidence]) -> Gate:
    rows = [row for row in told.changes if row.gate == key or row.move == Move.STEPPED_BACK]
    passages = [row for row in rows if row.move == Move.PASSED]
    state = _state(use_case.stage, key, rows, passages)
    change = passages[-1] if passages and state == "passed" else None
    if state == "passed":
        found = tuple(evidence.kept(one, told.people) for one in change.evidence) if change else ()
        criteria_set = change.criteria_set if change else None
    else:
        criteria_set = told.in_force.get(key)
        said = {row.code: row for row in told.attestations if row.gate == key}
        found = tuple(evidence.findings(use_case, criteria_set, said, told.people, answers))
    number = max(1, len(passages)) if state == "passed" else len(passages) + 1
    titles = {finding.code: finding.title for finding in found}
    signed = {row.role: row for row in told.signatures if (row.gate, row.round) == (key, number)}
    roles = criteria_set.signed_by if criteria_set else ()
    broken = (one for one in told.broken if (one.gate, one.round) == (key, number))
    return Gate(
        use_case=use_case,
        stage=key,
        state=state,
        round=number,
        criteria_set=criteria_set,
        findings=found,
        seats=tuple(_seat(role, signed.get(role), told.people, titles) for role in roles),
        change=change,
        glass=next(broken, None),
    )


def recent(use_case: UseCase, gate: str) -> Gate:
    """The same as computed since the last thing recorded about the use case, at most a minute ago: for what stands
    beside every page. Whoever decides on a gate evaluates it. One query when it is known.
    """
    key = f"gate:{use_case.pk}:{use_case.stage}:{gate}:{get_language()}:{last_event(use_case)}"
    return replace(remembered(key, lambda: evaluate(use_case, gate)), use_case=use_case)


def recent_all(use_case: UseCase) -> list[Gate]:
    """Every gate of the road, as recent as that: for pages that list them, and decide on none."""
    key = f"gates:{use_case.pk}:{use_case.stage}:{get_language()}:{last_event(use_case)}"
    found = remembered(key, lambda: evaluate_all(use_case, ALL_GATES))
    return [replace(gate, use_case=use_case) for gate in found]


def last_event(use_case: UseCase) -> int | None:
    """The number of the last thing recorded about a use case; asked for unless its row brought it along."""
    known: int | None = use_case.__dict__.get("last_event", -1)
    return Event.objects.last_of(use_case.slug) if known == -1 else known


def missing(use_case: UseCase) -> list[Finding]:
    """What the next gate still needs; nothing at the end of the road."""
    gate = next_gate(use_case)
    return evaluate(use_case, gate).missing if gate else []


def kept_evidence(use_case: UseCase, gate: str) -> list[dict[str, Any]]:
    """What each criterion finds now, worded in every language, as a passed gate keeps it."""
    kept: list[dict[str, Any]] = []
    for language in evidence.LANGUAGES:
        with override(language):
            found = evaluate(use_case, gate).findings
            kept = kept or [evidence.entry(finding) for finding in found]
            for entry, finding in zip(kept, found, strict=True):
                for name in ("title", "why", "sentence"):
                    entry[name][language] = str(getattr(finding, name))
    return kept


def nothing_blocks(use_case: UseCase, gate: str) -> bool:
    """Whether every blocking criterion is met, as of the last thing recorded about the use case, a minute at most."""
    key = f"gate-open:{use_case.pk}:{use_case.stage}:{gate}:{last_event(use_case)}"
    return remembered(key, lambda: _nothing_blocks(use_case, gate))


def is_passed(use_case: UseCase, gate: GateKey) -> bool:
    """Whether a gate is behind the use case now. One query."""
    rows = list(use_case.stage_changes.filter(Q(gate=gate) | Q(move=Move.STEPPED_BACK)))
    return _state(use_case.stage, gate, rows, [row for row in rows if row.move == Move.PASSED]) == "passed"


def _nothing_blocks(use_case: UseCase, gate: str) -> bool:
    """Stops at the first criterion that is not met, so that it is cheap when it is no."""
    criteria_set = CriteriaSet.objects.in_force(gate)
    if criteria_set is None:
        return False
    said = evidence.attestations(use_case, gate)
    wanted = [one for one in evidence.all_asked(criteria_set) if one.mode == Mode.BLOCK]
    # What was attested is known already; what is computed costs a query or more.
    wanted.sort(key=lambda one: one.check is not None)
    return all(evidence.evidence(one, use_case, said.get(one.code)).met is True for one in wanted)


def _state(stage: str, gate: GateKey, rows: Sequence[StageChange], passages: Sequence[StageChange]) -> State:
    if gate == GateKey.BEYOND:
        # A step back, to whatever stage, opens it again.
        if passages and rows[-1] is passages[-1]:
            return "passed"
        return "closed" if stage not in ROAD else "open" if stage in ROLLED_OUT else "ahead"
    if stage not in ROAD:
        return "passed" if passages else "closed"
    here, there = ROAD.index(Stage(stage)), ROAD.index(Stage(gate))
    if here >= there:
        return "passed"
    return "open" if here == there - 1 else "ahead"


def _seat(role: str, row: SignOff | None, people: evidence.People, titles: Mapping[str, Text]) -> Seat:
    unmet = tuple(titles.get(code, code) for code in row.unmet) if row else ()
    return Seat(role, row, people.get(role, ()), unmet)
