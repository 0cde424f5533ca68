"""Before a token is made one says once more who one is: by password, by code, or by the provider one came through."""

import pytest
from django.test import Client

from portal.people.models import AccessToken
from tests.portal.signin.conftest import PASSWORD

NEW = "/accounts/tokens/new/"
TOKEN = {"name": "Night job", "scopes": ["measurements"], "days": 30}


def _an_hour_ago(browser: Client) -> None:
    session = browser.session
    session["began"] -= 3600
    session.save()


def test_a_token_asks_for_the_password_and_is_made_then(known, sign_in):
    browser = sign_in(known)
    _an_hour_ago(browser)
    asked = browser.post(NEW, TOKEN)
    assert asked["Location"].startswith("/accounts/confirm/?next=")
    assert browser.post(asked["Location"], {"password": "wrong", "next": NEW}).status_code == 200
    assert not AccessToken.objects.exists()
    made = browser.post(asked["Location"], {"password": PASSWORD, "next": NEW})
    assert (made.status_code, AccessToken.objects.get().owner) == (201, known)
    assert browser.get(NEW).status_code == 200


def test_right_after_signing_in_nobody_is_asked(known, sign_in):
    assert sign_in(known).post(NEW, TOKEN).status_code == 201


@pytest.mark.parametrize(
    ("address", "person"), [("/teams/{slug}/tokens/new/", "data"), ("/administration/tokens/new/", "admin")]
)
def test_a_service_token_asks_too_and_a_stranger_hears_of_nothing(address, person, request, sign_in, stranger, team):
    someone, address = request.getfixturevalue(person), address.format(slug=team.slug)
    someone.set_password(PASSWORD)
    someone.save()
    browser, outside = sign_in(someone), sign_in(stranger)
    _an_hour_ago(browser)
    _an_hour_ago(outside)
    assert browser.get(address)["Location"].startswith("/accounts/confirm/?next=")
    assert outside.get(address).status_code in (403, 404)


def test_who_came_by_a_link_alone_has_nothing_to_be_asked_for(business, sign_in):
    business.set_unusable_password()
    business.save()
    browser = sign_in(business)
    _an_hour_ago(browser)
    assert browser.post(NEW, TOKEN).status_code == 201
    assert browser.get("/accounts/confirm/provider/").status_code == 404


def test_who_came_through_a_provider_goes_there_again(provider, settings, client, db):
    settings.OIDC_PROVIDERS = [provider.configured(create=True)]
    provider.tell("s-9", preferred_username="ines", email="ines@acme.example")
    away = client.post("/accounts/oidc/acme/login/")
    client.get(provider.consent(away["Location"], "s-9"))
    assert client.post(NEW, TOKEN).status_code == 201
    _an_hour_ago(client)
    asked = client.get(NEW)
    assert asked["Location"] == "/accounts/confirm/provider/?next=%2Faccounts%2Ftokens%2Fnew%2F"
    page = client.get(asked["Location"])
    assert provider.url in page["Content-Security-Policy"].split("form-action")[1].split(";")[0]
    again = client.post("/accounts/oidc/acme/login/", {"next": NEW})
    assert "prompt=login" in again["Location"]
    assert client.get(provider.consent(again["Location"], "s-9"))["Location"] == NEW
    assert client.post(NEW, TOKEN).status_code == 201


@pytest.mark.parametrize(
    "onward", ["https://evil.example/", "//evil.example", "/\\\\evil.example", "javascript:alert(1)"]
)
def test_nothing_leads_elsewhere_afterwards(known, sign_in, onward):
    browser = sign_in(known)
    answer = browser.post("/accounts/confirm/", {"password": PASSWORD, "next": onward})
    assert "evil" not in answer.headers.get("Location", "")
    assert "alert" not in answer.headers.get("Location", "")
