"""How long a session lives, what ends it, and what gives it a new key."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings as real
from django.test import Client
from django.utils import timezone

from portal.people import actions as people
from portal.people.models import OrganisationRole, Role, User
from portal.signin.models import Session


def _in(browser: Client) -> bool:
    return browser.get("/accounts/tokens/").status_code == 200


def _age(browser: Client, **values: float) -> None:
    session = browser.session
    for name, seconds in values.items():
        session[name] -= seconds
    session.save()


def test_a_session_nobody_uses_ends(sign_in, known):
    browser = sign_in(known)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert not _in(browser)


def test_using_it_moves_the_end_on_but_not_past_its_life(sign_in, known, settings):
    browser = sign_in(known)
    Session.objects.update(expire_date=timezone.now() + timedelta(minutes=1))
    _age(browser, seen=600)
    Session.objects.update(expire_date=timezone.now() + timedelta(minutes=1))
    assert _in(browser)
    assert Session.objects.get().expire_date > timezone.now() + timedelta(hours=7)
    _age(browser, began=settings.SESSION_LIFE - 60, seen=600)
    assert _in(browser)
    assert Session.objects.get().expire_date < timezone.now() + timedelta(seconds=61)


def test_an_old_session_ends_however_busy(sign_in, known, settings):
    browser = sign_in(known)
    _age(browser, began=settings.SESSION_LIFE + 1)
    assert not _in(browser)


def test_a_page_writes_no_session_each_time(sign_in, known, django_assert_num_queries):
    browser = sign_in(known)
    browser.get("/accounts/rights/")
    before = Session.objects.values_list("seen_at", flat=True).get()
    browser.get("/accounts/rights/")
    assert Session.objects.values_list("seen_at", flat=True).get() == before


@pytest.mark.parametrize("change", ["role", "revoke", "team"])
def test_a_change_of_role_gives_a_new_key(sign_in, known, admin, team, change):
    if change == "revoke":
        people.grant_role(known, OrganisationRole.AUDITOR, by=admin)
    browser = sign_in(known)
    before = browser.session.session_key
    if change == "role":
        people.grant_role(known, OrganisationRole.AUDITOR, by=admin)
    elif change == "revoke":
        people.revoke_role(known, OrganisationRole.AUDITOR, by=admin)
    else:
        people.add_member(team, known, Role.DATA, by=admin)
    assert _in(browser)
    assert browser.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_signing_out_ends_it_for_good(sign_in, known):
    browser = sign_in(known)
    stolen = Client()
    stolen.cookies["sessionid"] = browser.cookies["sessionid"].value
    assert _in(stolen)
    browser.post("/accounts/sign-out/")
    assert not _in(stolen)


def test_deactivating_ends_all_at_once(sign_in, known, admin):
    browsers = [sign_in(known), sign_in(known)]
    people.deactivate_person(known, by=admin)
    assert not Session.objects.filter(user=known).exists()
    assert not any(_in(browser) for browser in browsers)


def test_a_new_password_leaves_only_this_session(sign_in, known):
    browser, other = sign_in(known), sign_in(known)
    new = "under the water a bridge"
    browser.post("/accounts/password/", {"current": "a bridge over the water", "password": new, "again": new})
    assert _in(browser)
    assert not _in(other)
    assert Session.objects.filter(user=known).count() == 1


def test_a_key_from_outside_is_not_taken(client, known, try_password):
    client.cookies["sessionid"] = "chosenbysomebodyelse0000000000000"
    try_password(client)
    assert client.session.session_key != "chosenbysomebodyelse0000000000000"


def test_one_sees_where_one_is_signed_in_and_ends_the_others(sign_in, known):
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    other = Client(headers={"User-Agent": firefox})
    other.post("/accounts/sign-in/", {"username": "business", "password": "a bridge over the water"})
    browser = sign_in(known)
    page = browser.get("/accounts/sessions/")
    assert "Firefox, Linux" in page.content.decode()
    mark = next(one["mark"] for one in page.context["sessions"] if not one["here"])
    browser.post(f"/accounts/sessions/{mark}/end/")
    assert not _in(other)
    assert _in(browser)


def test_ending_all_others_keeps_this_one(sign_in, known):
    others = [sign_in(known), sign_in(known)]
    browser = sign_in(known)
    browser.post("/accounts/sessions/end-others/")
    assert _in(browser)
    assert not any(_in(one) for one in others)


def test_somebody_elses_session_does_not_exist(sign_in, known, it):
    theirs = sign_in(it)
    mark = theirs.get("/accounts/sessions/").context["sessions"][0]["mark"]
    assert sign_in(known).post(f"/accounts/sessions/{mark}/end/").status_code == 404
    assert _in(theirs)


def test_cookies_are_not_read_by_scripts_nor_sent_from_elsewhere(client, known, try_password):
    cookie = try_password(client).cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


@pytest.mark.parametrize("onward", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:x"])
def test_no_other_site_follows_signing_in(client, known, try_password, onward):
    assert try_password(client, next=onward)["Location"] == "/"


def test_another_host_is_not_answered(client, db):
    assert client.get("/accounts/sign-in/", headers={"Host": "evil.example"}).status_code == 400


def test_a_form_from_elsewhere_signs_nobody_in(known):
    browser = Client(enforce_csrf_checks=True)
    answer = browser.post("/accounts/sign-in/", {"username": "business", "password": "a bridge over the water"})
    assert answer.status_code == 403


def test_production_settings_have_nothing_to_answer_for():
    production = {
        # The browser tests set it for themselves.
        **{name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"},
        "PASSERELLE_URL": "https://passerelle.example",
        "ALLOWED_HOSTS": "passerelle.example",
        "PASSERELLE_TRUSTED_PROXIES": "10.0.0.1",
    }
    command = [sys.executable, "-W", "ignore", "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    told = subprocess.run(command, cwd=real.BASE_DIR, env=production, capture_output=True, text=True, timeout=60)
    assert told.returncode == 0, told.stderr


def test_the_rules_of_sessions_hold_for_whoever_came_by_a_link(client, admin, viewer):
    secret = people.invite(viewer, by=admin)
    new = "under the water a bridge"
    client.post(f"/accounts/welcome/{secret}/", {"password": new, "again": new})
    assert Session.objects.get(user=viewer).began_at is not None
    assert User.objects.get(pk=viewer.pk).check_password(new)
