from datetime import date
from decimal import Decimal

import pytest

from portal import registry
from usecases.problems import actions
from usecases.problems.models import Problem

BASE = "/use-cases/spring/problems/"


@pytest.mark.parametrize("address", ["", "new/", "1/", "1/edit/"])
def test_the_team_reads_and_a_stranger_gets_404(write_down, business, stranger, sign_in, address):
    write_down()
    assert sign_in(business).get(BASE + address).status_code == 200
    assert sign_in(stranger).get(BASE + address).status_code == 404


def test_an_empty_list_teaches_those_who_may_write(use_case, business, viewer, sign_in):
    assert "Write one down" in sign_in(business).get(BASE).text
    assert "Write one down" not in sign_in(viewer).get(BASE).text


def test_it_is_written_down_from_the_form(use_case, business, sign_in):
    sent = {"title": "No keys", "kind": "debt", "face": "integration", "cost_per_month": "1200", "due": "2026-06-01"}
    assert sign_in(business).post(BASE + "new/", sent).status_code == 302
    made = Problem.objects.get()
    assert (made.kind, made.face, made.cost_per_month, made.due) == (
        "debt",
        "integration",
        Decimal(1200),
        date(2026, 6, 1),
    )


def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(use_case, business, sign_in):
    sent = {"title": "No keys", "kind": "debt", "face": "data", "cost_per_month": "-3"}
    answer = sign_in(business).post(BASE + "new/", sent)
    assert (answer.status_code, list(answer.context["form"].errors)) == (400, ["cost_per_month"])
    assert 'value="No keys"' in answer.text


def test_the_order_is_changed_without_javascript_and_comes_back_to_the_button(write_down, order, business, sign_in):
    write_down("a")
    write_down("b")
    browser = sign_in(business)
    page = browser.get(BASE).text
    assert 'id="up-2" name="place" value="1"' in page
    answer = browser.post(BASE + "2/rank/", {"place": "1", "seen": "2"})
    assert (answer.status_code, answer["Location"]) == (302, BASE + "#up-2")
    assert order() == ["b", "a"]


def test_a_viewer_sees_the_order_without_buttons(write_down, viewer, sign_in):
    write_down("a")
    page = sign_in(viewer).get(BASE).text
    assert 'class="rank-n">1<' in page
    assert "One place up" not in page


def test_the_head_says_what_a_month_costs_and_what_it_leaves_out(write_down, business, sign_in):
    write_down("a", kind="debt", cost_per_month=Decimal(1000))
    write_down("b", cost_per_month=Decimal(500))
    write_down("c")
    page = sign_in(business).get(BASE).text
    assert "3 open" in page
    assert "€1,500" in page
    assert "(1 of unknown cost is not in it)" in page


def test_closed_ones_are_behind_the_filter(write_down, business, it, sign_in):
    actions.solve(write_down("Long gone"), by=it)
    browser = sign_in(business)
    assert "Long gone" not in browser.get(BASE).text
    assert "Long gone" in browser.get(BASE + "?status=solved").text


def test_it_is_solved_dropped_with_a_reason_and_opened_again(write_down, it, sign_in):
    write_down()
    browser = sign_in(it)
    assert browser.post(BASE + "1/drop/", {"reason": ""}).status_code == 400
    browser.post(BASE + "1/drop/", {"reason": "Out of scope."})
    browser.post(BASE + "1/reopen/", {})
    browser.post(BASE + "1/solve/", {"comment": "Mended at the source."})
    page = browser.get(BASE + "1/").text
    assert [text in page for text in ("Out of scope.", "Mended at the source.", "Open it again")] == [True] * 3


def test_the_overview_shows_the_first_three_and_the_faces_show_theirs(write_down, business, sign_in):
    for title in ("First", "Second", "Third", "Fourth"):
        write_down(title, face="integration")
    page = sign_in(business).get("/use-cases/spring/")
    assert [one.title for one in page.context["top"]] == ["First", "Second", "Third"]
    faces = {str(side.title): [one.title for one in side.problems] for side in page.context["sides"]}
    assert faces["Integration"][0] == "First"
    assert faces["Data"] == []


def test_business_and_science_problems_stand_on_the_faces_of_kpi_and_model(write_down, business, sign_in):
    write_down("No sponsor", face="business")
    write_down("It overfits", face="science")
    page = sign_in(business).get("/use-cases/spring/")
    faces = {str(side.title): [one.title for one in side.problems] for side in page.context["sides"]}
    assert (faces["KPI"], faces["Model"]) == (["No sponsor"], ["It overfits"])


def test_the_inbox_holds_what_is_mine_and_what_is_overdue_and_nobodys(write_down, it, data, viewer, stranger):
    write_down("Mine", owner=it)
    write_down("Mine and late", owner=it, due=date(2026, 1, 5))
    write_down("Late and nobody’s", due=date(2026, 1, 5))
    write_down("Somebody else’s", owner=data, due=date(2026, 1, 5))

    def waiting(person):
        return {item.title: item.urgent for item in registry.inbox(person) if item.kind == "problem"}

    assert waiting(it) == {"Mine": False, "Mine and late": True, "Late and nobody’s": True}
    assert waiting(viewer) == waiting(stranger) == {}


def test_a_solved_one_leaves_the_inbox(write_down, it):
    actions.solve(write_down("Mine", owner=it), by=it)
    assert [item for item in registry.inbox(it) if item.kind == "problem"] == []


def test_it_is_found_by_its_words_by_those_who_may_see_it(write_down, it, stranger):
    write_down("Keys arrive late", description="The nightly export fails on Sundays.")
    assert [hit.title for hit in registry.search(it, "sundays", 10)] == ["Keys arrive late"]
    assert registry.search(stranger, "keys arrive", 10) == []


def test_people_speak_about_it(write_down, it, stranger):
    problem = write_down(owner=it)
    load = registry.subjects()["problem"].load
    assert it.pk in load(it, problem.uid).people
    assert load(stranger, problem.uid) is None
