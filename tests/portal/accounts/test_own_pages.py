"""One's password, one's tokens, the rights."""

import pytest
from django.test import Client

from portal.people import actions
from portal.people.models import AccessToken, User

PASSWORD = "a bridge over the water"
ANOTHER = "under the water a bridge"
TOKEN = {"name": "collector", "scopes": ["points", "measurements"], "days": "30"}


@pytest.fixture
def mine(sign_in, data) -> Client:
    data.set_password(PASSWORD)
    data.save()
    return sign_in(data)


def _change(mine, **changes):
    return mine.post("/accounts/password/", {"current": PASSWORD, "password": ANOTHER, "again": ANOTHER, **changes})


def test_a_new_password_keeps_this_session_and_ends_the_others(mine, sign_in, data):
    other = sign_in(data)
    assert _change(mine).status_code == 302
    assert User.objects.get(pk=data.pk).check_password(ANOTHER)
    assert mine.get("/accounts/tokens/").status_code == 200
    assert other.get("/accounts/tokens/").status_code == 302


@pytest.mark.parametrize(
    "wrong", [{"current": ANOTHER}, {"again": PASSWORD}, {"password": "short", "again": "short"}, {"password": ""}]
)
def test_a_password_is_not_changed_by_mistake(mine, data, wrong):
    assert _change(mine, **wrong).status_code == 200
    assert User.objects.get(pk=data.pk).check_password(PASSWORD)


def test_who_has_no_password_is_told_so(sign_in, viewer):
    viewer.set_unusable_password()
    viewer.save()
    assert "You have no password" in sign_in(viewer).get("/accounts/password/").content.decode()


def test_a_token_is_shown_once_with_how_to_use_it(mine):
    page = mine.post("/accounts/tokens/new/", TOKEN)
    secret = page.context["secret"]
    assert page.status_code == 201
    assert "no-store" in page["Cache-Control"]
    assert page.content.decode().count(f"Bearer {secret}") == 2
    assert secret not in mine.get("/accounts/tokens/").content.decode()


def test_a_token_for_nothing_is_not_created(mine):
    assert mine.post("/accounts/tokens/new/", {**TOKEN, "scopes": []}).status_code == 200
    assert not AccessToken.objects.exists()


def test_one_revokes_ones_token(mine, data):
    token, _secret = actions.create_token(by=data, name="collector", scopes=["points"], days=1)
    mine.post(f"/accounts/tokens/{token.uid}/revoke/")
    assert "Revoked" in mine.get("/accounts/tokens/").content.decode()


def test_the_token_of_a_colleague_does_not_exist(mine, it):
    token, _secret = actions.create_token(by=it, name="collector", scopes=["points"], days=1)
    assert mine.post(f"/accounts/tokens/{token.uid}/revoke/").status_code == 404
    assert AccessToken.objects.get().usable


@pytest.mark.parametrize("path", ["password/", "tokens/", "tokens/new/", "rights/"])
def test_everybody_has_these_pages(sign_in, stranger, path):
    assert sign_in(stranger).get(f"/accounts/{path}").status_code == 200


def test_the_rights_say_which_roles_are_the_readers(sign_in, it):
    page = sign_in(it).get("/accounts/rights/")
    assert [str(column.label) for column in page.context["columns"] if column.mine] == ["IT"]
    rows = {str(row.label): row.cells for _title, rows in page.context["groups"] for row in rows}
    assert rows["Approve or reject a deployment"] == (False, False, True, False, False, False, False, False)


# --- one-time links ------------------------------------------------------------------------------------------------
def test_the_first_administrator_comes_in_by_the_link(client, db):
    address = f"/accounts/welcome/{actions.offer_first_administrator()}/"
    assert "first administrator" in client.get(address).content.decode()
    who = {"first_name": "Ada", "last_name": "Roux", "username": "ada", "password": PASSWORD, "again": PASSWORD}
    assert client.post(address, who)["Location"] == "/"
    assert client.get("/accounts/administration/").status_code == 200
    assert client.get(address).status_code == 409


def test_an_invited_person_comes_in_by_the_link(client, admin, viewer):
    address = f"/accounts/welcome/{actions.invite(viewer, by=admin)}/"
    assert client.post(address, {"password": "short", "again": "short"}).status_code == 200
    assert client.post(address, {"password": PASSWORD, "again": PASSWORD})["Location"] == "/"
    assert User.objects.get(pk=viewer.pk).check_password(PASSWORD)


def test_a_link_that_never_was_is_refused(client, db):
    assert client.get("/accounts/welcome/nonsense/").status_code == 409


def test_the_matrix_is_shown_address_by_address(data, sign_in, django_assert_max_num_queries):
    browser = sign_in(data)
    with django_assert_max_num_queries(6):
        page = browser.get("/accounts/rights/addresses/").content.decode()
    assert "/use-cases/&lt;slug:slug&gt;/deployments/&lt;int:number&gt;/approve/" in page
    assert "/portfolio/" in page


def test_the_matrix_is_filtered_by_address_or_right(data, sign_in):
    page = sign_in(data).get("/accounts/rights/addresses/?q=approve").content.decode()
    assert "/approve/" in page
    assert "/portfolio/</code>" not in page
