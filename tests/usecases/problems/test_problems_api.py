import pytest
from django.test import Client

from portal.people import actions as people
from portal.people.models import Scope
from usecases.problems.models import Problem

BASE = "/api/v1/use-cases/spring/problems"


@pytest.fixture
def call():
    """Calls the API as somebody, with a fresh key; whatever state a thing is in."""
    count = iter(range(1000))

    def _call(person, method, path="", body=None):
        _token, secret = people.create_token(by=person, name="t", scopes=[Scope.WRITE], days=1)
        headers = {"Authorization": f"Bearer {secret}", "If-Match": "*", "Idempotency-Key": f"k{next(count)}"}
        send = getattr(Client(), method)
        return send(BASE + path, body, content_type="application/json", headers=headers)

    return _call


def test_it_is_written_ranked_solved_and_read_with_its_history(use_case, data, it, call):
    call(data, "post", body={"title": "a", "face": "data"})
    made = call(data, "post", body={"title": "b", "face": "integration", "owner": "it", "cost_per_month": "10.50"})
    assert (made.status_code, made.json()["rank"], made.json()["owner"]) == (201, 2, "it")
    assert call(it, "post", "/2/rank", {"place": 1}).json()["rank"] == 1
    assert call(it, "post", "/2/solve", {"comment": "Done."}).json()["status"] == "solved"
    told = call(it, "get", "/2").json()
    assert [(one["to_status"], one["by"]) for one in told["changes"]] == [("open", "data"), ("solved", "it")]
    assert (told["rank"], told["cost_per_month"], told["currency"]) == (None, "10.50", "EUR")


def test_a_list_is_filtered(use_case, data, call):
    for face in ("data", "integration"):
        call(data, "post", body={"title": face, "face": face})
    assert [one["title"] for one in call(data, "get", "?face=data").json()["results"]] == ["data"]


def test_what_is_named_is_changed_and_the_rest_is_left(use_case, data, call):
    call(data, "post", body={"title": "a", "face": "data", "description": "Why."})
    assert call(data, "patch", "/1", {"due": "2026-06-30"}).json()["due"] == "2026-06-30"
    assert Problem.objects.get().description == "Why."


def test_refusals_say_the_sentence_of_the_page(use_case, data, viewer, stranger, call):
    call(data, "post", body={"title": "a", "face": "data"})
    assert call(viewer, "post", "/1/solve", {}).status_code == 403
    assert call(stranger, "post", "/1/solve", {}).status_code == 404
    assert call(data, "post", "/1/reopen", {}).status_code == 409
    answer = call(data, "post", body={"title": "a", "face": "data", "owner": "nobody"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "owner")
