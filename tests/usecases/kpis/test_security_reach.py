"""Who measures and validates where: roles limited to a site of the tree, and deputies."""

from datetime import timedelta

import pytest

from portal.errors import NotAllowed, Refused
from portal.notifications.models import Notification
from portal.people import deputies, rights
from portal.people.models import Membership, Role
from tests.factories import MembershipFactory, SiteFactory, UserFactory
from usecases.kpis import actions
from usecases.kpis.inbox import waiting
from usecases.kpis.models import Measurement
from usecases.kpis.transitions import waiting as waits

ADDRESS = "/use-cases/spring/kpis/1/"


@pytest.fixture
def places(use_case):
    """Gabon with a well in it, and Norway: all three are served."""
    gabon = SiteFactory(name="Gabon", slug="gabon")
    found = {
        "gabon": gabon,
        "well": SiteFactory(name="Well 12", slug="well", parent=gabon),
        "norway": SiteFactory(name="Norway", slug="norway"),
    }
    use_case.sites.add(*found.values())
    return found


@pytest.fixture
def limited(team, places):
    """Somebody with a role in Gabon only."""

    def _limited(role, **more):
        return MembershipFactory(team=team, role=role, site=places["gabon"], **more).user

    return _limited


@pytest.fixture
def everywhere(measure, places):
    """One provisional measurement at each site, and one for all of them together."""
    return {name: measure(site=name) for name in places} | {"all": measure()}


def _row(site, day="2026-06-01"):
    return {"period_start": day, "value": 17, **({"site": site} if site else {})}


@pytest.mark.parametrize(("site", "may"), [("gabon", True), ("well", True), ("norway", False), (None, False)])
def test_a_limited_role_measures_below_its_site_only(kpi, limited, site, may):
    person = limited(Role.DATA)
    if may:
        assert actions.record_measurements(kpi, [_row(site)], by=person, source="typed").recorded == 1
    else:
        with pytest.raises(NotAllowed, match="does not reach there"):
            actions.record_measurements(kpi, [_row(site)], by=person, source="typed")
        assert not Measurement.objects.exists()


def test_one_line_out_of_reach_keeps_the_whole_batch_out(kpi, limited):
    with pytest.raises(NotAllowed, match="at Norway"):
        actions.record_measurements(kpi, [_row("gabon"), _row("norway")], by=limited(Role.IT), source="api")
    assert not Measurement.objects.exists()


def test_and_corrects_validates_and_rejects_there_only(everywhere, limited):
    business, data = limited(Role.BUSINESS), limited(Role.DATA)
    for name in ("norway", "all"):
        with pytest.raises(NotAllowed):
            actions.validate(everywhere[name], by=business)
        with pytest.raises(NotAllowed):
            actions.reject(everywhere[name], by=business, reason="Strike")
        with pytest.raises(NotAllowed):
            actions.correct(everywhere[name], by=data, value=1, reason="Late")
    actions.correct(everywhere["gabon"], by=data, value=1, reason="Late")
    actions.validate(everywhere["well"], by=business)
    assert set(Measurement.objects.filter(status="validated").values_list("site__slug", flat=True)) == {"well"}


def test_validating_all_is_all_of_ones_sites(kpi, everywhere, limited, business, django_assert_num_queries):
    person = limited(Role.BUSINESS)
    rights.can(person, "kpi.validate", kpi.use_case.team)
    with django_assert_num_queries(1):
        mine = waits(kpi, person)
    assert (mine.number, waits(kpi, business).number) == (2, 4)
    with pytest.raises(Refused, match="look at them again"):
        actions.validate_all(kpi, by=person, seen=4)
    assert actions.validate_all(kpi, by=person, seen=2, seal=mine.seal) == 2
    left = Measurement.objects.filter(status="provisional").values_list("site__slug", flat=True)
    assert set(left) == {"norway", None}
    with pytest.raises(Refused, match="No measurement waits"):
        actions.validate_all(kpi, by=person)


def test_a_role_of_an_environment_validates_nothing(kpi, everywhere, team):
    from usecases.deployments.models import Environment

    there = Environment.objects.create(name="Production", slug="production", is_production=True)
    person = MembershipFactory(team=team, role=Role.BUSINESS, environment=there).user
    assert (waits(kpi, person).number, waiting(person)) == (0, [])
    with pytest.raises(NotAllowed):
        actions.validate(everywhere["gabon"], by=person)


def test_the_inbox_counts_what_one_reaches_and_what_one_stands_in_for(everywhere, limited, business):
    person = limited(Role.BUSINESS)
    deputy, today = UserFactory(), rights.today()
    mine = Membership.objects.get(user=person)
    deputies.name_deputy(mine, deputy, today, today + timedelta(days=6), by=person)
    details = [str(waiting(one)[0].detail) for one in (person, deputy, business)]
    assert [detail.partition(": ")[2][0] for detail in details] == ["2", "2", "4"]
    elsewhere = MembershipFactory(team=mine.team, role=Role.BUSINESS, site=SiteFactory(name="Chad")).user
    assert waiting(elsewhere) == []


def test_whoever_reaches_is_told_and_nobody_else(kpi, limited, business, data):
    person = limited(Role.BUSINESS)
    actions.record_measurements(kpi, [_row("norway")], by=data, source="typed")
    assert {one.person for one in Notification.objects.all()} == {business}
    actions.record_measurements(kpi, [_row("norway", "2026-06-08"), _row("well")], by=data, source="typed")
    assert set(Notification.objects.filter(person=person).values_list("message__kind", flat=True)) == {
        "notice.measurements_wait"
    }


def test_the_pages_offer_what_the_role_reaches(everywhere, limited, sign_in):
    browser = sign_in(limited(Role.BUSINESS))
    page = browser.get(ADDRESS).content.decode()
    assert "Validate all 2" in page
    assert [f"{one.uid}/validate/" in page for one in everywhere.values()] == [True, True, False, False]
    norway = everywhere["norway"]
    assert "Reject it" not in browser.get(norway.get_absolute_url()).content.decode()
    assert browser.post(f"{norway.get_absolute_url()}validate/", {"value": norway.value}).status_code == 403


def test_one_is_offered_the_sites_one_reaches(kpi, limited, data, sign_in):
    address = f"{ADDRESS}measurements/new/"
    offered = [
        [value for value, _label in sign_in(one).get(address).context["form"].fields["site"].choices]
        for one in (limited(Role.DATA), data)
    ]
    assert offered == [["gabon", "well"], ["", "gabon", "norway", "well"]]


def test_the_api_tells_how_many_wait_for_the_caller(everywhere, limited, call, kpi):
    person = limited(Role.BUSINESS)
    told = call(person, "get", "use-cases/spring/kpis/1/effect").json()
    assert told["waiting"] == 2
    sent = {"number": 2, "seal": told["waiting_seal"]}
    path = "use-cases/spring/kpis/1/validate-all"
    assert call(person, "post", path, sent, match="*").status_code == 200
    assert Measurement.objects.filter(status="validated").count() == 2
