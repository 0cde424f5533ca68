from datetime import timedelta

from django.utils import timezone

from portal.audit.models import Event
from usecases.catalog.models import Health, UseCase
from usecases.catalog.transitions import set_health


def test_a_change_of_state_is_told_and_dated(use_case):
    assert set_health(use_case, Health.ERROR, "health.unwatched")
    use_case.refresh_from_db()
    event = Event.objects.get()
    assert use_case.health == Health.ERROR
    assert timezone.now() - use_case.health_since < timedelta(minutes=1)
    assert (event.who, event.sentence) == ("The machine", "The use case went to error.")


def test_a_new_reason_for_the_same_state_is_written_without_a_word(use_case):
    set_health(use_case, Health.WARNING, "health.unwatched")
    since = use_case.health_since
    set_health(use_case, Health.WARNING, "other.reason", {"share": 3})
    use_case.refresh_from_db()
    assert (use_case.health_code, use_case.health_params) == ("other.reason", {"share": 3})
    assert use_case.health_since == since
    assert Event.objects.count() == 1


def test_a_stale_copy_of_the_use_case_does_not_decide(use_case):
    stale = UseCase.objects.get(pk=use_case.pk)
    set_health(use_case, Health.ERROR, "health.unwatched")
    set_health(stale, Health.UNKNOWN, "health.unwatched")
    use_case.refresh_from_db()
    assert use_case.health == Health.UNKNOWN
    assert Event.objects.count() == 2


def test_saying_the_same_again_writes_nothing(use_case, django_assert_num_queries):
    set_health(use_case, Health.HEALTHY, "health.unwatched")
    with django_assert_num_queries(3):
        assert set_health(use_case, Health.HEALTHY, "health.unwatched")
