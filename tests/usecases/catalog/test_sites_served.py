import pytest

from portal.audit.models import Event
from portal.errors import BadInput, NotAllowed, Refused
from tests.factories import SiteFactory
from usecases.catalog.actions import create_site, leave_site, serve_site


def test_a_site_is_served_with_what_is_particular_there(use_case, data):
    served = serve_site(use_case, SiteFactory(name="Gabon"), by=data, specifics=" Two crews ")
    assert served.specifics == "Two crews"
    assert Event.objects.get().sentence == "Gabon is now served."


def test_serving_again_rewrites_the_specifics_and_keeps_the_old_ones(use_case, site, data):
    serve_site(use_case, site, by=data, specifics="New rule")
    assert use_case.served_sites.get().specifics == "New rule"
    assert Event.objects.get(verb="usecase.site_specifics").data["before"] == {"specifics": ""}


def test_serving_again_without_a_change_tells_nothing(use_case, site, data):
    serve_site(use_case, site, by=data)
    assert not Event.objects.exists()


def test_a_site_is_left_and_the_journal_keeps_its_specifics(use_case, site, it):
    use_case.served_sites.update(specifics="No e-mail on Sunday")
    leave_site(use_case, site, by=it)
    assert not use_case.sites.exists()
    assert Event.objects.get(verb="usecase.site_left").data["before"] == {"specifics": "No e-mail on Sunday"}


def test_a_site_that_is_not_served_cannot_be_left(use_case, it):
    with pytest.raises(Refused):
        leave_site(use_case, SiteFactory(), by=it)


@pytest.mark.parametrize("who", ["viewer", "decision_user", "stranger", "admin"])
def test_who_may_not_change_the_sites(request, use_case, site, who):
    user = request.getfixturevalue(who)
    with pytest.raises(NotAllowed):
        serve_site(use_case, site, by=user, specifics="Mine")
    with pytest.raises(NotAllowed):
        leave_site(use_case, site, by=user)


def test_the_administrator_adds_a_site_below_another(admin):
    gabon = create_site(by=admin, name="Gabon", kind="Country")
    well = create_site(by=admin, name="Rabi North 12", kind="Well", parent=gabon)
    assert (well.slug, well.parent) == ("rabi-north-12", gabon)


def test_two_sites_of_one_name_need_two_parents(admin):
    create_site(by=admin, name="North")
    with pytest.raises(BadInput):
        create_site(by=admin, name="north")
    assert create_site(by=admin, name="North", parent=SiteFactory()).slug == "north-2"


def test_only_the_administrator_adds_sites(business):
    with pytest.raises(NotAllowed):
        create_site(by=business, name="Mine")
