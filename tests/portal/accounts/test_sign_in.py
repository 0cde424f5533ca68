"""Coming in, going out, becoming somebody else in the demo."""

import pytest

from portal.people.models import User

PASSWORD = "a bridge over the water"


@pytest.fixture
def known(business) -> User:
    business.set_password(PASSWORD)
    business.save()
    return business


def _sign_in(client, password=PASSWORD, **more):
    return client.post("/accounts/sign-in/", {"username": "business", "password": password, **more})


def _who(client) -> int | None:
    return int(client.session["_auth_user_id"]) if "_auth_user_id" in client.session else None


def test_a_known_person_comes_in(client, known):
    assert _sign_in(client)["Location"] == "/"
    assert _who(client) == known.pk


def test_a_wrong_password_does_not(client, known):
    answer = _sign_in(client, "another bridge")
    assert (answer.status_code, _who(client)) == (200, None)
    assert "correct username and password" in answer.content.decode()


def test_the_key_of_the_session_changes_on_the_way_in(client, known):
    client.get("/accounts/sign-in/")
    session = client.session
    session["seen"] = True
    session.save()
    before = client.session.session_key
    _sign_in(client)
    assert client.session.session_key != before


@pytest.mark.parametrize(("wanted", "reached"), [("/portfolio/", "/portfolio/"), ("https://evil.example/", "/")])
def test_one_goes_on_to_the_page_asked_for_and_to_no_other_site(client, known, wanted, reached):
    assert _sign_in(client, next=wanted)["Location"] == reached


def test_a_page_asked_for_without_signing_in_leads_to_the_sign_in_page(client, db):
    assert client.get("/accounts/tokens/")["Location"] == "/accounts/sign-in/?next=/accounts/tokens/"


def test_one_goes_out_by_a_button_and_not_by_a_link(sign_in, known):
    browser = sign_in(known)
    assert browser.get("/accounts/sign-out/").status_code == 405
    browser.post("/accounts/sign-out/")
    assert _who(browser) is None


# --- the demo ------------------------------------------------------------------------------------------------------
@pytest.fixture
def demo(settings, it) -> User:
    settings.DEMO = True
    User.objects.filter(pk=it.pk).update(is_demo=True)
    return it


def test_in_the_demo_the_cast_is_one_click_away(client, demo):
    assert f"Come in as {demo}" in client.get("/accounts/sign-in/").content.decode()
    assert client.post("/accounts/sign-in/demo/", {"user": demo.pk}).status_code == 302
    assert _who(client) == demo.pk


def test_nobody_outside_the_cast_is(client, demo, admin):
    assert client.post("/accounts/sign-in/demo/", {"user": admin.pk}).status_code == 404
    assert _who(client) is None


def test_outside_the_demo_the_cast_is_not(client, demo, settings):
    settings.DEMO = False
    assert str(demo) not in client.get("/accounts/sign-in/").content.decode()
    assert client.post("/accounts/sign-in/demo/", {"user": demo.pk}).status_code == 404


def test_a_deactivated_person_of_the_cast_is_not(client, demo):
    User.objects.filter(pk=demo.pk).update(is_active=False)
    assert client.post("/accounts/sign-in/demo/", {"user": demo.pk}).status_code == 404


@pytest.mark.parametrize("user", ["", "x", "-1", "²", "9" * 30])
def test_nonsense_is_nobody(client, demo, user):
    assert client.post("/accounts/sign-in/demo/", {"user": user}).status_code == 404


def test_one_becomes_somebody_else_on_the_same_page(sign_in, demo, business):
    browser = sign_in(business)
    answer = browser.post("/accounts/switch/", {"user": demo.pk, "next": "/portfolio/?view=kanban"})
    assert (answer["Location"], _who(browser)) == ("/portfolio/?view=kanban", demo.pk)


def test_becoming_somebody_else_leads_to_no_other_site(sign_in, demo, business):
    answer = sign_in(business).post("/accounts/switch/", {"user": demo.pk, "next": "//evil.example/"})
    assert answer["Location"] == "/"


def test_a_link_makes_one_nobody_else(sign_in, demo, business):
    assert sign_in(business).get(f"/accounts/switch/?user={demo.pk}").status_code == 405
