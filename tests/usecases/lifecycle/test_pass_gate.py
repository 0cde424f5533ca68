import threading

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from portal.audit.models import Event
from portal.errors import BadInput, NotAllowed, Refused
from usecases.catalog.models import Stage, UseCase
from usecases.lifecycle import actions
from usecases.lifecycle.models import CriterionSetting, StageChange
from usecases.lifecycle.transitions import GATES, ROAD, gate_after, stage_before

GATE = Stage.INDUSTRIALISATION


def test_a_gate_is_passed_on_facts_and_signatures(in_poc, business, open_up, all_sign):
    open_up()
    all_sign(in_poc, GATE)
    change = actions.pass_gate(in_poc, GATE, by=business, reason="Worth it.")
    in_poc.refresh_from_db()
    assert (in_poc.stage, change.from_stage, change.reason) == ("industrialisation", "poc", "Worth it.")
    assert [entry["met"] for entry in change.evidence] == [True, True, True]
    assert "version 2" in Event.objects.get(verb="gate.passed.industrialisation").sentence


@pytest.mark.parametrize("person", ["viewer", "decision_user", "admin", "steering", "auditor", "stranger"])
def test_who_is_not_business_data_or_it_may_not(use_case, request, person):
    with pytest.raises(NotAllowed):
        actions.pass_gate(use_case, Stage.POC, by=request.getfixturevalue(person))
    use_case.refresh_from_db()
    assert use_case.stage == "exploration"


def test_the_refusal_says_what_is_missing_and_who_can_do_it(in_poc, business, it, open_up, facts):
    open_up()
    facts["series.points_arrive"] = False
    actions.sign(in_poc, GATE, by=business)
    with pytest.raises(Refused) as refusal:
        actions.pass_gate(in_poc, GATE, by=business)
    assert f"Series.Points_Arrive (IT: {it})" in str(refusal.value)
    assert "Signature for Data science" in str(refusal.value)


def test_signatures_do_not_replace_a_fact(in_poc, business, all_sign):
    all_sign(in_poc, GATE)
    with pytest.raises(Refused):
        actions.pass_gate(in_poc, GATE, by=business)


def test_facts_do_not_replace_a_signature(in_poc, business, open_up):
    open_up()
    with pytest.raises(Refused, match="Signature"):
        actions.pass_gate(in_poc, GATE, by=business)


def test_facts_are_read_again_at_that_moment(in_poc, business, open_up, all_sign, facts):
    open_up()
    all_sign(in_poc, GATE)
    facts["iterations.closed_go"] = False
    with pytest.raises(Refused):
        actions.pass_gate(in_poc, GATE, by=business)


def test_a_gate_is_not_jumped_nor_passed_twice(in_poc, business):
    with pytest.raises(Refused, match="comes first"):
        actions.pass_gate(in_poc, Stage.PRODUCTION, by=business)
    with pytest.raises(Refused, match="passed already"):
        actions.pass_gate(in_poc, Stage.POC, by=business)


def test_a_warning_asks_for_a_reason(in_poc, business, open_up, all_sign, facts):
    open_up()
    CriterionSetting.objects.filter(code="runs.beats_simple_baseline").update(mode="warn")
    facts["runs.beats_simple_baseline"] = False
    all_sign(in_poc, GATE)
    with pytest.raises(BadInput, match="Say why"):
        actions.pass_gate(in_poc, GATE, by=business)
    assert actions.pass_gate(in_poc, GATE, by=business, reason="The simple one is enough.").reason


def test_what_a_stale_page_asks_is_compared_with_the_row(in_poc, business):
    stale = UseCase.objects.get(pk=in_poc.pk)
    stale.stage = Stage.EXPLORATION
    with pytest.raises(Refused, match="passed already"):
        actions.pass_gate(stale, Stage.POC, by=business)


def test_of_two_people_at_once_one_passes_and_the_other_is_told(committed_db, use_case, business, data):
    told: list[str] = []

    def try_it(person) -> None:
        try:
            actions.pass_gate(UseCase.objects.select_related("team").get(pk=use_case.pk), Stage.POC, by=person)
        except Refused as refusal:
            told.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=try_it, args=(person,)) for person in (business, data)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == ["This gate is passed already."]
    assert StageChange.objects.filter(use_case=use_case).count() == 1


@given(st.sampled_from(Stage))
def test_the_road_leads_one_stage_at_a_time(stage):
    gate = gate_after(stage)
    if gate is None:
        assert stage not in ROAD[:-1]
    else:
        assert stage_before(gate) == stage
        assert ROAD.index(gate) == ROAD.index(stage) + 1
        assert gate in GATES
