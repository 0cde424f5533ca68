import pytest

from portal.audit.models import Event
from portal.errors import BadInput, NotAllowed
from usecases.catalog.actions import edit_use_case


def test_what_changed_is_kept_with_what_it_was(use_case, business):
    edit_use_case(use_case, by=business, name="Summer campaign", decision=use_case.decision)
    use_case.refresh_from_db()
    event = Event.objects.get(verb="usecase.edited")
    assert use_case.name == "Summer campaign"
    assert event.data["before"] == {"name": "Spring e-mail campaign"}
    assert event.data["after"] == {"name": "Summer campaign"}


def test_nothing_is_told_when_nothing_changed(use_case, business):
    edit_use_case(use_case, by=business, name=use_case.name)
    assert not Event.objects.exists()


def test_the_address_cannot_be_changed(use_case, business):
    with pytest.raises(TypeError):
        edit_use_case(use_case, by=business, slug="other")


def test_a_name_is_needed(use_case, business):
    with pytest.raises(BadInput):
        edit_use_case(use_case, by=business, name=" ")


@pytest.mark.parametrize("who", ["viewer", "decision_user", "admin", "stranger"])
def test_who_may_not(request, use_case, who):
    with pytest.raises(NotAllowed):
        edit_use_case(use_case, by=request.getfixturevalue(who), name="Mine")


def test_a_shared_use_case_is_read_only(use_case, stranger):
    use_case.is_shared = True
    use_case.save()
    with pytest.raises(NotAllowed):
        edit_use_case(use_case, by=stranger, name="Mine")


def test_data_algorithm_and_risk_are_told_and_kept(use_case, business):
    edit_use_case(use_case, by=business, data_availability="partly", algorithm="Linear regression", risk_tier="high")
    edit_use_case(use_case, by=business, risk_tier="limited")
    use_case.refresh_from_db()
    assert (use_case.get_data_availability_display(), use_case.algorithm) == ("Partly there", "Linear regression")
    assert Event.objects.filter(verb="usecase.edited").last().data["before"] == {"risk_tier": "high"}


@pytest.mark.parametrize("wrong", [{"risk_tier": "mild"}, {"data_availability": "soon"}, {"algorithm": "x" * 241}])
def test_a_tier_an_availability_or_a_length_that_is_none(wrong, use_case, business):
    with pytest.raises(BadInput) as refused:
        edit_use_case(use_case, by=business, **wrong)
    assert [problem.field for problem in refused.value.problems] == list(wrong)
