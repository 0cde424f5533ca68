from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal import registry
from portal.people.models import Role
from tests.factories import MembershipFactory, SiteFactory, TeamFactory, UseCaseFactory
from usecases.catalog.kanban import CARDS
from usecases.catalog.models import Health, Stage, UseCase
from usecases.kpis.models import KPI, Measurement


def judge(use_case, value: int, feasibility: int, by) -> None:
    judged = {"value_score": value, "feasibility_score": feasibility, "scored_at": timezone.now(), "scored_by": by}
    UseCase.objects.filter(pk=use_case.pk).update(**judged)


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


@pytest.mark.parametrize("view", ["table", "kanban", "matrix"])
def test_three_or_sixty_use_cases_cost_the_same_queries(many, business, sign_in, view, django_assert_num_queries):
    browser, address = sign_in(business), f"/portfolio/?view={view}"
    many(3)
    judge(UseCase.objects.first(), 5, 4, business)
    browser.get(address)
    with CaptureQueriesContext(connection) as few:
        browser.get(address)
    assert len(few) <= 15
    many(57)
    for use_case in UseCase.objects.filter(value_score=None)[:30]:
        judge(use_case, 5, 4, business)
    with django_assert_num_queries(len(few)):
        assert browser.get(address).context["table"].count == 60


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


def test_the_kanban_shows_the_first_of_every_stage_and_leads_to_the_rest(team, business, sign_in):
    for number in range(CARDS + 3):
        UseCaseFactory(team=team, stage=Stage.POC, name=f"Case {number:02}", health=Health.UNKNOWN)
    UseCaseFactory(team=team, stage=Stage.POC, name="Zebra", health=Health.ERROR)
    UseCaseFactory(team=team, stage=Stage.PRODUCTION, name="Live")
    page = sign_in(business).get("/portfolio/?view=kanban")
    _exploration, poc, _industrialisation, production = page.context["lanes"]
    assert (poc.total, len(poc.cards), poc.more) == (CARDS + 4, CARDS, 4)
    assert poc.cards[0].use_case.name == "Zebra"
    assert [row.use_case.name for row in production.cards] == ["Live"]
    assert "4 more in the list" in page.text
    assert "?stage=poc" in page.text


def test_the_kanban_says_the_median_of_the_days_in_a_stage(team, business, sign_in):
    for days in (2, 10, 60):
        UseCaseFactory(team=team, stage=Stage.POC, stage_since=timezone.now() - timedelta(days=days, hours=1))
    assert "median 10 days" in sign_in(business).get("/portfolio/?view=kanban").text


def test_a_card_is_moved_by_a_plain_link_to_its_gate(use_case, business, sign_in):
    browser = sign_in(business)
    page = browser.get("/portfolio/?view=kanban").text
    assert 'href="/use-cases/spring/gates/poc/"' in page
    assert 'data-gates="/use-cases/spring/gates/"' in page
    assert browser.get("/use-cases/spring/gates/poc/").status_code == 200
    use_case.refresh_from_db()
    assert use_case.stage == Stage.EXPLORATION


def test_the_views_hold_the_same_list(team, business, stranger, sign_in):
    shown_one = UseCaseFactory(team=team, name="Pumps", health=Health.ERROR)
    judge(shown_one, 5, 4, business)
    judge(UseCaseFactory(team=team, name="Visits", health=Health.HEALTHY), 5, 4, business)
    judge(UseCaseFactory(team=team, name="Stopped one", stage=Stage.STOPPED), 5, 4, business)
    for view in ("table", "kanban", "matrix"):
        page = sign_in(business).get(f"/portfolio/?view={view}&health=error").text
        assert "Pumps" in page, view
        assert "Visits" not in page, view
        assert "Stopped one" not in page, view
        assert "Pumps" not in sign_in(stranger).get(f"/portfolio/?view={view}").text, view


def test_the_matrix_counts_each_pair_names_the_first_and_leads_to_the_others(team, business, sign_in):
    for number in range(5):
        judge(UseCaseFactory(team=team, name=f"Pump {number}"), 5, 4, business)
    UseCaseFactory(team=team, name="Not yet")
    browser = sign_in(business)
    page = browser.get("/portfolio/?view=matrix")
    value, cells = page.context["matrix"].lines[0]
    assert (value, cells[3].total, [one.name for one in cells[3].named]) == (5, 5, ["Pump 0", "Pump 1", "Pump 2"])
    assert "Not yet" not in page.text
    assert "1 not judged yet" in page.text
    assert "?value=5&amp;feasibility=4" in page.text
    assert len(shown(browser.get("/portfolio/?value=5&feasibility=4"))) == 5
    assert shown(browser.get("/portfolio/?value=none")) == ["Not yet"]
    assert shown(browser.get("/portfolio/?value=1")) == []


def test_a_matrix_without_judgement_teaches(use_case, business, sign_in):
    assert "has been judged yet" in sign_in(business).get("/portfolio/?view=matrix").text


def test_tags_filter_and_are_those_one_sees(use_case, team, business, sign_in):
    UseCaseFactory(team=team, name="Pumps", tags=["Wells", "2026"])
    UseCaseFactory(name="Secret", tags=["Secret tag"])
    browser = sign_in(business)
    assert shown(browser.get("/portfolio/?tag=Wells")) == ["Pumps"]
    panel = browser.get("/portfolio/?panel=filters").text
    assert "Wells" in panel
    assert "Secret tag" not in panel


def test_a_trend_is_a_line_against_the_system_in_place(use_case, business, sign_in):
    kpi = KPI.objects.create(
        use_case=use_case, number=1, name="Visits", unit="%", owner=business, baseline=10, is_headline=True
    )
    for week, value in ((90, 7.0), (3, 9.0), (2, 11.0), (1, 12.0)):
        start = timezone.localdate() - timedelta(weeks=week)
        known = {"value": value, "source": "typed", "recorded_by": business}
        Measurement.objects.create(kpi=kpi, period_start=start, period_end=start + timedelta(weeks=1), **known)
    page = sign_in(business).get("/portfolio/")
    [row] = page.context["table"].items
    assert (row.trend.values, row.trend.baseline) == ([9.0, 11.0, 12.0], 10)
    assert "<polyline" in page.text


def test_sites_are_put_together_by_size_and_left_out_without(use_case, site, business):
    kpi = KPI.objects.create(use_case=use_case, number=1, name="Visits", unit="%", owner=business, is_headline=True)
    other = SiteFactory()
    for week, size in ((3, 30), (2, None)):
        start = timezone.localdate() - timedelta(weeks=week)
        period = {"period_start": start, "period_end": start + timedelta(weeks=1)}
        for place, value, n in ((site, 1.0, 10), (other, 5.0, size)):
            known = {"value": value, "n": n, "source": "typed", "recorded_by": business}
            Measurement.objects.create(kpi=kpi, site=place, **period, **known)
    assert registry.trends([use_case])[use_case.pk].values == [4.0]
