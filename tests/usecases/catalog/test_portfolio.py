from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.people.models import Role
from tests.factories import MembershipFactory, SiteFactory, TeamFactory, UseCaseFactory
from usecases.catalog.models import Health, Stage


def shown(response) -> list[str]:
    return [row.use_case.name for row in response.context["table"].items]


def test_a_member_sees_what_it_decides_how_it_is_and_who_is_missing(use_case, business, sign_in):
    page = sign_in(business).get("/portfolio/")
    assert shown(page) == ["Spring e-mail campaign"]
    assert "Data science: nobody yet" in page.text


def test_a_stranger_sees_nothing_of_it(use_case, stranger, sign_in):
    assert "Spring" not in sign_in(stranger).get("/portfolio/").text


def test_a_shared_use_case_is_seen_by_all(use_case, stranger, sign_in):
    use_case.is_shared = True
    use_case.save()
    assert shown(sign_in(stranger).get("/portfolio/")) == ["Spring e-mail campaign"]


@pytest.mark.parametrize("view", ["table", "kanban"])
def test_three_or_sixty_use_cases_cost_the_same_queries(many, business, sign_in, view, django_assert_num_queries):
    browser, address = sign_in(business), f"/portfolio/?view={view}"
    many(3)
    with CaptureQueriesContext(connection) as few:
        browser.get(address)
    assert len(few) < 20
    many(57)
    with django_assert_num_queries(len(few)):
        assert browser.get(address).context["table"].last == 50


def test_the_second_page_holds_the_rest(many, business, sign_in):
    many(53)
    assert len(shown(sign_in(business).get("/portfolio/?page=2"))) == 3


def test_stopped_and_retired_ones_are_hidden_until_asked_for(use_case, team, business, sign_in):
    UseCaseFactory(team=team, name="Old", stage=Stage.STOPPED)
    browser = sign_in(business)
    assert "Stage: Open" in browser.get("/portfolio/").text
    assert shown(browser.get("/portfolio/?stage=stopped")) == ["Old"]
    assert len(shown(browser.get("/portfolio/?stage=all"))) == 2


def test_filters_are_in_the_address(use_case, team, business, sign_in):
    other = UseCaseFactory(team=team, name="Pumps", health=Health.ERROR, decision="Visit which well")
    other.sites.add(SiteFactory(slug="well", parent=SiteFactory(slug="gabon")))
    browser = sign_in(business)
    for query in ("health=error", "q=pum", "q=WHICH+well", "site=gabon", f"team={team.slug}&health=error"):
        assert shown(browser.get(f"/portfolio/?{query}")) == ["Pumps"], query


def test_a_filter_that_means_nothing_is_not_there(use_case, business, sign_in):
    page = sign_in(business).get("/portfolio/?stage=x&health=y&sort=z&view=w&page=-1&q=%00")
    assert shown(page) == ["Spring e-mail campaign"]


def test_the_worst_come_first_unless_sorted_otherwise(team, business, sign_in):
    for name, health in (("B", Health.HEALTHY), ("C", Health.ERROR), ("A", Health.WARNING)):
        UseCaseFactory(team=team, name=name, health=health)
    browser = sign_in(business)
    assert shown(browser.get("/portfolio/")) == ["C", "A", "B"]
    assert shown(browser.get("/portfolio/?sort=name")) == ["A", "B", "C"]
    assert shown(browser.get("/portfolio/?sort=-name")) == ["C", "B", "A"]


def test_the_kanban_puts_a_card_under_its_stage_with_the_gate_ahead(use_case, business, sign_in):
    use_case.stage, use_case.stage_since = Stage.POC, timezone.now() - timedelta(days=9)
    use_case.save()
    page = sign_in(business).get("/portfolio/?view=kanban")
    assert [len(column.cards) for column in page.context["lanes"]] == [0, 1, 0, 0]
    assert "Gate ahead: Industrialisation" in page.text
    assert "9 days" in page.text


def test_an_empty_portfolio_teaches_and_offers_to_begin(team, business, sign_in):
    page = sign_in(business).get("/portfolio/").text
    assert "A use case is one decision" in page
    assert "/use-cases/new/" in page


def test_who_may_not_open_one_is_not_offered_to(team, viewer, sign_in):
    assert "/use-cases/new/" not in sign_in(viewer).get("/portfolio/").text


def test_teams_of_others_are_not_named_in_the_filter(use_case, business, sign_in):
    UseCaseFactory(team=TeamFactory(name="Secret crew"))
    assert "Secret crew" not in sign_in(business).get("/portfolio/").text


def test_someone_who_left_the_house_plays_no_role(use_case, team, business, sign_in):
    MembershipFactory(team=team, role=Role.DATA, user__is_active=False)
    assert "Data science: nobody yet" in sign_in(business).get("/portfolio/").text
