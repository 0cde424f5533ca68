from datetime import timedelta

import pytest
from django.utils import timezone

from portal.people.models import Role
from tests.factories import MembershipFactory
from usecases.catalog.models import Stage
from usecases.overview.header import gate_ahead, next_at, others, steps, tabs


def test_the_rail_says_where_it_is_and_what_the_gate_ahead_lacks(use_case, to_poc):
    rail = steps(use_case, {"exploration": 18}, gate_ahead(use_case))
    assert [step.state for step in rail] == ["now", "ahead", "ahead", "ahead", "ahead"]
    assert (rail[0].note, rail[1].note, rail[1].gate) == ("18 days", "3 of 3 criteria missing", "open")
    assert rail[1].url == "/use-cases/spring/gates/poc/"


def test_stages_behind_keep_their_days(use_case):
    use_case.stage = Stage.INDUSTRIALISATION
    rail = steps(use_case, {"exploration": 1, "poc": 48, "industrialisation": 0}, gate_ahead(use_case))
    assert [(step.state, step.note) for step in rail[:3]] == [("done", "1 day"), ("done", "48 days"), ("now", "0 days")]


def test_a_stopped_use_case_shows_how_far_it_came(use_case):
    use_case.stage = Stage.STOPPED
    rail = steps(use_case, {"exploration": 5, "stopped": 2}, gate_ahead(use_case))
    assert [step.state for step in rail] == ["done", "ahead", "ahead", "ahead", "now"]
    assert rail[-1].label == "Stopped"


def test_what_is_next_is_what_my_role_can_bring(use_case, to_poc):
    gate = gate_ahead(use_case)
    assert next_at(gate, frozenset({"business"})).title == "Name the decision"
    assert next_at(gate, frozenset({"data"})) is None
    assert others(gate, frozenset({"data"})) == "3 things wait for: Business."


def test_a_viewer_is_asked_for_nothing(use_case, to_poc):
    assert next_at(gate_ahead(use_case), frozenset({"viewer"})) is None


def test_a_gate_that_lacks_nothing_is_to_be_passed(use_case, team, site, data, it, to_poc):
    use_case.decision, use_case.decision_users = "Which e-mail", "Operators"
    assert next_at(gate_ahead(use_case), frozenset({"it"})).title == "Pass the gate: POC"


def test_no_gate_is_ahead_in_production(use_case):
    use_case.stage = Stage.PRODUCTION
    assert gate_ahead(use_case) is None
    assert next_at(None, frozenset({"business"})) is None


def test_the_journal_tab_is_for_those_who_may_read_it(use_case, viewer, stranger):
    assert tabs(use_case, "journal", viewer)[-1] == {
        "title": "Journal",
        "url": "/use-cases/spring/journal/",
        "active": True,
    }
    assert all(tab["title"] != "Journal" for tab in tabs(use_case, "overview", stranger))


@pytest.mark.parametrize(("who", "offered"), [("business", True), ("viewer", False)])
def test_a_missing_role_is_a_dashed_face_that_leads_to_the_team(request, use_case, sign_in, who, offered):
    page = sign_in(request.getfixturevalue(who)).get("/use-cases/spring/").text
    assert "face-missing" in page
    assert ("Name someone</a>" in page) is offered


def test_health_is_shown_with_its_reason_and_since_when(use_case, business, sign_in):
    use_case.health, use_case.health_code = "error", "health.unwatched"
    use_case.health_since = timezone.now() - timedelta(days=3)
    use_case.save()
    page = sign_in(business).get("/use-cases/spring/").text
    assert "Nothing watches it yet." in page
    assert "since <time" in page


def test_a_note_about_the_data_is_at_the_foot_of_each_page(use_case, business, sign_in):
    use_case.data_note = "Wells are simulated."
    use_case.save()
    assert "Wells are simulated." in sign_in(business).get("/use-cases/spring/journal/").text


def test_the_team_may_be_large(use_case, team, business, sign_in):
    for _ in range(14):
        MembershipFactory(team=team, role=Role.DATA)
    assert "and 7 more" in sign_in(business).get("/use-cases/spring/").text
