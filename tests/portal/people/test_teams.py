"""Teams and their members."""

import pytest

from portal.audit.models import Event
from portal.errors import BadInput, NotAllowed, Refused
from portal.people import actions, rights
from portal.people.models import Membership, Role, Team


def test_an_administrator_creates_a_team(admin):
    team = actions.create_team(by=admin, name="Pumps", slug="pumps")
    assert Event.objects.get().team == team


@pytest.mark.parametrize("name", ["business", "steering", "stranger"])
def test_nobody_else_creates_a_team(request, name):
    with pytest.raises(NotAllowed):
        actions.create_team(by=request.getfixturevalue(name), name="Pumps", slug="pumps")
    assert not Team.objects.filter(slug="pumps").exists()


def test_a_name_is_taken_once(admin, team):
    with pytest.raises(BadInput) as refusal:
        actions.create_team(by=admin, name=team.name, slug="another")
    assert [problem.field for problem in refusal.value.problems] == ["name"]


@pytest.mark.parametrize("name", ["admin", "business", "data", "it"])
def test_who_manages_the_team_adds_a_member(request, team, stranger, name):
    actions.add_member(team, stranger, Role.VIEWER, by=request.getfixturevalue(name))
    assert rights.can(stranger, "usecase.view", team)
    assert Event.objects.get().sentence == f"{stranger} joined {team} as “Viewer”."


@pytest.mark.parametrize("name", ["decision_user", "viewer", "steering", "auditor", "stranger"])
def test_nobody_else_adds_a_member(request, team, business, name):
    with pytest.raises(NotAllowed):
        actions.add_member(team, business, Role.IT, by=request.getfixturevalue(name))


def test_a_member_does_not_give_themselves_a_role(team, data):
    with pytest.raises(NotAllowed, match="Nobody gives a role to themselves"):
        actions.add_member(team, data, Role.IT, by=data)
    assert not rights.can(data, "deployment.approve", team)


def test_a_role_is_given_once(team, business, data):
    with pytest.raises(Refused, match="already has this role"):
        actions.add_member(team, data, Role.DATA, by=business)


def test_a_deactivated_person_joins_nothing(team, business, stranger, admin):
    actions.deactivate_person(stranger, by=admin)
    with pytest.raises(Refused, match="reactivate"):
        actions.add_member(team, stranger, Role.DATA, by=business)


def test_a_member_removed_may_nothing_any_more(team, business, data):
    actions.remove_member(team, data, Role.DATA, by=business)
    assert not rights.can(data, "usecase.view", team)
    with pytest.raises(Refused, match="no longer has"):
        actions.remove_member(team, data, Role.DATA, by=business)


def test_a_viewer_removes_nobody(team, viewer, data):
    with pytest.raises(NotAllowed):
        actions.remove_member(team, data, Role.DATA, by=viewer)
    assert Membership.objects.filter(team=team, user=data).exists()
