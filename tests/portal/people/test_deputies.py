"""Deputies: from day to day, what the role lets and no more, told as deputies."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from portal.audit.models import Event
from portal.audit.record import record
from portal.errors import BadInput, NotAllowed, Refused
from portal.journal import exceptions
from portal.notifications.models import Notification
from portal.notifications.runner import watch
from portal.people import actions, deputies, rights
from portal.people.models import Deputy, Membership, OrganisationRole, Role
from portal.signin import rules
from portal.signin.models import Requirement
from tests.factories import MembershipFactory


def test_a_deputy_may_what_the_role_may(team, it, outsider, stand_in):
    assert not rights.can(outsider, "usecase.view", team)
    stand_in(it)
    assert rights.can(outsider, "deployment.approve", team)
    assert rights.can(outsider, "usecase.view", team)
    assert not rights.can(outsider, "kpi.validate", team)


def test_not_before_the_first_day_nor_after_the_last(team, it, outsider, stand_in, today):
    stand_in(it, first=2, last=3)
    for days, may in ((0, False), (1, False), (2, True), (3, True), (4, False)):
        with time_machine.travel(timezone.now() + timedelta(days=days), tick=False):
            rights.forget(outsider)
            assert rights.can(outsider, "deployment.approve", team) is may, days


def test_only_within_the_limits_of_the_role(team, gabon_it, outsider, stand_in, well, norway, production, place):
    stand_in(gabon_it)
    assert rights.can(outsider, "deployment.approve", team, place(well, production))
    assert not rights.can(outsider, "deployment.approve", team, place(norway, production))


def test_a_deputy_names_no_deputy(team, it, outsider, viewer, stand_in, today):
    stand_in(it)
    mine = Membership.objects.get(user=it)
    with pytest.raises(NotAllowed, match="own role"):
        deputies.name_deputy(mine, viewer, today, today, by=outsider)


@pytest.mark.parametrize("name", ["business", "data", "viewer", "stranger", "steering", "auditor"])
def test_nobody_names_a_deputy_for_somebody_else(request, it, outsider, today, name):
    with pytest.raises(NotAllowed):
        deputies.name_deputy(Membership.objects.get(user=it), outsider, today, today, by=request.getfixturevalue(name))
    assert not Deputy.objects.exists()


def test_but_an_administrator_does(team, it, outsider, admin, today):
    deputies.name_deputy(Membership.objects.get(user=it), outsider, today, today, by=admin)
    assert rights.can(outsider, "deployment.approve", team)


@pytest.mark.parametrize(
    ("first", "last", "sentence"), [(3, 2, "comes before"), (-3, -1, "are over"), (0, 400, "a year at most")]
)
def test_days_make_sense(it, stand_in, first, last, sentence):
    with pytest.raises(BadInput) as refusal:
        stand_in(it, first=first, last=last)
    assert sentence in str(refusal.value.problems[0].sentence)


def test_nobody_stands_in_for_themselves_nor_for_what_they_have(team, it, second_it, today):
    mine = Membership.objects.get(user=it)
    with pytest.raises(BadInput):
        deputies.name_deputy(mine, it, today, today, by=it)
    with pytest.raises(Refused, match="has this role there already"):
        deputies.name_deputy(mine, second_it, today, today, by=it)


def test_an_auditor_is_no_deputy(it, auditor, today):
    with pytest.raises(Refused, match="auditor"):
        deputies.name_deputy(Membership.objects.get(user=it), auditor, today, today, by=it)


def test_the_same_days_are_given_once(it, stand_in):
    stand_in(it)
    with pytest.raises(Refused, match="already"):
        stand_in(it, first=3, last=9)


@pytest.mark.parametrize("who", ["it", "outsider", "admin"])
def test_it_is_ended_at_once(request, team, it, outsider, stand_in, who):
    named = stand_in(it)
    deputies.end_deputy(named, by=request.getfixturevalue(who))
    rights.forget(outsider)
    assert not rights.can(outsider, "usecase.view", team)
    with pytest.raises(Refused, match="over already"):
        deputies.end_deputy(named, by=it)


def test_nobody_else_ends_it(it, data, stand_in):
    with pytest.raises(NotAllowed):
        deputies.end_deputy(stand_in(it), by=data)


def test_it_ends_with_the_role(team, it, outsider, stand_in, leave):
    stand_in(it)
    leave(it)
    rights.forget(outsider)
    assert not rights.can(outsider, "usecase.view", team)


@pytest.mark.parametrize("gone", ["it", "outsider"])
def test_it_ends_with_either_of_the_two(request, team, it, outsider, admin, stand_in, gone):
    stand_in(it)
    person = request.getfixturevalue(gone)
    actions.deactivate_person(person, by=admin)
    actions.reactivate_person(person, by=admin)
    rights.forget(outsider)
    assert not rights.can(outsider, "usecase.view", team)


def test_what_a_deputy_does_is_told_as_such_and_is_an_exception(team, use_case, it, outsider, stand_in):
    stand_in(it)
    rights.require(outsider, "deployment.roll_back", team)
    event = record("usecase.edited", use_case, by=outsider, team=team, use_case=use_case.slug, fields="name")
    assert event.who == f"{outsider}, for {it}"
    assert event in Event.objects.filter(exceptions.matching("deputy.approved"))


def test_what_one_does_in_ones_own_name_is_not(team, use_case, it, outsider, stand_in):
    stand_in(it)
    MembershipFactory(team=team, user=outsider, role=Role.IT)
    rights.forget(outsider)
    rights.require(outsider, "deployment.roll_back", team)
    event = record("usecase.edited", use_case, by=outsider, team=team, use_case=use_case.slug, fields="name")
    assert event.on_behalf_of is None
    assert event.who == str(outsider)


def test_an_auditor_changes_nothing_whatever_else_they_are(team, it, admin):
    actions.grant_role(it, OrganisationRole.AUDITOR, by=admin)
    assert rights.can(it, "usecase.view", team)
    assert not rights.can(it, "deployment.approve", team)
    with pytest.raises(NotAllowed, match="reads everything and changes nothing"):
        rights.require(it, "deployment.approve", team)


def test_an_auditor_does_not_administer(admin, auditor):
    with pytest.raises(Refused, match="does not administer"):
        actions.grant_role(auditor, OrganisationRole.ADMIN, by=admin)


def test_who_is_named_is_told_once(it, outsider, stand_in):
    stand_in(it)
    watch()
    watch()
    told = Notification.objects.filter(person=outsider, message__kind="notice.deputy_named")
    assert str(it) in str(told.get().message)


@pytest.mark.parametrize("first", [0, 3])
def test_a_second_factor_is_asked_of_who_will_approve(it, outsider, stand_in, first):
    assert not rules.asked_of(outsider, Requirement.APPROVERS)
    stand_in(it, first=first)
    assert rules.asked_of(outsider, Requirement.APPROVERS)


def test_none_is_asked_of_who_stands_in_for_somebody_who_does_not_approve(business, outsider, stand_in):
    stand_in(business)
    assert not rules.asked_of(outsider, Requirement.APPROVERS)
