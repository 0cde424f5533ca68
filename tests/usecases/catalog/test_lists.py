"""The list component, on the portfolio: state in the address, chips, files, bulk verbs, the fragment."""

import csv
import io
from datetime import datetime
from gzip import compress

import openpyxl
import pytest

from portal.people.models import Role
from portal.ui.tables import cells, export
from tests.factories import MembershipFactory, UseCaseFactory
from usecases.catalog.models import Health, Stage, UseCase

PORTFOLIO = "/portfolio/"


def names(answer) -> list[str]:
    return [row.use_case.name for row in answer.context["table"].items]


def test_a_filter_is_a_chip_that_can_be_taken_off(use_case, team, business, sign_in):
    UseCaseFactory(team=team, name="Pumps", health=Health.ERROR)
    browser = sign_in(business)
    answer = browser.get(PORTFOLIO + "?health=error&stage=all&sort=-name")
    (chip,) = answer.context["table"].chips
    assert (chip.title, chip.words) == ("Health", "Error")
    assert names(browser.get(PORTFOLIO + chip.link)) == ["Spring e-mail campaign", "Pumps"]


def test_several_values_of_a_filter_are_one_or_the_other(team, business, sign_in):
    for health in Health:
        UseCaseFactory(team=team, name=health.value, health=health)
    found = names(sign_in(business).get(PORTFOLIO + "?health=error&health=warning"))
    assert found == ["error", "warning"]


def test_a_click_on_a_value_filters_by_it(use_case, team, business, sign_in):
    UseCaseFactory(team=team, name="Pumps", health=Health.ERROR)
    browser = sign_in(business)
    row = next(iter(browser.get(PORTFOLIO).context["table"].rows()))
    only = next(cell.only for cell in row.cells if cell.column.key == "health")
    assert names(browser.get(PORTFOLIO + only)) == ["Pumps"]


def test_a_thing_one_may_not_know_finds_nothing_and_is_not_named(use_case, team, stranger, sign_in):
    answer = sign_in(stranger).get(f"{PORTFOLIO}?team={team.slug}")
    assert names(answer) == []
    assert team.name not in answer.text


def test_columns_are_chosen_in_the_address_and_the_name_always_stays(use_case, business, sign_in):
    answer = sign_in(business).get(PORTFOLIO + "?columns=days,nonsense")
    assert [column.key for column in answer.context["table"].columns] == ["name", "days"]


def test_what_the_list_does_not_know_is_not_carried_along(use_case, business, sign_in):
    table = sign_in(business).get(PORTFOLIO + "?health=error&utm=spy&size=7&density=x&page=x&panel=x").context["table"]
    assert table.here == "?health=error"
    assert (table.state.size, table.state.density, table.page) == (50, "comfortable", 1)


def test_a_page_past_the_end_is_the_last(many, business, sign_in):
    many(30)
    table = sign_in(business).get(PORTFOLIO + "?size=25&page=99").context["table"]
    assert (table.page, table.first, table.last, table.count) == (2, 26, 30, 30)


def test_htmx_gets_the_list_alone(use_case, business, sign_in):
    browser = sign_in(business)
    fragment = browser.get(PORTFOLIO, headers={"HX-Request": "true", "HX-Target": "list-portfolio"})
    assert "Spring e-mail campaign" in fragment.text
    assert "<html" not in fragment.text
    assert "HX-Target" in fragment["Vary"]
    back = {"HX-Request": "true", "HX-Target": "list-portfolio", "HX-History-Restore-Request": "true"}
    assert "<html" in browser.get(PORTFOLIO, headers=back).text


@pytest.mark.parametrize("panel", ["filters", "display"])
def test_panels_are_forms_that_keep_the_rest(use_case, business, sign_in, panel):
    answer = sign_in(business).get(f"{PORTFOLIO}?q=spring&panel={panel}")
    assert '<input type="hidden" name="q" value="spring">' in answer.text


def test_fifty_rows_are_light(many, business, sign_in):
    many(60)
    page = sign_in(business).get(PORTFOLIO)
    assert len(compress(page.content)) < 30_000


# --- files -----------------------------------------------------------------------------------------------------------
def test_a_csv_holds_all_pages_of_what_is_asked_for_and_says_what_it_is(many, team, business, sign_in):
    many(60)
    UseCaseFactory(team=team, name="=cmd()", health=Health.ERROR)
    UseCaseFactory(team=team, name="Closed", stage=Stage.STOPPED)
    answer = sign_in(business).get(PORTFOLIO + "?sort=-name&columns=name,health,days&export=csv")
    text = answer.getvalue().decode()
    assert text.startswith("\ufeff")
    lines = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    block = dict(line for line in lines[: lines.index([])])
    assert block["Filters"] == "Stage: Open"
    assert block["Order"] == "Use case, descending"
    assert block["Exported by"] == str(business)
    assert block["Address"].endswith(PORTFOLIO + "?sort=-name&columns=name,health,days")
    assert block["Data"].startswith("as of now")
    head, *rows = lines[lines.index([]) + 1 :]
    assert head == ["Use case", "Health", "Days in the stage"]
    assert len(rows) == 61 == int(block["Rows"])
    assert ["'=cmd()", "Error", "0"] in rows


def test_words_of_a_choice_are_whole_in_a_file(use_case, business, sign_in):
    text = sign_in(business).get(PORTFOLIO + "?columns=name,health,stage,gate&export=csv").getvalue().decode()
    assert "Spring e-mail campaign,Unknown,Exploration,POC" in text


def test_a_workbook_comes_back_typed(team, business, sign_in):
    UseCaseFactory(team=team, name="=1+1", health=Health.ERROR)
    answer = sign_in(business).get(PORTFOLIO + "?columns=name,health,days,shared&export=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.getvalue())).active
    lines = [list(line) for line in sheet.iter_rows()]
    head = next(place for place, line in enumerate(lines) if line[0].value == "Use case")
    name, health, days, shared = lines[head + 1][:4]
    assert (name.value, name.data_type) == ("=1+1", "s")
    assert (health.value, days.value, days.data_type, shared.value) == ("Error", 0, "n", "No")
    assert sheet["A1"].value == "List"


def test_a_file_that_is_cut_says_so(many, business, sign_in, monkeypatch):
    many(5)
    monkeypatch.setitem(export.MOST, "csv", 3)
    text = sign_in(business).get(PORTFOLIO + "?export=csv").getvalue().decode()
    assert "the first 3; there are more" in text
    assert text.count("\nUse case ") == 3


def test_files_hold_only_what_one_may_see(use_case, stranger, sign_in):
    for kind in ("csv", "xlsx"):
        answer = sign_in(stranger).get(f"{PORTFOLIO}?stage=all&export={kind}")
        content = answer.getvalue()
        if kind == "xlsx":
            cells = openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
            content = repr(list(cells)).encode()
        assert b"Spring" not in content


def test_a_moment_is_written_as_one(use_case, business, data, sign_in):
    moment = cells.written(use_case.stage_since)
    assert isinstance(moment, datetime)
    assert moment == use_case.stage_since


# --- bulk ------------------------------------------------------------------------------------------------------------
def test_each_ticked_row_is_done_or_refused_with_its_sentence(use_case, team, business, viewer, sign_in):
    mine = UseCaseFactory(team=team, name="Pumps")
    others = UseCaseFactory(name="Elsewhere", is_shared=True)
    MembershipFactory(team=others.team, user=business, role=Role.VIEWER)
    rows = [use_case.pk, mine.pk, others.pk]
    sent = {"list": "portfolio", "verb": "share", "row": rows}
    page = sign_in(business).post(PORTFOLIO, sent, follow=True)
    assert "done for 2 rows" in page.text
    assert "Not for Elsewhere: " in page.text
    assert set(UseCase.objects.filter(is_shared=True)) == {use_case, mine, others}


def test_a_row_one_may_not_see_is_not_touched(use_case, stranger, sign_in):
    page = sign_in(stranger).post(PORTFOLIO, {"list": "portfolio", "verb": "share", "row": [use_case.pk]}, follow=True)
    assert "Nothing was done" in page.text
    assert "Spring" not in page.text
    use_case.refresh_from_db()
    assert not use_case.is_shared


def test_a_viewer_is_refused(use_case, viewer, sign_in):
    page = sign_in(viewer).post(PORTFOLIO, {"list": "portfolio", "verb": "share", "row": [use_case.pk]}, follow=True)
    assert "Not for Spring e-mail campaign" in page.text
    use_case.refresh_from_db()
    assert not use_case.is_shared
