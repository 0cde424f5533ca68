"""What the API says when it says no."""

import pytest
from rest_framework.exceptions import ValidationError

from portal.api.problems import handle


def _problem(answer, status):
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert body["title"]
    return body


@pytest.mark.parametrize(
    ("refuse", "status", "detail"),
    [("conflict", 409, "It is already live."), ("forbidden", 403, "Only IT may."), ("bad", 400, "Nothing was taken.")],
)
def test_a_refusal_keeps_its_sentence(send, refuse, status, detail):
    assert _problem(send({"refuse": refuse}), status)["detail"] == detail


def test_bad_input_names_field_and_line(send):
    errors = _problem(send({"refuse": "bad"}), 400)["errors"]
    assert errors == [{"field": "value", "line": 3, "detail": "Not a number."}]


def test_nested_validation_errors_become_paths():
    response = handle(ValidationError({"rows": [{}, {"value": ["Required."]}], "name": ["Too long."]}), {})
    assert response is not None
    assert [(e["field"], e["detail"]) for e in response.data["errors"]] == [
        ("rows.1.value", "Required."),
        ("name", "Too long."),
    ]


def test_the_title_is_in_the_language_of_the_caller(send):
    english = _problem(send({"refuse": "conflict"}), 409)["title"]
    assert english == "The state of things does not allow it"


UNTAKEN = {
    "cut": b"{",
    "not a number": b'{"a": NaN}',
    "infinite": b'{"a": 1e999}',
    "nul": b'{"a": "\\u0000"}',
    "surrogate": b'{"a": "\\ud800"}',
    "surrogate key": b'{"\\ud800": 1}',
    "not utf-8": b"\xff",
    "deep": b"[" * 99_999,
    "65 deep": b"[" * 66 + b"]" * 66,
    "twice": b'{"a": 1, "a": 2}',
    "twice inside": b'[{"a": {"b": 1, "b": 1}}]',
    "byte order mark": b'\xef\xbb\xbf{"a": 1}',
    "utf-16": '{"a": 1}'.encode("utf-16"),
    "huge": b'{"a": ' + b"9" * 20 + b"}",
    "too long a number": b'{"a": ' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("body", UNTAKEN.values(), ids=UNTAKEN)
def test_json_that_the_database_cannot_hold_is_refused(send, body):
    _problem(send(body), 400)


def test_a_form_is_not_json(send):
    _problem(send("a=1", content_type="application/x-www-form-urlencoded"), 415)


def test_another_method_is_refused(client, address, issued):
    answer = client.delete(address, headers={"Authorization": f"Bearer {issued[1]}"})
    assert _problem(answer, 405)
    assert answer["Allow"] == "POST, OPTIONS"


@pytest.mark.parametrize("method", ["get", "post", "put"])
def test_an_address_that_does_not_exist_is_a_problem_too(client, method):
    assert "/api/v1/nowhere" in _problem(getattr(client, method)("/api/v1/nowhere"), 404)["detail"]


def test_the_process_says_that_it_is_there(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/healthz").json() == {"status": "ok"}


def test_the_process_says_that_it_can_serve(client, db):
    assert client.get("/readyz").json() == {
        "status": "ok",
        "database": "ok",
        "migrations_missing": 0,
        "worker": "unknown",
        "worker_seen_at": None,
    }
