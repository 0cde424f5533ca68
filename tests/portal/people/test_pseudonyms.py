"""A person's name can go for good, and the chain still stands."""

import pytest
from django.db import InternalError, transaction

from portal.audit.models import Event
from portal.audit.sealing import seal
from portal.audit.verify import verify
from portal.errors import BadInput, NotAllowed, Refused
from portal.people import actions
from portal.people.models import AccessToken, Membership, Role, Scope, User
from portal.people.pseudonyms import pseudonymise_person


@pytest.fixture
def gone(team, admin) -> User:
    person = actions.create_person(by=admin, username="zoe", first_name="Zoé", last_name="Marchand", email="z@a.org")
    actions.add_member(team, person, Role.DATA, by=admin)
    actions.create_token(by=person, name="Zoé's laptop", scopes=[Scope.POINTS], days=3)
    actions.deactivate_person(person, by=admin)
    seal()
    return person


def test_the_name_is_nowhere_and_the_chain_stands(gone, admin):
    pseudonymise_person(gone, by=admin, confirmed="zoe")
    assert str(gone).startswith("Person ")
    told = " ".join(f"{event.who} {event.sentence}" for event in Event.objects.exclude(verb="token.created"))
    assert str(gone) in told
    assert "Zoé" not in told
    assert "Marchand" not in str(Event.objects.values())
    assert not Membership.objects.filter(user=gone).exists()
    assert not AccessToken.objects.filter(owner=gone).exists()
    seal()
    assert verify().wrong == 0


def test_it_cannot_be_undone(gone, admin):
    pseudonymise_person(gone, by=admin, confirmed="zoe")
    with pytest.raises(Refused, match="cannot be undone"):
        actions.reactivate_person(gone, by=admin)
    with pytest.raises(InternalError), transaction.atomic():
        User.objects.filter(pk=gone.pk).update(first_name="Zoé")


def test_it_asks_for_the_user_name_the_right_and_a_closed_account(gone, data, admin):
    with pytest.raises(BadInput):
        pseudonymise_person(gone, by=admin, confirmed="zoé")
    with pytest.raises(NotAllowed):
        pseudonymise_person(gone, by=data, confirmed="zoe")
    with pytest.raises(Refused, match="deactivated"):
        pseudonymise_person(data, by=admin, confirmed="data")


def test_the_page_offers_it_and_then_no_more(gone, admin, sign_in):
    browser, address = sign_in(admin), f"/accounts/people/{gone.uid}/"
    assert "Type zoe to confirm" in browser.get(address).text
    browser.post(f"{address}pseudonymise/", {"confirmed": "zoe"})
    page = browser.get(address).text
    assert "Zoé" not in page
    assert "Reactivate" not in page
