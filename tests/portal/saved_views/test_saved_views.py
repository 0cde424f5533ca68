"""A view of a list: kept under a name, found again, shared; never more than the reader may see."""

from typing import Any

import pytest

from portal.audit.models import Event
from portal.errors import BadInput, NotAllowed
from portal.saved_views import actions
from portal.saved_views.models import DefaultView, SavedView
from tests.factories import UseCaseFactory

LIST = {"path": "/portfolio/", "list_key": "portfolio", "list_title": "Portfolio"}


def save(by, name="Reds", query="health=error", **more) -> SavedView:
    given: dict[str, Any] = {**LIST, **more}
    return actions.save_view(by=by, name=name, query=query, **given)


def form(**more) -> dict[str, object]:
    return {**LIST, "name": "Reds", "query": "health=error", "audience": "private", **more}


def test_what_a_list_shows_is_saved_and_found_in_its_menu(use_case, business, sign_in):
    browser = sign_in(business)
    assert "Save this view" in browser.get("/portfolio/?health=error").text
    assert browser.post("/views/new/", form())["Location"] == "/portfolio/?health=error"
    (view,) = [view for view in browser.get("/portfolio/?health=error").context["table"].views if view.active]
    assert view.name == "Reds"
    assert Event.objects.filter(verb="view.saved", actor=business).count() == 1


def test_the_short_address_leads_to_the_list_and_is_nothing_to_others(use_case, business, data, sign_in):
    view = save(business)
    assert sign_in(business).get(view.permalink)["Location"] == "/portfolio/?health=error"
    assert sign_in(data).get(view.permalink).status_code == 404


def test_a_team_finds_it_and_strangers_do_not(team, use_case, business, data, stranger, sign_in):
    view = save(business, audience="team", team=team)
    assert "Reds" in sign_in(data).get("/portfolio/").text
    assert "Reds" not in sign_in(stranger).get("/portfolio/").text
    assert sign_in(stranger).get(view.permalink).status_code == 404


def test_a_shared_view_shows_each_reader_their_own_rows(use_case, steering, stranger, sign_in):
    own = UseCaseFactory(team=stranger.memberships.get().team, name="Own")
    view = save(steering, name="All", query="stage=all", audience="organisation")
    page = sign_in(stranger).get(view.permalink, follow=True)
    assert own.name in page.text
    assert use_case.name not in page.text


def test_who_may_share_with_whom(team, business, viewer, steering):
    with pytest.raises(NotAllowed):
        save(viewer, audience="team", team=team)
    with pytest.raises(NotAllowed):
        save(business, audience="organisation")
    assert save(steering, audience="organisation").audience == "organisation"


def test_only_its_owner_changes_it_and_others_copy_it(team, business, data, sign_in):
    view = save(business, audience="team", team=team)
    browser = sign_in(data)
    assert browser.get(f"/views/{view.code}/edit/").status_code == 403
    assert browser.post(f"/views/{view.code}/delete/").status_code == 403
    assert browser.post(f"/views/{view.code}/copy/").status_code == 302
    copy = SavedView.objects.get(owner=data)
    assert (copy.name, copy.query, copy.audience) == ("Reds", "health=error", "private")


def test_its_owner_renames_and_deletes_it(business, sign_in):
    view = save(business)
    browser = sign_in(business)
    assert browser.post(f"/views/{view.code}/edit/", form(name="Reddest")).status_code == 302
    view.refresh_from_db()
    assert view.name == "Reddest"
    assert browser.post(f"/views/{view.code}/delete/").status_code == 302
    assert not SavedView.objects.exists()


def test_a_name_is_taken_once(business, sign_in):
    save(business)
    answer = sign_in(business).post("/views/new/", form())
    assert answer.status_code == 400
    assert "You have a view of this name on this list already." in answer.text


def test_a_default_view_opens_with_the_list_for_one_person_only(use_case, business, data, sign_in):
    browser = sign_in(business)
    browser.post("/views/new/", form(default="on"))
    assert browser.get("/portfolio/")["Location"] == "/portfolio/?health=error"
    assert browser.get("/portfolio/?stage=all").status_code == 200
    assert sign_in(data).get("/portfolio/").status_code == 200
    view = SavedView.objects.get()
    browser.post(f"/views/{view.code}/default/", {"wanted": "no"})
    assert not DefaultView.objects.exists()
    assert browser.get("/portfolio/").status_code == 200


def test_a_default_view_can_be_left_for_the_plain_list(use_case, business, sign_in):
    view = actions.save_view(
        by=business, name="Mine", path="/runs/", list_key="runs", list_title="Runs", query="status=FAILED"
    )
    actions.open_by_default(view, by=business)
    browser = sign_in(business)
    table = browser.get("/runs/", follow=True).context["table"]
    assert [chip.words for chip in table.chips] == ["Failed"]
    assert browser.get("/runs/" + table.clear_link).context["table"].chips == []


@pytest.mark.parametrize("path", ["//evil.example/", "https://evil.example/", "/no/where/", "javascript:alert(1)"])
def test_a_view_never_leads_out_of_the_portal(business, path):
    with pytest.raises(BadInput):
        actions.save_view(by=business, name="x", path=path, list_key="x", list_title="x", query="")


def test_saved_views_are_a_list_themselves(business, sign_in):
    save(business)
    page = sign_in(business).get("/views/")
    assert "Reds" in page.text
    assert page.context["table"].count == 1
