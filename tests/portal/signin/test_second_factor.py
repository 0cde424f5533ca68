"""Set up, use, recover, remove, reset; and who must have one."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from portal.audit.models import Event
from portal.errors import NotAllowed, Refused
from portal.people import actions as people
from portal.people.models import Role
from portal.signin import actions, second_factor
from portal.signin.models import Session

NEW = "under the water a bridge"


def _read_secret(page) -> str:
    return page.context["secret"]


def test_one_sets_it_up_with_a_picture_and_a_code(sign_in, known, code):
    browser = sign_in(known)
    before = browser.session.session_key
    page = browser.get("/accounts/second-factor/set-up/")
    answer = browser.post("/accounts/second-factor/set-up/", {"code": code(_read_secret(page))})
    assert answer.status_code == 201
    assert len(answer.context["codes"]) == 10
    assert "no-store" in answer["Cache-Control"]
    assert browser.session.session_key != before
    assert Event.objects.filter(verb="second_factor.set_up", actor=known).count() == 1


def test_a_wrong_code_sets_nothing_up(sign_in, known):
    browser = sign_in(known)
    browser.get("/accounts/second-factor/set-up/")
    answer = browser.post("/accounts/second-factor/set-up/", {"code": "000000x"})
    assert "does not fit" in answer.content.decode()
    assert not Authenticator.objects.exists()


def test_the_secret_lies_nowhere_in_the_clear(sign_in, known, guarded):
    _person, secret, codes = guarded
    rows = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in rows
    assert not any(one in rows for one in codes)


def test_without_a_key_nothing_is_set_up(sign_in, known, settings):
    settings.SEALING_KEYS = []
    assert sign_in(known).get("/accounts/second-factor/set-up/").status_code == 409


def test_an_older_key_still_reads(guarded, settings, client, try_password, code, who):
    person, secret, _codes = guarded
    settings.SEALING_KEYS = ["a newer one", *settings.SEALING_KEYS]
    try_password(client)
    client.post("/accounts/sign-in/code/", {"code": code(secret)})
    assert who(client) == person.pk


def test_the_password_alone_lets_nobody_in(guarded, client, try_password, who):
    assert try_password(client)["Location"] == "/accounts/sign-in/code/"
    assert who(client) is None
    assert client.get("/accounts/tokens/").status_code == 302


def test_the_code_lets_in_and_leads_on(guarded, client, try_password, code, who):
    person, secret, _codes = guarded
    try_password(client, next="/portfolio/")
    before = client.session.session_key
    answer = client.post("/accounts/sign-in/code/", {"code": code(secret)})
    assert (answer["Location"], who(client)) == ("/portfolio/", person.pk)
    assert client.session.session_key != before


def test_a_code_counts_once(guarded, try_password, code, who):
    _person, secret, _codes = guarded
    shown = code(secret)
    first, second = Client(), Client()
    for browser in (first, second):
        try_password(browser)
        browser.post("/accounts/sign-in/code/", {"code": shown})
    assert who(first) is not None
    assert who(second) is None


def test_the_code_that_set_it_up_does_not_let_in(guarded, client, try_password, code, who):
    _person, secret, _codes = guarded
    try_password(client)
    client.post("/accounts/sign-in/code/", {"code": code(secret, -1)})
    assert who(client) is None


def test_a_recovery_code_lets_in_once(guarded, try_password, who):
    _person, _secret, codes = guarded
    first, second = Client(), Client()
    for browser in (first, second):
        try_password(browser)
        browser.post("/accounts/sign-in/code/", {"code": codes[0]})
    assert who(first) is not None
    assert who(second) is None


def test_codes_are_not_guessed_forever(guarded, client, try_password, code, who):
    _person, secret, _codes = guarded
    try_password(client)
    for guess in range(6):
        client.post("/accounts/sign-in/code/", {"code": f"99999{guess}x"})
    client.post("/accounts/sign-in/code/", {"code": code(secret)})
    assert who(client) is None


def test_nobody_comes_to_the_second_step_without_the_first(client, db):
    assert client.get("/accounts/sign-in/code/")["Location"] == "/accounts/sign-in/"


def test_a_link_for_a_new_password_does_not_go_round_it(guarded, admin, client, who):
    person, _secret, _codes = guarded
    secret = people.invite(person, by=admin)
    answer = client.post(f"/accounts/welcome/{secret}/", {"password": NEW, "again": NEW})
    assert answer["Location"] == "/accounts/sign-in/code/"
    assert who(client) is None


def _an_hour_ago(browser: Client) -> None:
    session = browser.session
    session["began"] -= 3600
    session.save()


def test_removing_it_asks_for_who_one_is_again(guarded, sign_in):
    person, _secret, _codes = guarded
    browser = sign_in(person)
    _an_hour_ago(browser)
    asked = browser.post("/accounts/second-factor/remove/")
    assert asked["Location"].startswith("/accounts/confirm/")
    assert Authenticator.objects.filter(user=person).exists()
    wrong = browser.post(asked["Location"], {"password": NEW, "next": "/accounts/second-factor/remove/"})
    assert wrong.status_code == 200
    browser.post(asked["Location"], {"password": "a bridge over the water", "next": "/accounts/second-factor/remove/"})
    assert not Authenticator.objects.filter(user=person).exists()
    assert Event.objects.filter(verb="second_factor.removed").count() == 1


def test_new_recovery_codes_stop_the_old(guarded, sign_in, try_password, client, who):
    person, _secret, codes = guarded
    page = sign_in(person).post("/accounts/second-factor/codes/")
    assert not set(page.context["codes"]) & set(codes)
    try_password(client)
    client.post("/accounts/sign-in/code/", {"code": codes[0]})
    assert who(client) is None


def test_an_administrator_resets_it_and_the_person_is_told(guarded, admin, sign_in, client, try_password):
    person, _secret, _codes = guarded
    theirs = sign_in(person)
    sign_in(admin).post(f"/accounts/people/{person.uid}/second-factor/reset/")
    assert theirs.get("/accounts/tokens/").status_code == 302
    try_password(client)
    assert "took your second factor away" in client.get("/").content.decode()
    client.post("/accounts/sign-out/")
    try_password(client)
    assert "took your second factor away" not in client.get("/").content.decode()
    assert Event.objects.get(verb="second_factor.reset").actor == admin


def test_a_colleague_does_not_reset_it(guarded, it):
    person, _secret, _codes = guarded
    with pytest.raises(NotAllowed):
        actions.reset_second_factor(person, by=it)


@pytest.mark.parametrize(
    ("requirement", "led"),
    [("nobody", set()), ("approvers", {"admin", "it"}), ("everybody", {"admin", "it", "business", "viewer"})],
)
def test_the_rules_lead_those_who_must_to_set_it_up(requirement, led, admin, it, business, viewer, sign_in):
    browsers = {person.username: sign_in(person) for person in (admin, it, business, viewer)}
    actions.set_rules(by=admin, second_factor=requirement)
    for name, browser in browsers.items():
        answer = browser.get("/portfolio/")
        there = answer.headers.get("Location", "")
        assert there == ("/accounts/second-factor/set-up/" if name in led else ""), name


def test_who_set_it_up_goes_on(admin, known, sign_in, code):
    actions.set_rules(by=admin, second_factor="everybody")
    browser = sign_in(known)
    page = browser.get("/accounts/second-factor/set-up/")
    browser.post("/accounts/second-factor/set-up/", {"code": code(_read_secret(page))})
    assert browser.get("/portfolio/").status_code == 200


def test_a_fragment_is_led_there_whole(admin, business, sign_in):
    browser = sign_in(business)
    actions.set_rules(by=admin, second_factor="everybody")
    answer = browser.get("/portfolio/", headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == "/accounts/second-factor/set-up/"


def test_what_the_rules_ask_for_is_not_removed(guarded, admin):
    person, _secret, _codes = guarded
    actions.set_rules(by=admin, second_factor="everybody")
    with pytest.raises(Refused):
        actions.remove_second_factor(person)
    assert second_factor.codes_left(person) == 10


def test_only_an_administrator_sets_the_rules(it, sign_in):
    assert sign_in(it).post("/accounts/rules/", {"second_factor": "nobody"}).status_code == 403


def test_becoming_it_leads_there_at_the_next_request(admin, business, team, sign_in):
    actions.set_rules(by=admin, second_factor="approvers")
    browser = sign_in(business)
    assert browser.get("/portfolio/").status_code == 200
    people.add_member(team, business, Role.IT, by=admin)
    assert browser.get("/portfolio/").status_code == 302
    assert Session.objects.filter(user=business).count() == 1
