"""Value and feasibility, judged by people: who, when, and never over somebody else's head."""

import pytest

from portal.audit.models import Event
from portal.errors import BadInput, NotAllowed, Refused
from usecases.catalog.actions import create_use_case, edit_use_case, score_use_case

NOTHING = (None, None)


def test_a_judgement_says_who_and_when_and_is_kept(use_case, business, data):
    score_use_case(use_case, by=business, value=5, feasibility=2, reason=" Data is far away. ", seen=NOTHING)
    score_use_case(use_case, by=data, value=5, feasibility=4, seen=(5, 2))
    use_case.refresh_from_db()
    assert (use_case.value_score, use_case.feasibility_score, use_case.scored_by) == (5, 4, data)
    kept = [(score.value, score.feasibility, score.reason, score.by) for score in use_case.scores.all()]
    assert kept == [(5, 4, "", data), (5, 2, "Data is far away.", business)]
    event = Event.objects.filter(verb="usecase.scored").latest("pk")
    assert event.data["before"] == {"value_score": 5, "feasibility_score": 2}
    assert event.data["after"] == {"value_score": 5, "feasibility_score": 4}


def test_who_judged_something_else_meanwhile_is_not_overruled_unseen(use_case, business, data):
    score_use_case(use_case, by=business, value=5, feasibility=2, seen=NOTHING)
    with pytest.raises(Refused, match="in the meantime"):
        score_use_case(use_case, by=data, value=1, feasibility=1, seen=NOTHING)
    with pytest.raises(Refused, match="already"):
        score_use_case(use_case, by=data, value=5, feasibility=2, seen=(5, 2))
    assert use_case.scores.count() == 1


@pytest.mark.parametrize("value", [0, 6, -1])
def test_a_score_is_from_one_to_five(use_case, business, value):
    with pytest.raises(BadInput) as refusal:
        score_use_case(use_case, by=business, value=value, feasibility=3, seen=NOTHING)
    assert [problem.field for problem in refusal.value.problems] == ["value"]


def test_steering_may_judge_a_viewer_may_not(use_case, steering, viewer):
    score_use_case(use_case, by=steering, value=1, feasibility=1, seen=NOTHING)
    with pytest.raises(NotAllowed):
        score_use_case(use_case, by=viewer, value=2, feasibility=2, seen=(1, 1))


def test_the_page_keeps_a_judgement_and_refuses_half_of_one(use_case, business, viewer, sign_in):
    browser, address = sign_in(business), "/use-cases/spring/score/"
    assert browser.post(address, {"value": "4"}).status_code == 400
    page = browser.post(address, {"value": "4", "feasibility": "2", "reason": "As agreed"}, follow=True)
    assert "Value 4 of 5, feasibility 2 of 5" in page.text
    assert "As agreed" in page.text
    stale = browser.post(address, {"value": "1", "feasibility": "2"})
    assert stale.status_code == 409
    assert sign_in(viewer).get(address).status_code == 403
    assert "(4/5)" in browser.get("/use-cases/spring/edit/").text


def test_tags_are_kept_once_each_and_few(team, business):
    use_case = create_use_case(team, by=business, name="Pumps", tags=["Wells ", "wells", "Q 4"])
    assert use_case.tags == ["Wells", "Q 4"]
    edit_use_case(use_case, by=business, tags=["Wells"])
    use_case.refresh_from_db()
    assert use_case.tags == ["Wells"]
    for wrong in (["x" * 41], [str(number) for number in range(21)]):
        with pytest.raises(BadInput) as refusal:
            edit_use_case(use_case, by=business, tags=wrong)
        assert [problem.field for problem in refusal.value.problems] == ["tags"]


def test_tags_are_typed_with_commas(use_case, business, sign_in):
    sent = {"name": "Spring", "currency": "EUR", "tags": "Marketing,  2026 programme, ,marketing"}
    browser = sign_in(business)
    browser.post("/use-cases/spring/edit/", sent)
    use_case.refresh_from_db()
    assert use_case.tags == ["Marketing", "2026 programme"]
    assert 'value="Marketing, 2026 programme"' in browser.get("/use-cases/spring/edit/").text
