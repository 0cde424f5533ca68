import pytest

from portal.people.models import Role
from tests.factories import SiteFactory, UserFactory
from usecases.catalog.models import Site, UseCase

OF_THE_USE_CASE = ["/use-cases/spring/edit/", "/use-cases/spring/sites/"]


@pytest.mark.parametrize("address", [*OF_THE_USE_CASE, "/teams/{team}/"])
def test_a_stranger_does_not_learn_that_it_exists(use_case, stranger, sign_in, address):
    assert sign_in(stranger).get(address.format(team=use_case.team.slug)).status_code == 404


@pytest.mark.parametrize("address", ["/portfolio/", "/use-cases/new/", "/sites/", "/sites/new/", *OF_THE_USE_CASE])
def test_nobody_comes_in_without_signing_in(use_case, client, address):
    assert client.get(address).status_code == 302


def test_a_use_case_is_opened_from_the_form(team, business, sign_in):
    answer = sign_in(business).post("/use-cases/new/", {"team": team.pk, "name": "Call triage", "currency": "EUR"})
    assert answer.url == "/use-cases/call-triage/"
    assert UseCase.objects.get().created_by == business


def test_a_taken_address_is_said_beside_its_field(use_case, business, sign_in):
    sent = {"team": use_case.team.pk, "name": "X", "currency": "EUR", "slug": "spring"}
    answer = sign_in(business).post("/use-cases/new/", sent)
    assert (answer.status_code, answer.context["form"].errors["slug"]) == (400, ["This address is taken."])


def test_the_form_offers_only_the_teams_where_one_may(team, viewer, sign_in):
    browser = sign_in(viewer)
    assert "you have no role in any" in browser.get("/use-cases/new/").text
    browser.post("/use-cases/new/", {"team": team.pk, "name": "X", "currency": "EUR"})
    assert not UseCase.objects.exists()


def test_the_description_is_changed_from_the_form(use_case, data, sign_in):
    sent = {"name": use_case.name, "currency": "USD", "decision": "Each Monday", "is_shared": "on"}
    assert sign_in(data).post("/use-cases/spring/edit/", sent).status_code == 302
    use_case.refresh_from_db()
    assert (use_case.currency, use_case.decision, use_case.is_shared) == ("USD", "Each Monday", True)


def test_a_viewer_may_not_change_the_description(use_case, viewer, sign_in):
    browser = sign_in(viewer)
    assert browser.get("/use-cases/spring/edit/").status_code == 403
    assert browser.post("/use-cases/spring/edit/", {"name": "Mine", "currency": "EUR"}).status_code == 403


def test_a_shared_use_case_is_read_only_to_others(use_case, stranger, site, sign_in):
    use_case.is_shared = True
    use_case.save()
    browser = sign_in(stranger)
    assert browser.get("/use-cases/spring/sites/").status_code == 200
    assert browser.post("/use-cases/spring/sites/", {"site": site.pk}).status_code == 403
    assert browser.post("/use-cases/spring/sites/rural/leave/").status_code in (403, 404)
    assert browser.get("/use-cases/spring/edit/").status_code == 403


def test_a_site_is_served_rewritten_and_left_from_the_page(use_case, it, sign_in):
    gabon, browser = SiteFactory(name="Gabon", slug="gabon"), sign_in(it)
    browser.post("/use-cases/spring/sites/", {"site": gabon.pk, "specifics": "Two crews"})
    assert "Two crews" in browser.get("/use-cases/spring/sites/").text
    assert "Two crews" in browser.get(f"/use-cases/spring/sites/?site={gabon.pk}").context["form"].initial["specifics"]
    browser.post("/use-cases/spring/sites/gabon/leave/")
    assert not use_case.sites.exists()


def test_the_team_page_names_members_and_the_missing_roles(use_case, business, sign_in):
    page = sign_in(business).get(f"/teams/{use_case.team.slug}/")
    assert "Business Martin" in page.text
    assert page.context["missing"] == [Role.DATA, Role.IT, Role.USER]


def test_a_member_adds_and_removes_someone(team, business, sign_in):
    browser, newcomer = sign_in(business), UserFactory()
    browser.post(f"/teams/{team.slug}/", {"user": newcomer.pk, "role": "it"})
    membership = team.memberships.get(user=newcomer)
    assert membership.role == Role.IT
    browser.post(f"/teams/{team.slug}/members/{membership.pk}/remove/")
    assert not team.memberships.filter(user=newcomer).exists()


def test_a_viewer_may_not_add_anybody(team, viewer, sign_in):
    answer = sign_in(viewer).post(f"/teams/{team.slug}/", {"user": UserFactory().pk, "role": "it"})
    assert answer.status_code == 403
    assert team.memberships.count() == 1


def test_the_tree_of_sites_counts_use_cases_here_and_below(use_case, team, business, stranger, sign_in):
    gabon = SiteFactory(name="Gabon")
    use_case.sites.add(SiteFactory(name="Well 1", parent=gabon), SiteFactory(name="Well 2", parent=gabon))
    branches = sign_in(business).get("/sites/").context["branches"]
    told = [(branch.site.name, branch.indent, branch.use_cases) for branch in branches]
    assert told == [("Gabon", 0, 1), ("Well 1", 20, 1), ("Well 2", 20, 1)]
    assert [b.use_cases for b in sign_in(stranger).get("/sites/").context["branches"]] == [0, 0, 0]


def test_the_administrator_adds_a_site_and_others_may_not(admin, business, sign_in):
    sign_in(admin).post("/sites/new/", {"name": "Gabon", "kind": "Country"})
    assert Site.objects.get().slug == "gabon"
    assert sign_in(business).get("/sites/new/").status_code == 403
    assert "/sites/new/" not in sign_in(business).get("/sites/").text


def test_the_queries_of_the_tree_do_not_depend_on_its_size(use_case, business, sign_in, django_assert_num_queries):
    browser, top = sign_in(business), SiteFactory()
    browser.get("/sites/")
    for number in (2, 30):
        use_case.sites.add(*SiteFactory.create_batch(number, parent=top))
        with django_assert_num_queries(7):
            browser.get("/sites/")


def test_a_site_is_found_by_its_name_under_those_above_it(use_case, business, sign_in):
    land = SiteFactory(name="Gabon")
    SiteFactory(name="Rabi well", parent=land)
    SiteFactory(name="France")
    page = sign_in(business).get("/sites/?q=rabi")
    assert [branch.site.name for branch in page.context["branches"]] == ["Gabon", "Rabi well"]
    assert "No site has this in its name." in sign_in(business).get("/sites/?q=nowhere").text
