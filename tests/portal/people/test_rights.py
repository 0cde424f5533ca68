"""The role × verb table, executed for the whole cast."""

import pytest

from portal.errors import NotAllowed
from portal.people import rights
from portal.people.models import OrganisationRole, Role
from portal.people.rights import VERBS
from tests.factories import MembershipFactory, TeamFactory

TEAM_ROLES = {
    "business": Role.BUSINESS,
    "data": Role.DATA,
    "it": Role.IT,
    "decision_user": Role.USER,
    "viewer": Role.VIEWER,
}
ORGANISATION_ROLES = {
    "admin": OrganisationRole.ADMIN,
    "steering": OrganisationRole.STEERING,
    "auditor": OrganisationRole.AUDITOR,
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("name", TEAM_ROLES)
def test_a_member_may_what_the_table_says_in_their_team_and_nothing_elsewhere(request, team, name, verb):
    person = request.getfixturevalue(name)
    assert rights.can(person, verb, team) is (TEAM_ROLES[name] in VERBS[verb].roles)
    assert not rights.can(person, verb, TeamFactory())
    assert not rights.can(person, verb)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("name", ORGANISATION_ROLES)
def test_an_organisation_role_may_what_the_table_says_in_every_team(request, team, name, verb):
    person = request.getfixturevalue(name)
    expected = ORGANISATION_ROLES[name] in VERBS[verb].organisation
    assert rights.can(person, verb, team) is expected
    assert rights.can(person, verb) is expected


@pytest.mark.parametrize("verb", VERBS)
def test_a_stranger_may_nothing(stranger, team, verb):
    assert not rights.can(stranger, verb, team)
    with pytest.raises(NotAllowed, match=str(VERBS[verb].label)):
        rights.require(stranger, verb, team)


@pytest.mark.parametrize("verb", VERBS)
def test_a_deactivated_person_may_nothing(admin, team, verb):
    MembershipFactory(team=team, user=admin, role=Role.IT)
    admin.is_active = False
    assert not rights.can(admin, verb, team)


def test_a_verb_that_is_not_in_the_table_is_an_error_and_not_a_no(admin):
    with pytest.raises(KeyError):
        rights.can(admin, "everything.do")


def test_roles_add_up(team, business):
    MembershipFactory(team=team, user=business, role=Role.IT)
    assert rights.can(business, "kpi.validate", team)
    assert rights.can(business, "deployment.approve", team)


def test_a_refusal_says_who_can(viewer, team):
    with pytest.raises(NotAllowed, match=r"Who can: IT\.$"):
        rights.require(viewer, "deployment.approve", team)


def test_roles_are_read_once_until_forgotten(team, viewer, django_assert_num_queries):
    rights.can(viewer, "kpi.validate", team)
    with django_assert_num_queries(0):
        rights.can(viewer, "kpi.define", team)
    MembershipFactory(team=team, user=viewer, role=Role.BUSINESS)
    rights.forget(viewer)
    assert rights.can(viewer, "kpi.validate", team)
