import pytest

from portal.audit.models import Event
from portal.errors import BadInput, NotAllowed
from usecases.catalog.actions import create_use_case
from usecases.catalog.models import Health, Stage, UseCase


def test_a_use_case_opens_in_exploration_and_unwatched(team, business):
    made = create_use_case(team, by=business, name="Which pump to visit", decision="Each Monday, choose ten pumps.")
    assert (made.slug, made.stage, made.health) == ("which-pump-to-visit", Stage.EXPLORATION, Health.UNKNOWN)
    assert made.health_reason == "Nothing watches it yet."


def test_it_is_told_in_the_journal(team, data):
    made = create_use_case(team, by=data, name="Call triage")
    event = Event.objects.for_journal(made.slug).get()
    assert event.actor == data
    assert event.sentence == "The use case “Call triage” was created in the team Harbour marketing."


def test_a_second_of_the_same_name_has_another_address(team, it):
    slugs = [create_use_case(team, by=it, name="Call triage").slug for _ in range(3)]
    assert slugs == ["call-triage", "call-triage-2", "call-triage-3"]


def test_the_address_of_the_form_is_not_to_be_had(team, it):
    assert create_use_case(team, by=it, name="New").slug == "new-2"


def test_a_name_without_letters_still_has_an_address(team, business):
    assert create_use_case(team, by=business, name="!!!").slug == "usecase"


def test_an_asked_address_that_is_taken_is_refused(team, business, use_case):
    with pytest.raises(BadInput) as refusal:
        create_use_case(team, by=business, name="Other", slug=use_case.slug)
    assert [problem.field for problem in refusal.value.problems] == ["slug"]


def test_a_name_of_spaces_is_refused(team, business):
    with pytest.raises(BadInput):
        create_use_case(team, by=business, name="  ")


@pytest.mark.parametrize("who", ["viewer", "decision_user", "stranger", "steering"])
def test_only_the_three_roles_and_the_administrator_may(request, team, who):
    with pytest.raises(NotAllowed):
        create_use_case(team, by=request.getfixturevalue(who), name="Not mine")
    assert not UseCase.objects.exists()


def test_the_administrator_may_in_any_team(team, admin):
    assert create_use_case(team, by=admin, name="Given").team == team


@pytest.mark.parametrize(("field", "value"), [("currency", "euro"), ("name", "x" * 121), ("slug", "not a slug")])
def test_what_the_table_cannot_hold_is_said_beside_its_field(team, business, field, value):
    with pytest.raises(BadInput) as refusal:
        create_use_case(team, by=business, **{"name": "Pumps", field: value})
    assert [problem.field for problem in refusal.value.problems] == [field]
