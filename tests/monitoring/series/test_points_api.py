"""POST points and GET series through the API."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from portal.people import keys
from portal.people.models import AccessToken, Scope

BODY = {"series": [{"name": "auc", "kind": "model"}], "index": [0, 0], "ts": [1_790_000_000_000] * 2, "value": [1, 2]}
URL = "/api/v1/use-cases/spring/points"


@pytest.fixture
def api():
    """A client that speaks with a token of this person."""

    def _api(person, scope=Scope.POINTS):
        secret = keys.new_token()
        AccessToken.objects.create(
            owner=person,
            name="t",
            prefix=secret[:12],
            digest=keys.digest(secret),
            scopes=[scope],
            expires_at=timezone.now() + timedelta(days=1),
        )
        return Client(headers={"Authorization": f"Bearer {secret}"})

    return _api


def post(client, body=BODY, **headers):
    return client.post(URL, json.dumps(body), content_type="application/json", headers=headers)


def test_columnar_json_is_taken(api, use_case, data):
    answer = post(api(data))
    assert answer.status_code == 200
    assert {key: answer.json()[key] for key in ("received", "changed", "series_created")} == {
        "received": 2,
        "changed": 1,
        "series_created": 1,
    }


def test_csv_is_taken(api, use_case, data):
    body = "series,ts,value,kind\nauc,2026-11-02T12:00:00Z,0.5,model\n"
    answer = api(data).post(URL, body, content_type="text/csv; charset=utf-8")
    assert (answer.status_code, answer.json()["received"]) == (200, 1)


def test_a_batch_sent_again_with_its_key_is_answered_the_same(api, use_case, data):
    client = api(data)
    assert post(client, **{"Idempotency-Key": "n1"}).json() == post(client, **{"Idempotency-Key": "n1"}).json()
    other = post(client, {**BODY, "value": [3, 4]}, **{"Idempotency-Key": "n1"})
    assert other.status_code == 422


def test_what_is_wrong_is_a_problem_with_its_place(api, use_case, data):
    answer = post(api(data), {**BODY, "index": [0, 5]})
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["errors"][0]["field"] == "index[1]"


def test_another_form_of_content_is_refused(api, use_case, data):
    assert api(data).post(URL, "<xml/>", content_type="text/xml").status_code == 415


def test_too_much_is_refused_by_its_announced_length(api, use_case, data):
    answer = api(data).post(URL, b" " * (16 * 1024 * 1024 + 1), content_type="application/json")
    assert answer.status_code == 413


def test_who_may_not(api, use_case, data, viewer, stranger):
    assert post(Client()).status_code == 401
    assert post(api(data, Scope.MEASUREMENTS)).status_code == 403
    assert post(api(viewer)).status_code == 403
    assert post(api(stranger)).status_code == 404


def test_series_are_listed_with_their_latest_value(api, use_case, data, stranger):
    client = api(data)
    post(client)
    (series,) = client.get("/api/v1/use-cases/spring/series").json()["results"]
    assert (series["name"], series["latest"]["value"]) == ("auc", 2.0)
    assert api(stranger).get("/api/v1/use-cases/spring/series").status_code == 404


def test_the_ingestion_processes_take_points_too(api, use_case, data, settings):
    settings.ROOT_URLCONF = "portal.urls_ingestion"
    assert post(api(data)).status_code == 200
