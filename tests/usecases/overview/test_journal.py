from datetime import timedelta

import pytest
from django.utils import timezone

from portal.journal.listing import Wish, label
from portal.ui.sheets import harmless

ADDRESS = "/use-cases/spring/journal/"


def told(page) -> list[str]:
    return [event.sentence for event in page.context["page"].events]


def test_the_newest_come_first_page_by_page(use_case, happened, business, sign_in):
    happened(120, fields="name")
    browser = sign_in(business)
    seen, older = [], ""
    for _ in range(3):
        page = browser.get(ADDRESS, {"before": older}).context["page"]
        seen += [event.pk for event in page.events]
        older = page.older
    assert older is None
    assert len(set(seen)) == 120
    assert seen == sorted(seen, reverse=True)


def test_it_is_filtered_by_person_verb_and_date(use_case, happened, data, business, sign_in):
    happened(2, fields="name")
    happened(1, verb="usecase.site_served", by=data)
    happened(1, verb="usecase.became_error", by=None)
    browser, today = sign_in(business), timezone.localdate()
    count = {
        "person=data": 1,
        "person=machine": 1,
        "verb=usecase.edited": 2,
        f"since={today}&until={today}": 4,
        f"until={today - timedelta(days=1)}": 0,
        "since=not-a-day&before=x&person=": 4,
    }
    assert {query: len(told(browser.get(f"{ADDRESS}?{query}"))) for query in count} == count


def test_another_use_case_has_its_own_journal(use_case, business, happened, sign_in):
    happened(1, fields="name")
    type(use_case).objects.filter(pk=use_case.pk).update(slug="other")
    assert "Whatever people and machines do here" in sign_in(business).get("/use-cases/other/journal/").text


def test_a_verb_is_offered_as_its_sentence():
    assert label("usecase.site_served") == "… is now served."
    assert label("from.later") == "from.later"


def test_the_user_of_the_decision_may_not_read_it(use_case, decision_user, sign_in):
    assert sign_in(decision_user).get(ADDRESS).status_code == 403


def test_the_file_holds_what_the_filters_ask_for_and_runs_nothing(use_case, happened, business, sign_in):
    happened(1, fields="=HYPERLINK(evil)")
    use_case.name = "=cmd()"
    happened(1, verb="usecase.site_served")
    answer = sign_in(business).get("/use-cases/spring/journal.csv?verb=usecase.site_served")
    lines = answer.getvalue().decode().splitlines()
    assert answer.headers["Content-Disposition"] == 'attachment; filename="spring-journal.csv"'
    assert len(lines) == 8
    assert "verb=usecase.site_served" in lines[1]
    assert ",'=cmd()" in lines[-1]


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@a", "\ta", "\ra"])
def test_a_cell_that_a_spreadsheet_would_run_is_quoted(cell):
    assert harmless(cell) == f"'{cell}"


def test_a_wish_of_nonsense_is_no_wish():
    assert Wish.of({"before": "²", "since": "2026-99-99", "verb": "\x00"}) == Wish()


def test_the_queries_do_not_depend_on_the_length(use_case, happened, business, sign_in, queries_of):
    happened(2, fields="name")
    browser = sign_in(business)
    few = queries_of(browser, ADDRESS)
    happened(200, fields="name")
    assert queries_of(browser, ADDRESS) == few < 50
