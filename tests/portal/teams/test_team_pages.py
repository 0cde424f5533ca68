"""The pages of a team: members and limits, deputies, service tokens, who could on which day."""

from datetime import timedelta

import pytest

from portal.people import rights
from portal.people.models import AccessToken, Deputy, Membership, Role, Scope
from tests.factories import MembershipFactory, SiteFactory, UserFactory
from usecases.deployments.models import Environment


@pytest.fixture
def address(team) -> str:
    return f"/teams/{team.slug}/"


@pytest.fixture
def norway(db):
    return SiteFactory(name="Norway", slug="norway")


def test_a_member_is_added_with_limits(address, business, norway, sign_in):
    someone = UserFactory(username="new")
    production = Environment.objects.create(name="Production", slug="production")
    sent = {"user": someone.pk, "role": "it", "site": norway.pk, "environment": production.pk}
    browser = sign_in(business)
    assert browser.post(address, sent).status_code == 302
    assert Membership.objects.get(user=someone).limits == "Norway, Production"
    assert "Norway, Production" in browser.get(address).content.decode()


def test_a_role_is_changed_on_its_page(address, business, data, norway, sign_in):
    page = f"{address}members/{Membership.objects.get(user=data).uid}/"
    assert sign_in(business).get(page).context["form"].initial["role"] == "data"
    sign_in(business).post(page, {"role": "it", "site": norway.pk})
    changed = Membership.objects.get(user=data)
    assert (changed.role, changed.site) == (Role.IT, norway)


def test_a_viewer_sees_who_and_changes_nothing(address, viewer, data, sign_in):
    page = f"{address}members/{Membership.objects.get(user=data).uid}/"
    browser = sign_in(viewer)
    assert str(data) in browser.get(address).content.decode()
    assert browser.get(page).status_code == 403
    assert browser.post(page, {"role": "it"}).status_code == 403


def test_one_names_and_ends_a_deputy(address, it, sign_in):
    someone, today = UserFactory(username="new"), rights.today()
    page = f"{address}members/{Membership.objects.get(user=it).uid}/deputy/"
    browser = sign_in(it)
    browser.post(page, {"deputy": someone.pk, "first_day": today, "last_day": today + timedelta(days=3)})
    named = Deputy.objects.get()
    assert (named.first_day, named.last_day) == (today, today + timedelta(days=3))
    assert f"{someone}, for {it}" in browser.get(address).content.decode()
    assert sign_in(someone).get(address).status_code == 200
    browser.post(f"{address}deputies/{named.uid}/end/")
    assert sign_in(someone).get(address).status_code == 404


def test_wrong_days_are_said_beside_the_field(address, it, sign_in):
    page = f"{address}members/{Membership.objects.get(user=it).uid}/deputy/"
    sent = {"deputy": UserFactory().pk, "first_day": "2031-02-03", "last_day": "2031-02-01"}
    answer = sign_in(it).post(page, sent)
    assert answer.status_code == 400
    assert answer.context["form"].errors["last_day"] == ["The last day comes before the first."]


def test_nobody_names_one_for_a_colleague(address, it, data, sign_in):
    page = f"{address}members/{Membership.objects.get(user=it).uid}/deputy/"
    assert sign_in(data).get(page).status_code == 403


def test_who_could_on_a_day_there(address, team, viewer, it, norway, sign_in):
    limited = MembershipFactory(team=team, user__username="limited", role=Role.IT, site=norway).user
    other = SiteFactory(name="Gabon", slug="gabon")
    browser = sign_in(viewer)

    def could(**asked: object) -> set[str]:
        return {one.person.username for one in browser.get(f"{address}roles/", asked).context["found"]}

    assert could() == {"it", limited.username}
    assert could(site=other.pk) == {"it"}
    assert could(site=norway.pk) == {"it", "limited"}
    assert could(day="2001-01-01") == set()
    assert could(verb="gate.sign") == {"it"}


def test_a_day_that_is_none_is_said_and_a_stranger_finds_nothing(address, viewer, stranger, sign_in):
    assert sign_in(viewer).get(f"{address}roles/", {"day": "yesterday"}).context["form"].errors["day"]
    assert sign_in(stranger).get(f"{address}roles/").status_code == 404


def test_a_service_token_is_shown_once_and_works(address, it, use_case, client, sign_in):
    browser = sign_in(it)
    sent = {"name": "Night job", "role": "it", "scopes": ["read"], "days": 30}
    created = browser.post(f"{address}tokens/new/", sent)
    secret = created.context["secret"]
    assert created.status_code == 201
    assert secret not in browser.get(f"{address}tokens/").content.decode()
    told = client.get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"}).json()
    assert told["name"] == "Service “Night job”"
    assert client.get("/api/v1/use-cases", headers={"Authorization": f"Bearer {secret}"}).status_code == 200


def test_it_is_revoked_from_the_list_and_stops_at_once(address, it, client, sign_in):
    browser = sign_in(it)
    sent = {"name": "Night job", "role": "it", "scopes": ["read"], "days": 30}
    secret = browser.post(f"{address}tokens/new/", sent).context["secret"]
    token = AccessToken.objects.get()
    browser.post(f"{address}tokens/", {"list": "service_tokens", "verb": "revoke", "row": [token.pk]})
    assert client.get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"}).status_code == 401


def test_a_business_member_makes_none(address, business, sign_in):
    assert sign_in(business).get(f"{address}tokens/").status_code == 403
    assert sign_in(business).post(f"{address}tokens/new/", {}).status_code == 403


def test_the_organisation_has_its_own(admin, auditor, sign_in):
    sent = {"name": "Dashboard", "scopes": [Scope.READ], "days": 30}
    assert sign_in(admin).post("/administration/tokens/new/", sent).status_code == 201
    refused = sign_in(admin).post("/administration/tokens/new/", {**sent, "scopes": ["write"]})
    assert refused.context["form"].errors["scopes"]
    assert sign_in(auditor).get("/administration/tokens/").status_code == 403


def test_the_auditor_reads_who_held_which_role_of_the_organisation(admin, auditor, data, sign_in):
    assert str(admin) in sign_in(auditor).get("/administration/roles/").content.decode()
    assert sign_in(data).get("/administration/roles/").status_code == 403


def test_the_table_of_rights_says_whose_roles_one_has(address, team, it, norway, sign_in):
    someone, today = UserFactory(username="new"), rights.today()
    MembershipFactory(team=team, user=someone, role=Role.DATA, site=norway)
    page = f"{address}members/{Membership.objects.get(user=it).uid}/deputy/"
    sign_in(it).post(page, {"deputy": someone.pk, "first_day": today, "last_day": today})
    told = sign_in(someone).get("/accounts/rights/").content.decode()
    assert "Data science, Norway" in told
    assert f"deputy, for {it}" in told
