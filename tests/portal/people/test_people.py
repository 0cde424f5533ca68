"""People and their roles in the organisation."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from portal.audit.models import Event
from portal.errors import BadInput, NotAllowed, Refused
from portal.people import actions, rights
from portal.people.models import OrganisationGrant, OrganisationRole, User
from tests.factories import OrganisationGrantFactory

ADMIN = OrganisationRole.ADMIN


def _create(by, **changes):
    return actions.create_person(by=by, **{"username": "zoe", "first_name": "Zoé", "last_name": "Le Goff", **changes})


def test_an_administrator_adds_a_person_who_has_no_password_yet(admin):
    person = _create(admin)
    assert str(person) == "Zoé Le Goff"
    assert not person.has_usable_password()
    assert Event.objects.get().sentence == "Zoé Le Goff was added."


@pytest.mark.parametrize("name", ["business", "it", "steering", "auditor", "stranger"])
def test_nobody_else_may(request, name):
    with pytest.raises(NotAllowed):
        _create(request.getfixturevalue(name))
    assert not User.objects.filter(username="zoe").exists()


@pytest.mark.parametrize(("field", "value"), [("username", "admin"), ("username", "a b"), ("email", "nowhere")])
def test_what_cannot_be_saved_is_refused_by_field(admin, field, value):
    with pytest.raises(BadInput) as refusal:
        _create(admin, **{field: value})
    assert [problem.field for problem in refusal.value.problems] == [field]


def test_a_deactivated_person_is_out_at_the_next_request(admin, data, sign_in):
    browser = sign_in(data)
    actions.deactivate_person(data, by=admin)
    assert browser.get("/accounts/tokens/").status_code == 302
    with pytest.raises(Refused, match="already deactivated"):
        actions.deactivate_person(data, by=admin)


def test_a_reactivated_person_has_their_roles_again(admin, team, data):
    actions.deactivate_person(data, by=admin)
    assert not rights.can(data, "run.mark", team)
    actions.reactivate_person(data, by=admin)
    assert rights.can(data, "run.mark", team)


def test_a_role_given_counts_at_once_and_is_told(admin, viewer):
    actions.grant_role(viewer, OrganisationRole.STEERING, by=admin)
    assert rights.sees_everything(viewer)
    assert Event.objects.get().sentence == f"{viewer} was given the role “Steering”."
    with pytest.raises(Refused, match="already has"):
        actions.grant_role(viewer, OrganisationRole.STEERING, by=admin)


def test_a_role_taken_back_no_longer_counts(admin, steering):
    actions.revoke_role(steering, OrganisationRole.STEERING, by=admin)
    assert not rights.sees_everything(steering)


def test_nobody_makes_themselves_administrator(it):
    with pytest.raises(NotAllowed):
        actions.grant_role(it, ADMIN, by=it)


@pytest.mark.parametrize("leave", [actions.deactivate_person, lambda p, by: actions.revoke_role(p, ADMIN, by=by)])
def test_the_last_administrator_stays(admin, leave):
    with pytest.raises(Refused, match="last administrator"):
        leave(admin, by=admin)
    assert rights.can(User.objects.get(pk=admin.pk), "people.manage")


def test_a_deactivated_administrator_does_not_count_as_one(admin):
    other = OrganisationGrantFactory(role=ADMIN).user
    actions.deactivate_person(other, by=admin)
    with pytest.raises(Refused, match="last administrator"):
        actions.revoke_role(admin, ADMIN, by=admin)


def test_of_two_administrators_who_deactivate_each_other_one_stays(committed_db, admin):
    other = OrganisationGrantFactory(role=ADMIN).user

    def _deactivate(pair):
        person, by = (User.objects.get(pk=pk) for pk in pair)
        try:
            actions.deactivate_person(person, by=by)
        except Refused as refusal:
            return str(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(_deactivate, [(admin.pk, other.pk), (other.pk, admin.pk)]))
    assert answers.count(None) == 1
    assert OrganisationGrant.objects.filter(role=ADMIN, user__is_active=True).count() == 1
