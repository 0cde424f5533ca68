import json
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from portal.people import keys
from portal.people.models import AccessToken, Scope
from usecases.kpis.models import Measurement

ADDRESS = "/api/v1/use-cases/spring/kpis/1/measurements"


@pytest.fixture
def machine():
    """A client with a token of this person, of these scopes."""

    def _machine(person, *scopes: str) -> Client:
        secret = keys.new_token()
        AccessToken.objects.create(
            owner=person,
            name="weekly export",
            prefix=secret[:8],
            digest=keys.digest(secret),
            scopes=list(scopes or (Scope.MEASUREMENTS,)),
            expires_at=timezone.now() + timedelta(days=1),
        )
        return Client(headers={"Authorization": f"Bearer {secret}"})

    return _machine


def send(client, *rows, key=None):
    headers = {"Idempotency-Key": key or uuid.uuid4().hex}
    return client.post(ADDRESS, json.dumps({"measurements": rows}), content_type="application/json", headers=headers)


def test_a_machine_sends_measurements(kpi, data, machine):
    answer = send(machine(data), {"period_start": "2026-05-04", "value": 18.2})
    assert (answer.status_code, answer.json()) == (201, {"recorded": 1, "updated": 0, "unchanged": 0})
    assert Measurement.objects.get().source == "api"


def test_sending_twice_records_once(kpi, data, machine):
    client = machine(data)
    send(client, {"period_start": "2026-05-04", "value": 18.2})
    assert send(client, {"period_start": "2026-05-04", "value": 18.2}).json()["unchanged"] == 1


def test_a_wrong_row_is_named_by_its_place(kpi, data, machine):
    answer = send(machine(data), {"period_start": "2026-05-04", "value": 1}, {"period_start": "x", "value": 1})
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert [(error["line"], error["field"]) for error in answer.json()["errors"]] == [(2, "period_start")]
    assert not Measurement.objects.exists()


@pytest.mark.parametrize(
    "body", ["[]", "{}", '{"measurements": {}}', '{"measurements": [1]}', "not json", '{"a": NaN}']
)
def test_anything_else_is_refused(kpi, data, machine, body):
    headers = {"Idempotency-Key": "a"}
    assert machine(data).post(ADDRESS, body, content_type="application/json", headers=headers).status_code == 400


def test_nobody_comes_without_a_token(kpi, client):
    assert send(client, {"period_start": "2026-05-04", "value": 1}).status_code == 401


def test_a_token_of_another_scope_may_not(kpi, data, machine):
    assert send(machine(data, Scope.POINTS), {"period_start": "2026-05-04", "value": 1}).status_code == 403


def test_a_viewer_may_read_but_not_send(kpi, viewer, measure, machine):
    measure()
    client = machine(viewer)
    assert client.get(ADDRESS).json()["results"][0]["value"] == 18.2
    assert send(client, {"period_start": "2026-05-11", "value": 1}).status_code == 403


def test_a_stranger_gets_404(kpi, stranger, machine):
    client = machine(stranger)
    assert client.get(ADDRESS).status_code == 404
    assert send(client, {"period_start": "2026-05-04", "value": 1}).status_code == 404
