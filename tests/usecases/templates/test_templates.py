"""Starting from what is known: a template, or a case that was stopped."""

import json

import pytest

from portal.errors import BadInput, NotAllowed, Refused
from tests.factories import MembershipFactory, TeamFactory, UserFactory
from usecases.catalog.models import UseCase
from usecases.kpis.models import KPI
from usecases.templates import actions
from usecases.templates.models import Start, Template


@pytest.fixture
def described(use_case, business) -> UseCase:
    UseCase.objects.filter(pk=use_case.pk).update(decision="Whom to contact", problem="Nobody knows", data_note="CRM")
    use_case.refresh_from_db()
    KPI.objects.create(use_case=use_case, number=1, name="Visits", unit="%", owner=business, baseline=2.5, target=9.0)
    return use_case


@pytest.fixture
def stopped(described) -> UseCase:
    UseCase.objects.filter(pk=described.pk).update(stage="stopped")
    described.refresh_from_db()
    return described


@pytest.fixture
def elsewhere(db):
    return MembershipFactory(team=TeamFactory(name="Other", slug="other"), user=UserFactory(), role="data")


def test_words_and_meaning_are_copied_and_nothing_else(stopped, business, team):
    made = actions.start(team, stopped, by=business, name="Second try")
    assert (made.stage, made.decision, made.problem, made.data_note) == (
        "exploration",
        "Whom to contact",
        "Nobody knows",
        "",
    )
    kpi = KPI.objects.get(use_case=made)
    assert (kpi.name, kpi.unit, kpi.baseline, kpi.target, kpi.owner) == ("Visits", "%", None, None, business)
    start = Start.objects.get(use_case=made)
    assert (start.source, start.template) == (stopped, None)


def test_a_template_holds_no_figure_and_serves_another_team(described, business, elsewhere):
    template = actions.make_template(described, by=business, name="E-mail campaign")
    assert "2.5" not in json.dumps(template.content)
    made = actions.start(elsewhere.team, template, by=elsewhere.user, name="Ours")
    assert (made.decision, made.team) == ("Whom to contact", elsewhere.team)
    assert KPI.objects.get(use_case=made).owner == elsewhere.user


@pytest.mark.parametrize("person", ["viewer", "decision_user", "steering", "auditor", "stranger"])
def test_who_may_not(described, team, request, person):
    other = request.getfixturevalue(person)
    with pytest.raises(NotAllowed):
        actions.make_template(described, by=other, name="T")
    with pytest.raises(NotAllowed):
        actions.start(team, described, by=other, name="T")


def test_only_a_stopped_case_is_started_from(described, business, team):
    with pytest.raises(Refused, match="stopped"):
        actions.start(team, described, by=business, name="Again")


def test_names_are_needed_and_once(described, business):
    with pytest.raises(BadInput):
        actions.make_template(described, by=business, name=" ")
    actions.make_template(described, by=business, name="T")
    with pytest.raises(Refused, match="already"):
        actions.make_template(described, by=business, name="T")


def test_what_is_archived_is_offered_no_more(described, business, admin, team):
    template = actions.make_template(described, by=business, name="T")
    with pytest.raises(NotAllowed):
        actions.archive_template(template, by=business)
    actions.archive_template(template, by=admin)
    with pytest.raises(Refused):
        actions.archive_template(template, by=admin)
    with pytest.raises(Refused):
        actions.start(team, Template.objects.get(), by=business, name="Late")


def test_from_the_pages(stopped, team, business, viewer, stranger, admin, sign_in):
    browser = sign_in(business)
    assert "Spring e-mail campaign" in browser.get("/templates/").text
    assert "Spring" not in sign_in(stranger).get("/templates/").text
    assert sign_in(stranger).get("/use-cases/spring/start-from/").status_code == 404
    assert sign_in(viewer).post("/use-cases/spring/template/", {"name": "T"}).status_code == 403
    assert browser.post("/use-cases/spring/template/", {"name": "T"}).status_code == 302
    assert browser.post("/templates/t/start/", {"team": team.pk, "name": "From T"}).status_code == 302
    assert browser.post("/use-cases/spring/start-from/", {"team": team.pk, "name": "Second try"}).status_code == 302
    page = browser.get("/use-cases/second-try/").text
    assert "Started from" in page
    assert "/use-cases/spring/gates/" in page
    assert sign_in(business).post("/templates/t/archive/").status_code == 403
    assert sign_in(admin).post("/templates/t/archive/").status_code == 302


def test_from_the_api(stopped, team, business, viewer, stranger, call):
    body = {"team": team.slug, "name": "Second try"}
    assert call(stranger, "post", "use-cases/spring/start-from", body).status_code == 404
    assert call(business, "post", "use-cases/spring/start-from", body).json()["use_case"] == "second-try"
    assert call(viewer, "post", "use-cases/spring/template", {"name": "T"}).status_code == 403
    assert call(business, "post", "use-cases/spring/template", {"name": "T"}).json()["slug"] == "t"
    assert [one["slug"] for one in call(stranger, "get", "templates").json()["results"]] == ["t"]
    assert call(business, "post", "templates/t/start", {**body, "name": "Third"}).status_code == 201
