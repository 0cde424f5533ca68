"""Tokens: shown once, kept as a digest, revoked at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.audit.models import Event
from portal.errors import BadInput, NotAllowed, Refused
from portal.people import actions, keys
from portal.people.models import AccessToken, Scope


def _create(by, **changes):
    return actions.create_token(by=by, **{"name": "collector", "scopes": ["points"], "days": 30, **changes})


def test_the_secret_is_nowhere_in_the_database(data):
    token, secret = _create(data)
    row = AccessToken.objects.values().get()
    assert secret.startswith("pas_")
    assert row["digest"] == keys.digest(secret)
    assert secret not in str(row)
    assert secret not in str(Event.objects.get().data)
    assert token.usable


@pytest.mark.parametrize("days", [0, 366, -1])
def test_a_token_lives_a_year_at_most(data, days):
    with pytest.raises(BadInput) as refusal:
        _create(data, days=days)
    assert refusal.value.problems[0].field == "days"


@pytest.mark.parametrize("scopes", [[], ["everything"], ["points", "everything"]])
def test_a_token_is_for_something_known(data, scopes):
    with pytest.raises(BadInput) as refusal:
        _create(data, scopes=scopes)
    assert refusal.value.problems[0].field == "scopes"


@pytest.mark.parametrize(
    ("held", "granted"),
    [
        ("read", {"read"}),
        ("write", {"read", "write", "measurements", "points"}),
        ("measurements", {"measurements"}),
        ("points", {"points"}),
    ],
)
def test_what_a_scope_includes(data, held, granted):
    token, _secret = _create(data, scopes=[held])
    assert {scope for scope in Scope if token.grants(scope)} == granted
    assert not token.grants()


def test_one_revokes_ones_own_token_once(data):
    token, _secret = _create(data)
    actions.revoke_token(token, by=data)
    assert not AccessToken.objects.get().usable
    with pytest.raises(Refused, match="already revoked"):
        actions.revoke_token(token, by=data)


def test_an_administrator_revokes_anybodys_token(data, admin):
    actions.revoke_token(_create(data)[0], by=admin)
    assert not AccessToken.objects.get().usable


def test_a_colleague_does_not(data, it):
    with pytest.raises(NotAllowed):
        actions.revoke_token(_create(data)[0], by=it)
    assert AccessToken.objects.get().usable


def test_every_token_is_recognised_and_differs():
    made = {keys.new_token() for _ in range(100)}
    assert len(made) == 100
    assert all(keys.is_token(token) for token in made)


@given(position=st.integers(4, 41), character=st.characters())
def test_one_wrong_character_is_noticed(position, character):
    token = keys.new_token()
    wrong = token[:position] + character + token[position + 1 :]
    assert keys.is_token(wrong) is (wrong == token)
