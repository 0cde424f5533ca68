"""The API of saved views: each verb works, is refused to who may not, and once it is too late."""

from typing import Any

import pytest

VIEW = {"name": "In production", "path": "/portfolio/", "list_key": "portfolio", "query": "stage=production"}


@pytest.fixture
def mine(data, call) -> dict[str, Any]:
    return call(data, "post", "views", VIEW).json()


def test_a_view_is_saved_and_only_its_owner_finds_it(mine, data, business, call):
    assert mine["address"] == "/portfolio/?stage=production"
    assert [one["code"] for one in call(data, "get", "views?list_key=portfolio").json()["results"]] == [mine["code"]]
    assert call(business, "get", f"views/{mine['code']}").status_code == 404
    taken = call(data, "post", "views", VIEW)
    assert taken.json()["errors"][0]["field"] == "name"
    elsewhere = call(data, "post", "views", {**VIEW, "name": "Out", "path": "//evil.example/"})
    assert elsewhere.json()["errors"][0]["field"] == "path"


def test_a_view_is_shared_changed_copied_and_removed(mine, team, data, viewer, stranger, call):
    where = f"views/{mine['code']}"
    tag = call(data, "get", where)["ETag"]
    shared = call(data, "patch", where, {"audience": "team", "team": team.slug}, match=tag)
    assert (shared.json()["audience"], shared.json()["team"]) == ("team", team.slug)
    assert call(data, "patch", where, {"name": "Late"}, match=tag).status_code == 412
    assert call(viewer, "patch", where, {"name": "Mine"}, match="*").status_code == 403
    assert call(viewer, "delete", where, match="*").status_code == 403
    copied = call(viewer, "post", where + "/copy")
    assert (copied.status_code, copied.json()["owner"], copied.json()["audience"]) == (201, "viewer", "private")
    assert call(stranger, "post", where + "/copy").status_code == 404
    assert call(data, "delete", where, match=shared["ETag"]).status_code == 204
    assert call(viewer, "get", where).status_code == 404


def test_a_view_is_shared_only_where_one_may(mine, viewer, data, call):
    where = f"views/{mine['code']}"
    assert call(data, "patch", where, {"audience": "organisation"}, match="*").status_code == 403
    wrong = call(data, "patch", where, {"audience": "team", "team": "elsewhere"}, match="*")
    assert wrong.json()["errors"][0]["field"] == "team"


def test_a_list_opens_by_default_as_one_wishes(mine, data, call):
    where = f"views/{mine['code']}"
    wished = call(data, "post", where + "/default", {"wanted": True}, match="*")
    assert wished.json()["is_default"] is True
    assert call(data, "post", where + "/default", {"wanted": False}, match=mine["code"]).status_code == 400
    assert call(data, "post", where + "/default", {"wanted": False}, match=wished["ETag"]).json()["is_default"] is False


def test_views_cost_the_same_however_many(mine, data, call, count_queries):
    few = count_queries(lambda: call(data, "get", "views"))
    for number in range(6):
        call(data, "post", "views", {**VIEW, "name": f"v{number}"})
    assert count_queries(lambda: call(data, "get", "views")) == few
