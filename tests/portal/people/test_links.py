"""One-time links: the first administrator, an invitation."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from portal.errors import BadInput, NotAllowed, Refused
from portal.people import actions, rights
from portal.people.models import OneTimeLink, User

PASSWORD = "a bridge over the water"


def _become(secret, username="ada", password=PASSWORD):
    return actions.become_first_administrator(
        secret, username=username, first_name="Ada", last_name="Roux", password=password
    )


def test_the_bearer_becomes_the_first_administrator(db):
    person = _become(actions.offer_first_administrator())
    assert rights.can(person, "people.manage")
    assert person.check_password(PASSWORD)


def test_the_link_works_once(db):
    secret = actions.offer_first_administrator()
    _become(secret)
    with pytest.raises(Refused, match="already used"):
        _become(secret, "eve")
    assert not User.objects.filter(username="eve").exists()


def test_a_weak_password_does_not_use_the_link_up(db):
    secret = actions.offer_first_administrator()
    with pytest.raises(BadInput) as refusal:
        _become(secret, password="password")
    assert refusal.value.problems[0].field == "password"
    assert _become(secret).is_active


def test_no_link_is_offered_once_there_is_an_administrator(admin, capsys):
    assert actions.offer_first_administrator() is None
    call_command("first_admin_link")
    assert capsys.readouterr().out == ""


def test_the_command_prints_a_link_and_the_one_before_stops(db, capsys):
    call_command("first_admin_link")
    first = capsys.readouterr().out.rstrip("/\n").rpartition("/")[2]
    assert actions.usable_link(first)
    actions.offer_first_administrator()
    with pytest.raises(Refused):
        actions.usable_link(first)


def test_a_link_expires(db):
    secret = actions.offer_first_administrator()
    OneTimeLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(Refused, match="expired"):
        _become(secret)


def test_of_two_bearers_of_one_link_one_wins(committed_db):
    secret = actions.offer_first_administrator()

    def _try(username):
        try:
            return _become(secret, username).username
        except Refused as refusal:
            return refusal.status
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert 409 in (answers := list(pool.map(_try, ["ada", "eve"])))
    assert list(User.objects.values_list("username", flat=True)) == [name for name in answers if name != 409]


def test_an_invited_person_chooses_a_password_once(admin, viewer):
    secret = actions.invite(viewer, by=admin)
    assert actions.accept_invitation(secret, password=PASSWORD).check_password(PASSWORD)
    with pytest.raises(Refused):
        actions.accept_invitation(secret, password=PASSWORD)


def test_only_an_administrator_invites(business, viewer):
    with pytest.raises(NotAllowed):
        actions.invite(viewer, by=business)


def test_an_invitation_makes_nobody_administrator(admin, viewer):
    with pytest.raises(Refused):
        _become(actions.invite(viewer, by=admin))


def test_a_first_administrators_link_sets_nobodys_password(db):
    secret = actions.offer_first_administrator() or ""
    with pytest.raises(Refused):
        actions.accept_invitation(secret, password=PASSWORD)


def test_a_person_deactivated_meanwhile_stays_out(admin, viewer):
    secret = actions.invite(viewer, by=admin)
    actions.deactivate_person(viewer, by=admin)
    with pytest.raises(Refused):
        actions.accept_invitation(secret, password=PASSWORD)
