"""Service tokens: of a team or of the organisation, never a person, never a signature."""

import pytest
from django.contrib.auth.backends import ModelBackend

from portal.audit.models import Event
from portal.errors import BadInput, NotAllowed
from portal.people import actions, rights, service_tokens
from portal.people.models import AccessToken, Role, Scope, User
from portal.people.rights import VERBS


def _create(by, team=None, role=Role.DATA, scopes=(Scope.WRITE,), **more) -> AccessToken:
    given = {"team": team, "role": role if team else ""}
    token, _secret = service_tokens.create_service_token(
        by=by, name="Night job", scopes=list(scopes), days=30, **given, **more
    )
    return token


@pytest.mark.parametrize(("name", "role"), [("data", Role.DATA), ("it", Role.IT), ("it", Role.VIEWER), ("admin", "it")])
def test_who_may_creates_one_and_it_acts_with_its_role(request, team, name, role):
    service = _create(request.getfixturevalue(name), team, role).owner
    assert rights.can(service, "usecase.view", team)
    assert rights.can(service, "series.send", team) is (role != Role.VIEWER)
    assert str(service) == "Service “Night job”"


@pytest.mark.parametrize("name", ["business", "viewer", "decision_user", "steering", "auditor", "stranger"])
def test_nobody_else_creates_one(request, team, name):
    with pytest.raises(NotAllowed):
        _create(request.getfixturevalue(name), team)
    assert not User.everybody.filter(is_service=True).exists()


def test_nobody_gives_a_service_more_than_they_have(team, data):
    with pytest.raises(NotAllowed, match="does not have"):
        _create(data, team, Role.IT)


@pytest.mark.parametrize("verb", [name for name, verb in VERBS.items() if verb.signs])
def test_it_signs_nothing(team, it, verb):
    service = _create(it, team, Role.IT).owner
    assert not rights.can(service, verb, team)
    with pytest.raises(NotAllowed, match="commits a person"):
        rights.require(service, verb, team)


def test_approving_and_signing_commit_a_person():
    """What a service must never do is marked so in the table."""
    commits = {name for name, verb in VERBS.items() if verb.signs}
    assert commits >= {
        "deployment.approve",
        "gate.sign",
        "gate.pass",
        "gate.attest",
        "kpi.validate",
        "portfolio.decide",
    }


def test_it_reaches_no_further_than_its_limits(team, admin, gabon, norway, production, place):
    service = _create(admin, team, Role.IT, site=gabon, environment=production).owner
    assert rights.can(service, "deployment.request", team, place(gabon, production))
    assert not rights.can(service, "deployment.request", team, place(norway, production))


def test_one_of_the_organisation_reads_everything_and_nothing_else(team, admin):
    service = _create(admin, scopes=[Scope.READ]).owner
    assert rights.sees_everything(service)
    assert not rights.can(service, "comment.write", team)
    with pytest.raises(BadInput):
        _create(admin, scopes=[Scope.WRITE])


def test_a_member_creates_none_of_the_organisation(it):
    with pytest.raises(NotAllowed):
        _create(it, scopes=[Scope.READ])


def test_it_is_nobody_among_people_and_signs_in_nowhere(team, it):
    service = _create(it, team, Role.IT).owner
    service.set_password("known")
    service.save()
    assert service not in User.objects.all()
    assert ModelBackend().authenticate(None, username=service.username, password="known") is None


def test_the_journal_says_which(team, it):
    service = _create(it, team, Role.IT).owner
    assert Event.objects.get().sentence == "The service token “Night job” was created (write)."
    assert Event(actor=service, verb="x").who == "Service “Night job”"


@pytest.mark.parametrize("name", ["it", "data", "admin"])
def test_it_is_revoked_at_once_by_who_may(request, team, it, name):
    token = _create(it, team, Role.IT)
    actions.revoke_token(token, by=request.getfixturevalue(name))
    token.refresh_from_db()
    assert not token.usable


@pytest.mark.parametrize("name", ["business", "viewer", "stranger", "auditor"])
def test_nobody_else_revokes_it(request, team, it, name):
    token = _create(it, team, Role.IT)
    with pytest.raises(NotAllowed):
        actions.revoke_token(token, by=request.getfixturevalue(name))
    assert AccessToken.objects.get().usable


@pytest.mark.parametrize("verb", [name for name, verb in VERBS.items() if not verb.reads])
def test_a_token_of_an_auditor_changes_nothing(team, auditor, verb):
    token, _secret = actions.create_token(by=auditor, name="t", scopes=[Scope.WRITE], days=1)
    assert not rights.can(token.owner, verb, team)
