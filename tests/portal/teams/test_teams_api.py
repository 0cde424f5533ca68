"""The API of teams and people: the same rules, the same sentences."""

from datetime import timedelta

import pytest

from portal.people import actions, rights
from portal.people.models import Deputy, Membership, OrganisationGrant, Role, Scope, Team, User
from tests.factories import SiteFactory, UserFactory


@pytest.fixture
def api(client):
    """Ask as somebody: method, address, body."""

    def _api(person: User, method: str, address: str, body: object = None):
        _token, secret = actions.create_token(by=person, name="t", scopes=[Scope.WRITE], days=1)
        headers = {"Authorization": f"Bearer {secret}", "If-Match": "*", "Idempotency-Key": "once"}
        rights.forget(person)
        return getattr(client, method)(
            f"/api/v1/{address}", data=body or {}, content_type="application/json", headers=headers
        )

    return _api


def test_a_member_joins_with_limits_and_leaves(api, team, business):
    UserFactory(username="new")
    SiteFactory(name="Norway", slug="norway")
    sent = {"user": "new", "role": "it", "site": "norway"}
    made = api(business, "post", f"teams/{team.slug}/members", sent)
    assert made.status_code == 201, made.json()
    assert made.json()["site"] == "norway"
    assert api(business, "delete", made["Location"].removeprefix("/api/v1/")).status_code == 204
    assert not Membership.objects.filter(user__username="new").exists()


def test_a_viewer_adds_nobody_and_a_stranger_finds_nothing(api, team, viewer, stranger):
    sent = {"user": "viewer", "role": "it"}
    assert api(viewer, "post", f"teams/{team.slug}/members", sent).status_code == 403
    assert api(stranger, "get", f"teams/{team.slug}/members").status_code == 404
    assert api(stranger, "get", f"teams/{team.slug}/who-could").status_code == 404


def test_a_deputy_is_named_and_ended(api, team, it):
    UserFactory(username="new")
    today = rights.today()
    sent = {
        "membership": str(Membership.objects.get(user=it).uid),
        "deputy": "new",
        "first_day": f"{today}",
        "last_day": f"{today + timedelta(days=2)}",
    }
    made = api(it, "post", f"teams/{team.slug}/deputies", sent)
    assert made.status_code == 201, made.json()
    could = api(it, "get", f"teams/{team.slug}/who-could").json()
    assert {(one["username"], one["stands_for"]) for one in could["results"]} == {("it", None), ("new", "it")}
    assert api(it, "post", f"teams/{team.slug}/deputies/{made.json()['uid']}/end").json()["is_over"]
    assert Deputy.objects.get().ended_by == it


def test_a_membership_of_nobody_is_a_400(api, team, it):
    day = f"{rights.today()}"
    sent = {"membership": "00000000-0000-0000-0000-000000000000", "deputy": "it", "first_day": day, "last_day": day}
    assert api(it, "post", f"teams/{team.slug}/deputies", sent).status_code == 400


def test_the_history_tells_who_gave_and_ended(api, team, business, data):
    actions.remove_member(team, data, Role.DATA, by=business)
    told = api(business, "get", f"teams/{team.slug}/history?username=data").json()["results"]
    assert [(one["role"], one["ended_by"]) for one in told] == [("data", "business")]


def test_an_administrator_creates_teams_and_people(api, admin):
    assert api(admin, "post", "teams", {"name": "Pumps", "slug": "pumps"}).status_code == 201
    made = api(admin, "post", "people", {"username": "zoe", "first_name": "Zoé", "last_name": "Le Goff"})
    assert made.status_code == 201
    where = made["Location"].removeprefix("/api/v1/")
    assert "/welcome/" in api(admin, "post", f"{where}/invite").json()["url"]
    assert api(admin, "post", f"{where}/roles/steering/grant").json()["organisation_roles"] == ["steering"]
    assert api(admin, "post", f"{where}/roles/steering/revoke").json()["organisation_roles"] == []
    assert api(admin, "post", f"{where}/deactivate").json()["is_active"] is False


@pytest.mark.parametrize("name", ["business", "steering", "auditor"])
def test_nobody_else_does(request, api, name):
    person = request.getfixturevalue(name)
    assert api(person, "get", "people").status_code == 403
    assert api(person, "post", "teams", {"name": "Pumps", "slug": "pumps"}).status_code == 403
    assert not Team.objects.filter(slug="pumps").exists()


def test_a_token_tells_its_siblings_and_stops_itself(api, data):
    told = api(data, "get", "tokens").json()["results"]
    assert [one["name"] for one in told] == ["t"]
    assert "digest" not in told[0]
    assert api(data, "post", f"tokens/{told[0]['uid']}/revoke").json()["revoked_at"]


def test_somebody_elses_token_is_not_found(api, data, business):
    token, _secret = actions.create_token(by=business, name="b", scopes=[Scope.READ], days=1)
    assert api(data, "post", f"tokens/{token.uid}/revoke").status_code == 404


def test_a_role_that_is_none_is_not_found(api, admin, data):
    assert api(admin, "post", f"people/{data.uid}/roles/king/grant").status_code == 404
    assert not OrganisationGrant.objects.filter(user=data).exists()


@pytest.mark.parametrize("day", ["0001-01-01", "0489-04-21", "9999-12-31"])
def test_a_day_at_the_ends_of_the_calendar_is_one_of_utc(api, team, it, day):
    told = api(it, "get", f"teams/{team.slug}/who-could?day={day}")
    assert told.status_code == 200, told.json()
    assert told.json()["moment"].startswith(day)


@pytest.mark.parametrize("what", ["members", "deputies"])
def test_who_may_not_learns_by_no_refusal_who_has_an_account(team, viewer, stranger, call, what):
    more = {"role": "it"} if what == "members" else {"first_day": "2099-01-01", "last_day": "2099-01-02"}
    more |= {} if what == "members" else {"membership": "01970000-0000-7000-8000-000000000000"}
    name = "user" if what == "members" else "deputy"
    told = [
        call(viewer, "post", f"teams/{team.slug}/{what}", {name: who, **more}) for who in (stranger.username, "nobody")
    ]
    assert [one.status_code for one in told] == [403, 403]
    assert told[0].content == told[1].content
