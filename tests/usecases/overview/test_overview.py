from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from portal import registry
from portal.registry import Evidence, Lane
from usecases.catalog.actions import edit_use_case
from usecases.catalog.models import UseCase
from usecases.overview.header import gate_ahead
from usecases.overview.iceberg import iceberg


@pytest.mark.parametrize(
    "address",
    [
        "/use-cases/spring/",
        "/use-cases/spring/timeline/",
        "/use-cases/spring/journal/",
        "/use-cases/spring/journal.csv",
    ],
)
def test_a_stranger_does_not_learn_that_it_exists(use_case, stranger, sign_in, client, address):
    assert sign_in(stranger).get(address).status_code == 404
    assert client.get(address).status_code == 302


@pytest.mark.parametrize("who", ["business", "data", "it", "decision_user", "viewer", "admin", "steering", "auditor"])
def test_everybody_of_the_cast_reads_it(request, use_case, sign_in, who):
    assert sign_in(request.getfixturevalue(who)).get("/use-cases/spring/").status_code == 200


def test_a_shared_use_case_is_read_without_its_journal(use_case, happened, stranger, sign_in):
    use_case.is_shared = True
    use_case.save()
    happened(1, fields="secret")
    browser = sign_in(stranger)
    page = browser.get("/use-cases/spring/").text
    assert "Spring e-mail campaign" in page
    assert "secret" not in page
    assert "/use-cases/spring/edit/" not in page
    assert browser.get("/use-cases/spring/journal/").status_code == 403
    assert browser.get("/use-cases/spring/journal.csv").status_code == 403


def test_each_face_says_only_what_the_next_gate_needs(use_case, site, to_poc):
    sides = {str(side.title): side for side in iceberg(gate_ahead(use_case))}
    assert [need.code for need in sides["Organisation"].missing] == ["catalog.decision_named", "catalog.three_roles"]
    assert (sides["Integration"].tone, sides["Integration"].state) == ("ok", "Enough for now")


def test_a_face_that_nobody_asks_about_is_grey_not_green(use_case, to_poc):
    sides = {str(side.title): side for side in iceberg(gate_ahead(use_case))}
    assert (sides["Model"].tone, sides["Model"].state) == ("unk", "Nothing asked yet")


def test_without_a_gate_ahead_no_face_is_green():
    assert {side.tone for side in iceberg(None)} == {"unk"}


def test_a_new_use_case_is_taught_what_comes_next(use_case, business, sign_in):
    page = sign_in(business).get("/use-cases/spring/timeline/").text
    assert "It starts with a KPI and what the system in place does today." in page
    assert "/use-cases/spring/kpis/new/" in page


def test_an_empty_period_offers_all_of_it(use_case, business, sign_in):
    type(use_case).objects.update(occurred_at=timezone.now() - timedelta(days=40))
    page = sign_in(business).get("/use-cases/spring/timeline/?period=30d").text
    assert "Nothing was measured, deployed or broken in this period." in page


def test_what_blocks_is_named_with_who_can_mend_it(use_case, business, to_poc, sign_in):
    page = sign_in(business).get("/use-cases/spring/")
    assert [need.code for need in page.context["gate_ahead"].blocking] == [
        "catalog.decision_named",
        "catalog.three_roles",
    ]
    assert "Business: Business Martin" in page.text


def test_the_lanes_are_drawn_for_the_period_asked(use_case, business, sign_in, monkeypatch):
    asked = []

    def lanes(use_case, *, start, end):
        asked.append((start, end))
        lane = Lane(key="k", title="Visits", kind="line", x=[timezone.now()], y=[2.0])
        return [lane]

    monkeypatch.setattr(registry, "lanes", lanes)
    browser = sign_in(business)
    page = browser.get("/use-cases/spring/timeline/?period=30d")
    browser.get("/use-cases/spring/timeline/?period=all")
    assert asked[0][1] - asked[0][0] == timedelta(days=30)
    assert asked[1][0] is None
    assert "Visits: 2" in page.text
    # htmx drops scripts: the figure of a fragment is no script.
    assert '<data id="chart-timeline" hidden>{&quot;' in page.text
    assert 'data-chart="chart-timeline"' in page.text


def test_the_overview_brings_the_time_axis_in_and_leads_to_it_without_scripts(use_case, business, sign_in):
    browser = sign_in(business)
    page = browser.get("/use-cases/spring/?period=30d").text
    assert 'hx-get="/use-cases/spring/timeline/?period=30d"' in page
    assert '<a href="/use-cases/spring/timeline/?period=30d">' in page
    fragment = browser.get("/use-cases/spring/timeline/?period=30d", headers={"HX-Request": "true"}).text
    assert fragment.startswith('<section class="card mb-3" aria-labelledby="tl" id="timeline">')


def test_the_last_events_are_told(use_case, business, happened, sign_in):
    happened(12, fields="name")
    page = sign_in(business).get("/use-cases/spring/")
    assert len(page.context["feed"].entries) == 8
    assert "The description of the use case was changed (name)." in page.text


def test_the_queries_do_not_depend_on_how_much_happened(use_case, business, happened, sign_in, queries_of):
    browser = sign_in(business)
    few = queries_of(browser, "/use-cases/spring/")
    happened(100, fields="name")
    assert queries_of(browser, "/use-cases/spring/") == few < 40


def test_a_face_says_what_the_description_knows_of_it(use_case, to_poc, business, sign_in):
    edit_use_case(use_case, by=business, annotation_capacity="Two experts", algorithm="Linear regression")
    sides = {str(side.title): side for side in iceberg(gate_ahead(use_case), (), use_case)}
    assert sides["Data"].facts == [("Annotation", "Two experts")]
    assert sides["Model"].facts == [("Algorithm", "Linear regression")]
    assert sides["Organisation"].facts == []
    assert "Linear regression" in sign_in(business).get("/use-cases/spring/").text


def asked(code: str) -> Callable[[UseCase], Evidence]:
    check = registry.criteria()[code].check
    assert check is not None
    return check


def test_who_annotates_is_computed_from_the_description(use_case, business):
    ask = asked("lifecycle.annotation_capacity")
    assert ask(use_case).met is False
    edit_use_case(use_case, by=business, annotation_capacity="Two experts")
    assert ask(use_case).met is True


def test_an_unacceptable_risk_does_not_pass(use_case):
    ask = asked("catalog.risk_judged")
    found = []
    for tier in ("", "high", "unacceptable"):
        use_case.risk_tier = tier
        found.append(ask(use_case).met)
    assert found == [False, True, False]
