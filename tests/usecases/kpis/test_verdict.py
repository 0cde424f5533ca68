"""Each KPI answers by its own rule, on what the business validated."""

import pytest

from usecases.kpis import actions
from usecases.kpis.criteria import is_better
from usecases.kpis.models import KPI
from usecases.kpis.totals import Only
from usecases.kpis.verdict import verdict, verdicts

WEEK = "2026-05-04"


@pytest.fixture
def known(kpi, measure, business, data):
    """The KPI after some edits and one validated week."""

    def _known(facts=None, **figures) -> KPI:
        if facts:
            actions.edit_kpi(kpi, by=data, **facts)
            kpi.refresh_from_db()
        actions.validate(measure(WEEK, **figures), by=business)
        return kpi

    return _known


@pytest.mark.parametrize(
    ("facts", "value", "met", "code"),
    [
        ({}, 18.0, True, "verdict.better"),
        ({}, 14.5, False, "verdict.not_proven"),
        ({}, 10.0, False, "verdict.worse"),
        ({"direction": "down"}, 10.0, True, "verdict.better"),
        ({"direction": "down"}, 18.0, False, "verdict.worse"),
        ({"rule": "non_inferiority", "margin": 2.0}, 14.0, True, "verdict.no_worse"),
        ({"rule": "non_inferiority", "margin": 2.0}, 12.5, False, "verdict.margin_not_proven"),
        ({"rule": "non_inferiority", "margin": 2.0}, 9.0, False, "verdict.worse_than_margin"),
        ({"rule": "non_inferiority", "margin": 2.0, "direction": "down"}, 15.0, True, "verdict.no_worse"),
    ],
)
def test_the_rule_decides(known, facts, value, met, code):
    found = verdict(known(facts, value=value, standard_error=0.5))
    assert (found.met, found.code) == (met, code)


def test_the_sentence_has_interval_grade_and_date(known):
    found = verdict(known(value=18.0, standard_error=0.5))
    assert found.sentence == (
        "Better: Visit rate +4.0\xa0visits per 100 against the system in place (95 %: +3.0 to +5.0), grade C, "
        "until 10 May 2026."
    )
    assert (found.grade, found.version, found.as_of.date().isoformat()) == ("C", 1, "2026-05-11")


def test_what_the_business_has_not_validated_does_not_count(kpi, measure):
    measure(WEEK, 18.0, standard_error=0.5)
    assert (verdict(kpi).met, verdict(kpi).code) == (None, "verdict.nothing")


def test_without_an_interval_nobody_knows(known):
    found = verdict(known(value=18.0))
    assert (found.met, found.code, found.low) == (None, "verdict.no_error", None)


def test_without_a_system_in_place_nobody_knows(known):
    assert verdict(known({"baseline": None}, value=18.0, standard_error=0.5)).code == "verdict.no_system_in_place"


ARMS = {"value": None, "n": 9000, "conversions": 1640, "reference_n": 1000, "reference_conversions": 140}


def test_two_drawn_arms_are_judged_by_the_interval_valid_at_any_time(known):
    found = verdict(known({"proof": "A", "scale": 100, "control_share": 0.1}, **ARMS))
    # d = 4.2222, se = √(0.4069² + 1.0973²) = 1.1703, 10,000 people of 10,000 planned: 3.0352 errors
    assert (found.met, found.grade, found.effect.method) == (True, "A", "any_time")
    assert found.low == pytest.approx(0.6702, abs=1e-3)
    assert found.high == pytest.approx(7.7743, abs=1e-3)


def test_arms_that_were_not_drawn_as_said_prove_nothing(known):
    found = verdict(known({"proof": "A", "scale": 100, "control_share": 0.2}, **ARMS))
    assert (found.met, found.code) == (None, "verdict.mismatch")
    assert "10.0 % in the control arm instead of 20.0 %" in found.sentence


def test_one_site_is_judged_on_its_own(kpi, measure, business, site):
    actions.validate(measure(WEEK, 10.0, standard_error=0.5, site=site.slug), by=business)
    actions.validate(measure(WEEK, 18.0, standard_error=0.5), by=business)
    assert verdict(kpi).met is True
    assert verdict(kpi, only=Only(sites=[site.pk])).code == "verdict.worse"


@pytest.mark.parametrize(("is_better", "code"), [(True, "signed_better"), (False, "signed_not_better")])
def test_a_signed_decision_is_the_verdict(known, business, is_better, code):
    kpi = known({"rule": "signed"}, value=18.0)
    assert (verdict(kpi).met, verdict(kpi).code) == (None, "verdict.unsigned")
    actions.decide(kpi, by=business, is_better=is_better, evidence="No workover in 90 days", seen=2)
    found = verdict(kpi)
    assert (found.met, found.code) == (is_better, f"verdict.{code}")
    assert "No workover in 90 days" in found.sentence


def test_a_decision_signed_under_another_version_is_signed_again(known, business, data):
    kpi = known({"rule": "signed"}, value=18.0)
    actions.decide(kpi, by=business, is_better=True, evidence="No workover in 90 days", seen=2)
    actions.edit_kpi(kpi, by=data, target=20.0)
    kpi.refresh_from_db()
    assert (verdict(kpi).met, verdict(kpi).code) == (None, "verdict.signed_before")


def test_two_queries_at_most(known, django_assert_num_queries):
    kpi = known({"rule": "signed"}, value=18.0)
    with django_assert_num_queries(2):
        verdicts([kpi])


def test_the_gate_asks_the_verdict(use_case, kpi, known):
    assert is_better(use_case).met is not True
    known(value=18.0, standard_error=0.5)
    found = is_better(use_case)
    assert (found.met, "Better: Visit rate" in str(found.sentence)) == (True, True)


def test_the_gate_leads_to_the_signature(use_case, known):
    known({"rule": "signed"}, value=18.0)
    found = is_better(use_case)
    assert (found.met, found.url) == (None, "/use-cases/spring/kpis/1/decide/")
