import pytest

from portal.audit.models import Event
from portal.errors import BadInput, NotAllowed, Refused
from usecases.kpis import actions
from usecases.kpis.models import KPI, KPIAgreement


def test_each_edit_makes_a_version_and_keeps_the_one_before(kpi, data):
    actions.edit_kpi(kpi, by=data, target=19.0)
    kpi.refresh_from_db()
    assert kpi.version == 2
    assert list(kpi.versions.values_list("number", "facts__target")) == [(2, 19.0), (1, 17.5)]


def test_another_owner_says_nothing_new(kpi, data):
    actions.edit_kpi(kpi, by=data, owner=data)
    kpi.refresh_from_db()
    assert (kpi.version, kpi.owner) == (1, data)


def test_a_kpi_older_than_its_versions_gets_its_first_one_when_it_changes(use_case, business, data):
    kpi = KPI.objects.create(use_case=use_case, number=1, name="Visits", unit="%", owner=business, target=3)
    actions.edit_kpi(kpi, by=data, target=4)
    assert set(kpi.versions.values_list("number", "facts__target")) == {(1, 3.0), (2, 4.0)}


def test_a_version_is_agreed_on_with_its_proxy_metric(kpi, business, data):
    actions.edit_kpi(kpi, by=data, proxy_metric="qini")
    version = actions.agree(kpi, by=business, seen=2, about="iteration 1")
    again = actions.agree(kpi, by=business, seen=2, about="iteration 1")
    assert (version, version.facts["proxy_metric"]) == (again, "qini")
    assert KPIAgreement.objects.count() == Event.objects.filter(verb="kpi.agreed").count() == 1


def test_nobody_agrees_on_what_changed_meanwhile(kpi, business, data):
    actions.edit_kpi(kpi, by=data, target=19.0)
    with pytest.raises(Refused, match="version 2, and you read version 1"):
        actions.agree(kpi, by=business, seen=1)
    assert not KPIAgreement.objects.exists()


@pytest.mark.parametrize("person", ["it", "viewer", "decision_user", "admin", "steering", "auditor", "stranger"])
def test_only_business_and_data_agree(kpi, request, person):
    with pytest.raises(NotAllowed):
        actions.agree(kpi, by=request.getfixturevalue(person), seen=1)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"rule": "non_inferiority"}, "margin"),
        ({"rule": "non_inferiority", "margin": -0.5}, "margin"),
        ({"scale": 0.0}, "scale"),
        ({"scale": float("inf")}, "scale"),
        ({"baseline_error": -1.0}, "baseline_error"),
        ({"control_share": 1.0}, "control_share"),
        ({"planned_n": 10}, "planned_n"),
    ],
)
def test_rules_between_fields_are_said_beside_the_field(kpi, data, facts, field):
    with pytest.raises(BadInput) as refusal:
        actions.edit_kpi(kpi, by=data, **facts)
    assert [problem.field for problem in refusal.value.problems] == [field]
    kpi.refresh_from_db()
    assert kpi.version == 1


@pytest.fixture
def rare(kpi, data) -> KPI:
    """Ten pumps fail too rarely for a figure: somebody signs."""
    return actions.edit_kpi(kpi, by=data, rule="signed")


def test_the_business_signs_on_stated_evidence(rare, business):
    actions.decide(rare, by=business, is_better=True, evidence="No workover in 90 days, four the year before.", seen=2)
    assert "signed as better" in Event.objects.get(verb="kpi.decided_better").sentence


def test_no_decision_without_evidence(rare, business):
    with pytest.raises(BadInput):
        actions.decide(rare, by=business, is_better=True, evidence="  ", seen=2)


def test_nobody_signs_where_the_figures_speak(kpi, business):
    with pytest.raises(Refused, match="nobody signs it"):
        actions.decide(kpi, by=business, is_better=True, evidence="I feel it", seen=1)


def test_nobody_signs_what_changed_meanwhile(rare, business):
    with pytest.raises(Refused, match="read it again"):
        actions.decide(rare, by=business, is_better=True, evidence="x", seen=1)


@pytest.mark.parametrize("person", ["it", "data", "viewer", "decision_user", "admin", "steering", "stranger"])
def test_only_the_business_signs(rare, request, person):
    with pytest.raises(NotAllowed):
        actions.decide(rare, by=request.getfixturevalue(person), is_better=True, evidence="x", seen=2)
