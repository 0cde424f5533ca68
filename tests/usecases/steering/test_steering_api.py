"""The figures of steering by the API, today and as of a day."""

from datetime import timedelta

import pytest
from django.utils import timezone

from usecases.catalog.models import Stage

ADDRESS = "steering"


def test_the_figures_are_read_as_of_a_day(lived, steering, call):
    lived("Old", 80, (Stage.POC, 10))
    lived("New", 5)
    day = timezone.localdate() - timedelta(days=40)
    assert call(steering, "get", ADDRESS).json()["opened"] == 2
    assert call(steering, "get", f"{ADDRESS}?as_of={day.isoformat()}").json()["opened"] == 1


@pytest.mark.parametrize("day", ["yesterday", "2999-01-01", "0001-01-01"])
def test_a_day_that_is_none_or_has_not_passed_is_refused(steering, call, day):
    answer = call(steering, "get", f"{ADDRESS}?as_of={day}")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_a_member_does_not_steer(business, call):
    assert call(business, "get", ADDRESS).status_code == 403


def test_a_lesson_is_said_of_what_was_stopped(use_case, business, viewer, call):
    body = {"text": "Ask the experts first."}
    assert call(business, "post", "use-cases/spring/lessons", body).status_code == 409
    use_case.stage = Stage.STOPPED
    use_case.save()
    assert call(viewer, "post", "use-cases/spring/lessons", body).status_code == 403
    assert call(business, "post", "use-cases/spring/lessons", body).status_code == 201
    (told,) = call(viewer, "get", "use-cases/spring/lessons").json()["results"]
    assert told["text"] == "Ask the experts first."
