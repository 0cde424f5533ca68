"""Everybody does everything, in any order: the database holds to a model of the lifecycle, written here apart."""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from portal.audit.models import Event
from portal.errors import Refused
from portal.people.models import OrganisationRole, Role
from tests.factories import (
    MembershipFactory,
    OrganisationGrantFactory,
    SiteFactory,
    TeamFactory,
    UseCaseFactory,
    UserFactory,
)
from tests.usecases.lifecycle.stand_ins import FACTS
from usecases.catalog.models import UseCase
from usecases.iterations import actions as iterations
from usecases.iterations.models import Iteration
from usecases.kpis.models import KPI
from usecases.lifecycle import actions, emergencies, publishing, road
from usecases.lifecycle.models import BreakGlass, SignOff, StageChange

ROAD = ["exploration", "poc", "industrialisation", "production"]
OPENS = dict(zip(ROAD[1:], ROAD, strict=False))  # gate → the stage before it
GATES = [*OPENS, "beyond"]
# One criterion each, so that the model stays small enough to be believed.
ASKED = {
    "poc": ("deployments.approved_and_live", "advise"),
    "industrialisation": ("iterations.closed_go", "block"),
    "production": ("checks.active", "block"),
    "beyond": ("lifecycle.better_than_in_place", "block"),
}
SIGNERS = ("business", "data", "it")
# Who plays what: "both" plays data and IT, and signs once.
CAST = {
    "business": {"business"},
    "data": {"data"},
    "it": {"it"},
    "both": {"data", "it"},
    "viewer": {"viewer"},
    "user": {"user"},
    "steering": {"steering"},
    "admin": {"admin"},
    "stranger": set(),
}
TEAM = {"business", "data", "it"}
MAY = {
    "sign": TEAM,
    "pass": TEAM,
    "break": {"business", "it"},
    "second": TEAM | {"steering"},
    "back": TEAM,
    "stop": {"business", "steering"},
    "retire": {"business", "it"},
    "open": {"business", "data"},
    "conclude": TEAM,
}
PEOPLE, NUMBERS = st.sampled_from(sorted(CAST)), count(1)


class Lifecycle(RuleBasedStateMachine):
    """A use case, its cast, and what the model says it should be."""

    def __init__(self) -> None:
        super().__init__()
        FACTS.clear()
        self.team = TeamFactory()
        self.people = {name: self._person(name, roles) for name, roles in CAST.items()}
        number = next(NUMBERS)
        self.use_case = UseCaseFactory(
            team=self.team, created_by=self.people["business"], slug=f"machine-{number}", name=f"Machine {number}"
        )
        self.site = SiteFactory()
        self.use_case.sites.add(self.site)
        self.kpi = KPI.objects.create(
            use_case=self.use_case, number=1, name="Visits", unit="%", owner=self.people["business"]
        )
        self.stage, self.stopped_at = "exploration", ""
        self.passed = dict.fromkeys(GATES, 0)
        self.beyond_open = True
        self.signed: dict[tuple[str, int], dict[str, str]] = {}  # (gate, round) → role → who
        self.glass: dict[str, str] = {}  # gate → who broke it, while a second person is waited for
        self.moves = 0
        self.tried: list[str] = []  # statuses of iterations
        self.conclusion: dict[str, str] = {}

    def _person(self, name: str, roles: set[str]) -> Any:
        person = UserFactory(username=f"{name}-{self.team.pk}")
        for role in roles:
            if role in OrganisationRole.values:
                OrganisationGrantFactory(user=person, role=role)
            else:
                MembershipFactory(team=self.team, user=person, role=Role(role))
        return person

    # --- what the model says ---
    def may(self, name: str, verb: str) -> bool:
        return bool(CAST[name] & MAY[verb])

    def is_open(self, gate: str) -> bool:
        if gate == "beyond":
            return self.beyond_open and self.stage in ROAD[1:]
        return self.stage == OPENS[gate]

    def round(self, gate: str) -> int:
        return self.passed[gate] + 1

    def signatures(self, gate: str) -> dict[str, str]:
        return self.signed.setdefault((gate, self.round(gate)), {})

    def nothing_blocks(self, gate: str) -> bool:
        return gate == "poc" or (bool(FACTS.get(ASKED[gate][0])) and len(self.signatures(gate)) == 3)

    def went_through(self, gate: str) -> None:
        self.passed[gate] += 1
        self.moves += 1
        if gate == "beyond":
            self.beyond_open = False
        else:
            self.stage = gate

    def went_back(self, to: str) -> None:
        self.moves += 1
        self.beyond_open = True
        self.stage = to

    def attempt(self, expected: bool, act: Any) -> None:
        """Do it: it works when the model says so; else it is refused, and nothing is written."""
        before, refused = Event.objects.count(), ""
        try:
            act()
        except Refused as refusal:
            refused = str(refusal)
        assert bool(refused) is not expected, refused or "this should have been refused"
        assert expected or Event.objects.count() == before

    # --- what people do ---
    @rule(gate=st.sampled_from(GATES), met=st.booleans())
    def a_fact_changes(self, gate: str, met: bool) -> None:
        FACTS[ASKED[gate][0]] = met

    @rule(name=PEOPLE, gate=st.sampled_from(GATES), role=st.sampled_from(["", *SIGNERS]))
    def sign(self, name: str, gate: str, role: str) -> None:
        mine = [one for one in SIGNERS if one in CAST[name] and role in ("", one)]
        taken = self.signatures(gate)
        free = [one for one in mine if one not in taken]
        fits = self.may(name, "sign") and self.is_open(gate) and gate != "poc"
        expected = fits and len(free) == 1 and name not in taken.values()
        self.attempt(expected, lambda: actions.sign(self.use_case, gate, by=self.people[name], role=role))
        if expected:
            taken[free[0]] = name

    @rule(name=PEOPLE, gate=st.sampled_from(GATES))
    def pass_gate(self, name: str, gate: str) -> None:
        expected = self.may(name, "pass") and self.is_open(gate) and self.nothing_blocks(gate)
        expected = expected and not (gate in self.glass and self.waits_to_open(gate))
        self.attempt(expected, lambda: actions.pass_gate(self.use_case, gate, by=self.people[name]))
        if expected:
            self.went_through(gate)

    @rule(
        name=PEOPLE,
        to=st.sampled_from([*ROAD, "beyond", "stopped"]),
        reason=st.sampled_from(["", "The data was wrong."]),
    )
    def step_back(self, name: str, to: str, reason: str) -> None:
        on_road = self.stage in ROAD
        behind = on_road and to in ROAD and ROAD.index(to) < ROAD.index(self.stage)
        again = to == "beyond" and not self.beyond_open
        expected = self.may(name, "back") and bool(reason) and (behind or again)
        self.attempt(expected, lambda: road.step_back(self.use_case, to, by=self.people[name], reason=reason))
        if expected:
            self.went_back(self.stage if to == "beyond" else to)

    @rule(name=PEOPLE)
    def stop(self, name: str) -> None:
        expected = self.may(name, "stop") and self.stage in ROAD
        self.attempt(expected, lambda: road.stop(self.use_case, by=self.people[name], reason="No budget."))
        if expected:
            self.stopped_at, self.stage, self.moves = self.stage, "stopped", self.moves + 1

    @rule(name=PEOPLE)
    def resume(self, name: str) -> None:
        expected = self.may(name, "stop") and self.stage == "stopped"
        self.attempt(expected, lambda: road.resume(self.use_case, by=self.people[name]))
        if expected:
            self.stage, self.moves = self.stopped_at, self.moves + 1

    @precondition(lambda self: self.stage != "production" or self.moves > 12)
    @rule(name=PEOPLE)
    def retire(self, name: str) -> None:
        expected = self.may(name, "retire") and self.stage == "production"
        self.attempt(expected, lambda: road.retire(self.use_case, by=self.people[name], reason="Replaced."))
        if expected:
            self.stage, self.moves = "retired", self.moves + 1

    def waits_to_open(self, gate: str) -> bool:
        """Nothing says otherwise, so a second person agrees before a broken gate opens."""
        broken = BreakGlass.objects.filter(use_case=self.use_case, gate=gate, status="waiting").first()
        return broken is not None and broken.round == self.round(gate)

    @rule(name=PEOPLE, gate=st.sampled_from(GATES))
    def break_glass(self, name: str, gate: str) -> None:
        expected = self.may(name, "break") and self.is_open(gate) and not self.nothing_blocks(gate)
        expected = expected and gate not in self.glass
        act = lambda: emergencies.break_glass(self.use_case, gate, by=self.people[name], reason="It burned.")  # noqa: E731
        self.attempt(expected, act)
        if expected:
            self.glass[gate] = name

    @precondition(lambda self: self.glass)
    @rule(name=PEOPLE, agrees=st.booleans(), data=st.data())
    def answer(self, name: str, agrees: bool, data: Any) -> None:
        gate = data.draw(st.sampled_from(sorted(self.glass)))
        broken = BreakGlass.objects.get(use_case=self.use_case, gate=gate, status="waiting")
        expected = self.may(name, "second") and name != self.glass[gate]
        if agrees:
            expected = expected and self.is_open(gate) and broken.round == self.round(gate)
            self.attempt(expected, lambda: emergencies.agree(broken, by=self.people[name]))
        else:
            self.attempt(expected, lambda: emergencies.object_to(broken, by=self.people[name], comment="No."))
        if expected:
            del self.glass[gate]
            if agrees:
                self.went_through(gate)

    @rule(name=PEOPLE)
    def open_iteration(self, name: str) -> None:
        today = timezone.localdate()
        expected = self.may(name, "open") and self.stage in ROAD[1:] and (not self.tried or self.tried[-1] == "closed")
        told: dict[str, Any] = {
            "kpi": self.kpi,
            "title": "Try",
            "hypothesis": "It works.",
            "sites": [self.site],
            "plugs": "constant",
        }
        told |= {"starts_on": today, "ends_on": today + timedelta(days=7)}
        self.attempt(expected, lambda: iterations.open_iteration(self.use_case, by=self.people[name], **told))
        if expected:
            self.tried.append("open")
            self.conclusion = {}

    @precondition(lambda self: self.tried)
    @rule(name=PEOPLE, decision=st.sampled_from(["go", "pivot", "stop"]))
    def conclude(self, name: str, decision: str) -> None:
        expected = self.may(name, "conclude") and self.tried[-1] == "open"
        told = {"decision": decision, "reason": "Read.", "findings": "None."}
        self.attempt(expected, lambda: iterations.conclude(self.last(), by=self.people[name], **told))
        if expected:
            self.tried[-1] = "concluded"

    @precondition(lambda self: self.tried)
    @rule(name=PEOPLE)
    def take_back(self, name: str) -> None:
        expected = self.may(name, "conclude") and self.tried[-1] == "concluded"
        self.attempt(expected, lambda: iterations.take_back(self.last(), by=self.people[name], reason="A figure."))
        if expected:
            self.tried[-1] = "open"
            self.conclusion = {}

    @precondition(lambda self: self.tried)
    @rule(name=PEOPLE, role=st.sampled_from(["", *SIGNERS]))
    def sign_iteration(self, name: str, role: str) -> None:
        mine = [one for one in SIGNERS if one in CAST[name] and role in ("", one)]
        free = [one for one in mine if one not in self.conclusion]
        fits = self.may(name, "sign") and self.tried[-1] == "concluded" and name not in self.conclusion.values()
        expected = fits and len(free) == 1
        self.attempt(expected, lambda: iterations.sign(self.last(), by=self.people[name], role=role))
        if expected:
            self.conclusion[free[0]] = name
            if len(self.conclusion) == 3:
                self.tried[-1] = "closed"

    def last(self) -> Iteration:
        rows = Iteration.objects.select_related("use_case__team", "kpi_version__kpi__use_case__team")
        return rows.get(use_case=self.use_case, number=len(self.tried) - 1)

    # --- what the database says ---
    @invariant()
    def the_database_holds_to_it(self) -> None:
        row = UseCase.objects.get(pk=self.use_case.pk)
        assert row.stage == self.stage
        changes = list(StageChange.objects.filter(use_case=row).order_by("id"))
        assert len(changes) == self.moves
        if changes:
            assert changes[-1].to_stage == self.stage
            ends = [change.to_stage for change in changes[:-1]]
            assert [change.from_stage for change in changes] == ["exploration", *ends]
        through = [change.gate for change in changes if change.move == "passed"]
        assert {gate: through.count(gate) for gate in GATES} == self.passed
        signed = {(gate, number): roles for (gate, number), roles in self.signed.items() if roles}
        told: dict[tuple[str, int], dict[str, str]] = {}
        for one in SignOff.objects.filter(use_case=row).select_related("by"):
            told.setdefault((one.gate, one.round), {})[one.role] = one.by.username.rpartition("-")[0]
        assert told == signed
        waiting = BreakGlass.objects.filter(use_case=row, status="waiting").values_list("gate", flat=True)
        assert sorted(waiting) == sorted(self.glass)
        assert [one.status for one in Iteration.objects.filter(use_case=row).order_by("number")] == self.tried


def play(admin: Any, examples: int, steps: int) -> None:
    for gate, (code, mode) in ASKED.items():
        if gate != "beyond":  # which asks nothing else from the start
            publishing.publish(gate, {code: mode}, by=admin, seen=2)
    told = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    run_state_machine_as_test(Lifecycle, settings=told)


def test_every_role_tries_every_verb(admin):
    play(admin, examples=6, steps=30)


@pytest.mark.proof
def test_and_tries_them_for_long(admin):
    play(admin, examples=80, steps=60)
