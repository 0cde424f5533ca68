"""The API of talk: each verb works, is refused to who may not, and once it is too late."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from portal.talk.models import Comment, Follow
from tests.factories import UseCaseFactory


@pytest.fixture
def where(use_case) -> str:
    return f"talk/use_case/{use_case.uid}"


@pytest.fixture
def said(where, data, call) -> dict[str, Any]:
    return call(data, "post", where + "/comments", {"body": "Read the *file*."}).json()


def test_something_is_said_and_answered(where, data, business, viewer, stranger, call):
    sent = {"body": "Look, @business."}
    assert call(stranger, "post", where + "/comments", sent).status_code == 404
    assert call(viewer, "post", where + "/comments", sent).status_code == 403
    made = call(data, "post", where + "/comments", sent)
    assert made.status_code == 201, made.content
    assert (made.json()["author"], made.json()["mentions"]) == ("data", ["business"])
    answer = call(business, "post", where + "/comments", {"body": "Seen.", "parent": made.json()["uid"]})
    assert answer.json()["parent"] == made.json()["uid"]
    found = call(viewer, "get", where + f"/comments?parent={made.json()['uid']}").json()["results"]
    assert [one["body"] for one in found] == ["Seen."]


def test_who_may_not_see_it_is_not_mentioned(where, data, stranger, call):
    refused = call(data, "post", where + "/comments", {"body": "Look, @stranger."})
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["field"] == "body"


def test_ones_own_comment_is_edited_and_keeps_what_it_said(where, said, data, business, call):
    one = f"{where}/comments/{said['uid']}"
    tag = call(data, "get", one)["ETag"]
    assert call(business, "patch", one, {"body": "Mine"}, match="*").status_code == 403
    after = call(data, "patch", one, {"body": "Read both."}, match=tag)
    assert [one["body"] for one in after.json()["versions"]] == ["Read the *file*."]
    assert call(data, "patch", one, {"body": "Again"}, match=tag).status_code == 412
    Comment.objects.update(occurred_at=timezone.now() - timedelta(days=2))
    assert call(data, "patch", one, {"body": "Too late"}, match="*").status_code == 409


def test_a_comment_is_removed_by_its_author_or_a_moderator(where, said, data, business, admin, call):
    one = f"{where}/comments/{said['uid']}"
    assert call(business, "delete", one, match="*").status_code == 403
    assert call(admin, "delete", one, match=call(admin, "get", one)["ETag"]).status_code == 204
    assert call(data, "get", one).json()["body"] == ""
    assert call(data, "delete", one, match="*").status_code == 409


def test_only_its_author_opens_the_form_of_a_comment(where, said, data, business, sign_in):
    address = f"/{where}/{said['uid']}/edit/"
    assert sign_in(data).get(address).status_code == 200
    refused = sign_in(business).get(address)
    assert refused.status_code == 403
    assert b"Read the" not in refused.content


def test_a_thing_is_followed_or_not(where, viewer, stranger, call):
    before = call(viewer, "get", where + "/follow")
    assert before.json() == {"follows": False}
    after = call(viewer, "patch", where + "/follow", {"follows": True}, match=before["ETag"])
    assert after.json() == {"follows": True}
    assert call(viewer, "patch", where + "/follow", {"follows": False}, match=before["ETag"]).status_code == 412
    assert [one["title"] for one in call(viewer, "get", "following").json()["results"]] == ["Spring e-mail campaign"]
    assert call(stranger, "patch", where + "/follow", {"follows": True}, match="*").status_code == 404


def test_what_i_may_not_see_any_more_is_not_listed(where, viewer, use_case, call):
    call(viewer, "patch", where + "/follow", {"follows": True}, match="*")
    viewer.memberships.all().delete()
    assert call(viewer, "get", "following").json()["results"] == []
    assert call(viewer, "get", "following/activity").json()["results"] == []


def test_one_chooses_whether_talking_makes_one_follow(where, data, call):
    before = call(data, "get", "following/choices")
    assert call(data, "patch", "following/choices", {"automatically": False}, match=before["ETag"]).status_code == 200
    call(data, "post", where + "/comments", {"body": "Said."})
    assert not Follow.objects.filter(user=data).exists()


def test_the_activity_holds_events_and_comments_for_who_reads_the_journal(where, said, data, decision_user, call):
    told = call(data, "get", where + "/activity?limit=1").json()
    assert [one["comment"]["body"] for one in told["results"]] == ["Read the *file*."]
    call(data, "patch", where + "/follow", {"follows": True}, match="*")
    assert call(data, "get", "following/activity").json()["results"]
    assert call(data, "get", where + "/activity?cursor=nonsense").status_code == 400
    only = call(decision_user, "get", where + "/activity").json()["results"]
    assert {one["event"] for one in only} == {None}


@pytest.mark.parametrize("what", ["comments", "activity", "following", "following/activity"])
def test_a_list_costs_the_same_however_long(what, where, team, business, data, call, count_queries):
    def more() -> None:
        for _time in range(3):
            comment = call(data, "post", where + "/comments", {"body": "Look, @business."}).json()
            call(data, "patch", f"{where}/comments/{comment['uid']}", {"body": "Look."}, match="*")
            other = UseCaseFactory(team=team, created_by=business)
            call(data, "patch", f"talk/use_case/{other.uid}/follow", {"follows": True}, match="*")

    more()
    path = what if what.startswith("following") else f"{where}/{what}"
    few = count_queries(lambda: call(data, "get", path))
    more()
    assert count_queries(lambda: call(data, "get", path)) == few


def test_the_page_of_what_one_follows_costs_the_same_however_much(team, business, data, call, sign_in, count_queries):
    def more() -> None:
        for _time in range(3):
            other = UseCaseFactory(team=team, created_by=business)
            call(data, "patch", f"talk/use_case/{other.uid}/follow", {"follows": True}, match="*")

    browser = sign_in(data)
    more()
    few = count_queries(lambda: browser.get("/following/"))
    more()
    assert count_queries(lambda: browser.get("/following/")) == few
