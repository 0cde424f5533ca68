import pytest

from portal.audit.models import Event
from portal.errors import BadInput, NotAllowed, Refused
from usecases.kpis import actions
from usecases.kpis.models import KPI


def test_the_first_kpi_is_the_headline(use_case, kpi, business):
    second = actions.define_kpi(use_case, by=business, name="Opt-outs", unit="%")
    assert (kpi.is_headline, second.is_headline, second.number) == (True, False, 2)
    assert second.owner == business


@pytest.mark.parametrize("person", ["it", "viewer", "decision_user", "admin", "steering", "auditor", "stranger"])
def test_only_business_and_data_define_a_kpi(use_case, request, person):
    with pytest.raises(NotAllowed):
        actions.define_kpi(use_case, by=request.getfixturevalue(person), name="X", unit="%")
    assert not KPI.objects.exists()


def test_two_kpis_may_not_share_a_name(use_case, kpi, business):
    with pytest.raises(BadInput) as refusal:
        actions.define_kpi(use_case, by=business, name="visit RATE", unit="%")
    assert [problem.field for problem in refusal.value.problems] == ["name"]


def test_a_name_and_a_unit_are_required(use_case, business):
    with pytest.raises(BadInput) as refusal:
        actions.define_kpi(use_case, by=business, name="", unit="")
    assert {problem.field for problem in refusal.value.problems} == {"name", "unit"}


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_baseline_is_a_finite_number(use_case, business, value):
    with pytest.raises(BadInput):
        actions.define_kpi(use_case, by=business, name="X", unit="%", baseline=value)


def test_a_stranger_may_not_own_a_kpi(use_case, business, stranger):
    with pytest.raises(BadInput, match="not kept"):
        actions.define_kpi(use_case, by=business, name="X", unit="%", owner=stranger)


def test_the_journal_keeps_the_baseline_of_before(kpi, data):
    actions.edit_kpi(kpi, by=data, baseline=13.2, name="Visit rate")
    told = Event.objects.get(verb="kpi.edited")
    assert (told.data["before"], told.data["after"]) == ({"baseline": 14.0}, {"baseline": 13.2})
    assert "baseline" in told.sentence


def test_changing_nothing_tells_nothing(kpi, data):
    actions.edit_kpi(kpi, by=data, baseline=14.0)
    assert not Event.objects.filter(verb="kpi.edited").exists()


def test_it_may_not_change_a_kpi(kpi, it):
    with pytest.raises(NotAllowed):
        actions.edit_kpi(kpi, by=it, target=1.0)


def test_the_headline_moves(use_case, kpi, business):
    second = actions.define_kpi(use_case, by=business, name="Opt-outs", unit="%")
    actions.make_headline(second, by=business)
    assert KPI.objects.get(is_headline=True) == second
    with pytest.raises(Refused, match="already"):
        actions.make_headline(second, by=business)


def test_it_may_not_move_the_headline(use_case, kpi, business, it):
    second = actions.define_kpi(use_case, by=business, name="Opt-outs", unit="%")
    with pytest.raises(NotAllowed):
        actions.make_headline(second, by=it)
