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
