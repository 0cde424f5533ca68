"""The administration of people and teams."""

import pytest
from django.test import Client

from portal.people.models import OrganisationGrant, OrganisationRole, Team, User
from tests.factories import MembershipFactory, UserFactory

PERSON = {"first_name": "Zoé", "last_name": "Le Goff", "username": "zoe", "email": ""}


@pytest.fixture
def desk(sign_in, admin) -> Client:
    return sign_in(admin)


def test_an_administrator_sees_people_and_teams(desk, team, business):
    page = desk.get("/accounts/administration/").content.decode()
    assert f"Business, {team}" in page
    assert f"/teams/{team.slug}/" in page


@pytest.mark.parametrize("name", ["business", "it", "steering", "auditor", "stranger"])
@pytest.mark.parametrize("path", ["administration/", "people/new/", "teams/new/"])
def test_nobody_else_may(request, sign_in, name, path):
    desk = sign_in(request.getfixturevalue(name))
    assert desk.get(f"/accounts/{path}").status_code == 403
    assert desk.post(f"/accounts/{path}", PERSON).status_code in (403, 405)
    assert not User.objects.filter(username="zoe").exists()


def test_a_person_is_found_by_name(desk, business, data):
    page = desk.get("/accounts/administration/?q=busin").content.decode()
    assert "Business Martin" in page
    assert "Data Martin" not in page


def test_the_page_asks_the_same_number_of_questions_for_more_people(desk, team, django_assert_max_num_queries):
    for _number in range(30):
        MembershipFactory(team=team, user=UserFactory())
    with django_assert_max_num_queries(14):
        desk.get("/accounts/administration/")


def test_a_person_is_added_then_invited(desk):
    there = desk.post("/accounts/people/new/", PERSON)["Location"]
    invitation = desk.post(f"{there}invite/")
    link = invitation.context["invitation"]
    assert link in invitation.content.decode()
    assert link not in desk.get(there).content.decode()
    assert "Zoé Le Goff" in Client().get(link.removeprefix("http://127.0.0.1:8000")).content.decode()


def test_a_taken_user_name_is_said_beside_the_field(desk, business):
    page = desk.post("/accounts/people/new/", {**PERSON, "username": "business"})
    assert page.context["form"].errors["username"] == ["A user with that username already exists."]


def test_roles_are_given_and_taken_back(desk, viewer):
    there = f"/accounts/people/{viewer.uid}/roles/steering"
    desk.post(f"{there}/grant/")
    assert OrganisationGrant.objects.filter(user=viewer, role=OrganisationRole.STEERING).exists()
    desk.post(f"{there}/revoke/")
    assert not OrganisationGrant.objects.filter(user=viewer).exists()
    assert desk.post(f"/accounts/people/{viewer.uid}/roles/king/grant/").status_code == 404


def test_the_last_administrator_is_told_why_they_stay(desk, admin):
    answer = desk.post(f"/accounts/people/{admin.uid}/roles/admin/revoke/")
    assert answer.status_code == 409
    assert "The last administrator stays" in answer.content.decode()


def test_a_person_is_deactivated_and_reactivated(desk, viewer):
    desk.post(f"/accounts/people/{viewer.uid}/deactivate/")
    assert not User.objects.get(pk=viewer.pk).is_active
    desk.post(f"/accounts/people/{viewer.uid}/reactivate/")
    assert User.objects.get(pk=viewer.pk).is_active


@pytest.mark.parametrize("verb", ["invite", "deactivate", "reactivate", "roles/admin/grant", "roles/admin/revoke"])
def test_a_member_does_nothing_to_people(sign_in, it, viewer, verb):
    assert sign_in(it).post(f"/accounts/people/{viewer.uid}/{verb}/").status_code == 403


def test_a_person_page_is_the_administrators(desk, sign_in, it, viewer):
    assert str(viewer) in desk.get(f"/accounts/people/{viewer.uid}/").content.decode()
    assert sign_in(it).get(f"/accounts/people/{viewer.uid}/").status_code == 403


def test_a_team_is_created_and_leads_to_its_page(desk):
    answer = desk.post("/accounts/teams/new/", {"name": "Pumps", "slug": "pumps"})
    assert answer["Location"] == "/teams/pumps/"
    assert Team.objects.filter(slug="pumps").exists()
    assert desk.post("/accounts/teams/new/", {"name": "Pumps", "slug": "pumps"}).status_code == 200
