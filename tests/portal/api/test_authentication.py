"""Who speaks to the API."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.people import actions, keys
from portal.people.models import AccessToken, Scope


def test_a_token_speaks_for_its_owner(send):
    assert send({"a": 1}).json() == {"who": "data", "token": "collector", "said": {"a": 1}}


def test_without_a_token_the_answer_says_how_to_ask(client, address):
    answer = client.post(address, {}, content_type="application/json")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="Passerelle"'


@pytest.mark.parametrize("secret", ["", "nonsense", keys.new_token(), "pas_é" + "x" * 37], ids=range(4))
def test_an_unknown_token_is_refused(send, secret):
    assert send({}, secret=secret).status_code == 401


def test_a_mistyped_token_is_refused_without_asking_the_database(send, issued, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert send({}, secret=issued[1][:-1] + "?").status_code == 401


def test_another_scheme_is_refused(send):
    assert send({}, Authorization="Basic eDp5").status_code == 401


def test_a_revoked_token_is_refused_at_once(send, issued, data):
    actions.revoke_token(issued[0], by=data)
    assert send({}).status_code == 401


def test_an_expired_token_is_refused(send, issued):
    AccessToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert send({}).status_code == 401


def test_the_token_of_a_deactivated_person_is_refused(send, data, admin):
    actions.deactivate_person(data, by=admin)
    assert send({}).status_code == 401


def test_a_token_without_the_scope_may_not(send, data):
    _row, secret = actions.create_token(by=data, name="kpis", scopes=["measurements"], days=1)
    answer = send({}, secret=secret)
    assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")


@pytest.mark.parametrize(("scope", "status"), [("read", 403), ("measurements", 403), ("points", 200), ("write", 200)])
def test_changing_includes_sending_and_reading_includes_nothing(send, data, scope, status):
    _row, secret = actions.create_token(by=data, name=scope, scopes=[scope], days=1)
    assert send({}, secret=secret).status_code == status


def test_an_endpoint_that_declares_no_scope_is_refused_to_everybody(client, data):
    _row, secret = actions.create_token(by=data, name="all", scopes=list(Scope), days=1)
    answer = client.get("/api/v1/undeclared/", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 403


def test_the_last_use_is_written_once_a_minute(send, issued, django_assert_num_queries):
    send({})
    first = AccessToken.objects.get().last_used_at
    with django_assert_num_queries(1):
        send({})
    assert first is not None
    assert AccessToken.objects.get().last_used_at == first


def test_a_session_is_not_a_way_in(sign_in, data, address):
    assert sign_in(data).post(address, {}, content_type="application/json").status_code == 401
