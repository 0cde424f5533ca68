import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from portal import registry
from usecases.catalog.models import Stage, UseCase
from usecases.lifecycle import publishing
from usecases.lifecycle.evaluate import evaluate, evaluate_all, missing, next_gate
from usecases.lifecycle.models import CriteriaSet, CriterionSetting, StageChange
from usecases.lifecycle.transitions import ALL_GATES


def found(use_case, gate, code):
    return next(finding for finding in evaluate(use_case, gate).findings if finding.code == code)


def test_every_gate_asks_something_from_the_start(db):
    modes = {row.gate: {s.mode for s in row.settings.all()} for row in CriteriaSet.objects.filter(is_current=True)}
    assert modes == {"poc": {"advise"}, "industrialisation": {"block"}, "production": {"block"}, "beyond": {"block"}}


def test_every_criterion_asked_is_installed(db, settings):
    from portal.settings import REGISTRY

    settings.REGISTRY = REGISTRY
    registry._entries.cache_clear()
    asked = set(CriterionSetting.objects.filter(criteria_set__is_current=True).values_list("code", flat=True))
    assert asked <= set(registry.criteria())


def test_the_gate_to_poc_lists_gaps_and_stops_nobody(use_case, business):
    gate = evaluate(use_case, Stage.POC)
    assert (gate.state, gate.blocking, bool(gate.missing), gate.can_pass) == ("open", [], True, True)


def test_what_blocks_comes_first(in_poc, facts):
    facts["iterations.closed_go"] = True
    codes = [finding.code for finding in evaluate(in_poc, Stage.INDUSTRIALISATION).missing_first]
    assert codes[-1] == "iterations.closed_go"


def test_unknown_is_never_met(in_poc, facts):
    facts["series.points_arrive"] = None
    finding = found(in_poc, Stage.INDUSTRIALISATION, "series.points_arrive")
    assert (finding.met, finding.blocks, finding.tone) == (None, True, "unk")


def test_a_criterion_that_is_not_installed_blocks_as_unknown(in_poc, open_up):
    open_up()
    in_force = CriteriaSet.objects.get(gate="industrialisation", is_current=True)
    CriterionSetting.objects.create(criteria_set=in_force, code="from.elsewhere", mode="block", position=9)
    finding = found(in_poc, Stage.INDUSTRIALISATION, "from.elsewhere")
    assert (finding.met, finding.blocks, finding.title) == (None, True, "from.elsewhere")


def test_who_can_mend_is_named(in_poc, it):
    assert found(in_poc, Stage.INDUSTRIALISATION, "series.points_arrive").who == f"IT: {it}"


def test_a_gate_further_ahead_waits_for_the_next_one(use_case):
    gate = evaluate(use_case, Stage.PRODUCTION)
    assert (gate.state, gate.can_pass) == ("ahead", False)
    assert gate.why_not == "The gate to POC comes first."


@pytest.mark.parametrize("stage", [Stage.STOPPED, Stage.RETIRED])
def test_no_gate_opens_off_the_road(use_case, stage):
    use_case.stage = stage
    assert next_gate(use_case) is None
    assert {evaluate(use_case, gate).state for gate in ("poc", "industrialisation", "production")} == {"closed"}


def test_missing_is_about_the_next_gate(in_poc):
    assert {finding.code for finding in missing(in_poc)} >= {"series.points_arrive"}
    in_poc.stage = Stage.PRODUCTION
    assert missing(in_poc) == []


def test_evaluating_costs_seven_queries_and_those_of_the_criteria(in_poc, django_assert_num_queries):
    fresh = UseCase.objects.select_related("team").get(pk=in_poc.pk)
    with django_assert_num_queries(7):
        evaluate(fresh, Stage.INDUSTRIALISATION)


def test_all_gates_are_read_in_as_many_queries_as_one(in_poc):
    fresh = UseCase.objects.select_related("team").get(pk=in_poc.pk)
    with CaptureQueriesContext(connection) as asked:
        assert [gate.stage for gate in evaluate_all(fresh, ALL_GATES)] == list(ALL_GATES)
    for table in ("stagechange", "criteriaset", "criterionsetting", "attestation", "signoff", "breakglass"):
        assert sum(f'FROM "usecases_{table}"' in query["sql"] for query in asked) == 1, table


def test_a_passed_gate_shows_what_it_was_passed_on(in_poc, business, admin):
    publishing.publish("poc", {"kpis.validated": "block"}, by=admin, seen=2)
    gate = evaluate(in_poc, Stage.POC)
    assert gate.criteria_set
    assert gate.change
    assert (gate.state, gate.criteria_set.version, gate.change.by) == ("passed", 2, business)
    assert "catalog.three_roles" in {finding.code for finding in gate.findings}


def test_evidence_is_kept_in_both_languages(in_poc):
    (change,) = StageChange.objects.all()
    assert {tuple(entry["sentence"]) for entry in change.evidence} == {("en", "fr")}
    with translation.override("fr"):
        shown = {finding.code: finding.sentence for finding in evaluate(in_poc, Stage.POC).findings}
    kept = {entry["code"]: entry["sentence"]["fr"] for entry in change.evidence}
    assert shown == kept
