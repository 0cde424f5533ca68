"""Who held which role when, and who could approve there on that day."""

from datetime import timedelta

import pytest
from django.db import Error, transaction
from django.utils import timezone

from portal import clock
from portal.people import actions, holders
from portal.people.models import Membership, OrganisationRole, Role, Tenure
from tests.factories import MembershipFactory, UserFactory

APPROVE = ["it"]


def _names(team, at=None, moment=None) -> set[str]:
    return {one.person.username for one in holders.in_team(team, APPROVE, moment or clock.now(), at)}


def test_a_membership_has_a_beginning_and_an_end_and_both_by_whom(team, business, data, outsider):
    actions.add_member(team, outsider, Role.IT, by=business)
    actions.remove_member(team, outsider, Role.IT, by=data)
    held = Tenure.objects.get(user=outsider)
    assert (held.team, held.role, held.given_by, held.ended_by) == (team, Role.IT, business, data)
    assert held.until is not None
    assert held.since <= held.until <= clock.now()


def test_so_has_a_role_of_the_organisation(admin, outsider):
    actions.grant_role(outsider, OrganisationRole.STEERING, by=admin)
    actions.revoke_role(outsider, OrganisationRole.STEERING, by=admin)
    held = Tenure.objects.get(user=outsider)
    assert (held.team, held.organisation_role, held.given_by, held.ended_by) == (None, "steering", admin, admin)


def test_whatever_writes_a_membership_writes_its_history(team):
    person = UserFactory()
    Membership.objects.bulk_create([Membership(team=team, user=person, role=Role.IT)])
    assert Tenure.objects.get(user=person).until is None
    Membership.objects.filter(user=person).delete()
    assert Tenure.objects.get(user=person).until is not None


def test_history_is_not_deleted(data):
    with pytest.raises(Error, match="tenure_stays"), transaction.atomic():
        Tenure.objects.filter(user=data).delete()


def test_who_could_on_a_day_is_who_held_the_role_then(team, business, it, outsider):
    before = clock.now()
    actions.add_member(team, outsider, Role.IT, by=business)
    between = clock.now()
    actions.remove_member(team, it, Role.IT, by=business)
    assert _names(team, moment=before) == {"it"}
    assert _names(team, moment=between) == {"it", "outsider"}
    assert _names(team) == {"outsider"}


def test_nobody_could_before_there_was_anybody(team, it):
    assert _names(team, moment=timezone.now() - timedelta(days=400)) == set()


def test_a_place_leaves_whose_role_reaches_there(team, it, gabon_it, well, norway, production, integration, place):
    assert _names(team, place(well, production)) == {"it", "gabon_it"}
    assert _names(team, place(norway, production)) == {"it"}
    assert _names(team, place(well, integration)) == {"it"}


def test_a_deputy_could_and_for_whom(team, gabon_it, outsider, stand_in, well, norway, production, place):
    stand_in(gabon_it)
    found = holders.in_team(team, APPROVE, clock.now(), place(well, production))
    assert [(one.person, one.stands_for, one.limits) for one in found if one.stands_for] == [
        (outsider, gabon_it, "Gabon, Production")
    ]
    assert _names(team, place(norway, production)) == set()


def test_who_was_deactivated_could_not_meanwhile(team, it, second_it, admin):
    actions.deactivate_person(second_it, by=admin)
    between = clock.now()
    assert _names(team, moment=between) == {"it"}
    actions.reactivate_person(second_it, by=admin)
    assert _names(team, moment=between) == {"it"}
    assert _names(team) == {"it", "second_it"}


def test_an_auditor_could_not(team, it, second_it, admin):
    actions.grant_role(second_it, OrganisationRole.AUDITOR, by=admin)
    assert _names(team) == {"it"}


def test_who_holds_a_role_of_the_organisation(admin, auditor, steering):
    found = holders.in_organisation(["admin", "auditor"], clock.now())
    assert {one.person for one in found} == {admin, auditor}


def test_who_could_costs_the_same_for_many(team, it, django_assert_num_queries):
    for _number in range(20):
        MembershipFactory(team=team, role=Role.IT)
    with django_assert_num_queries(2):
        assert len(holders.in_team(team, APPROVE, clock.now())) == 21


def test_pseudonymised_people_keep_their_history(team, it, admin):
    from portal.people import pseudonyms

    actions.deactivate_person(it, by=admin)
    pseudonyms.pseudonymise_person(it, by=admin, confirmed="it")
    assert Tenure.objects.get(user=it).role == Role.IT
