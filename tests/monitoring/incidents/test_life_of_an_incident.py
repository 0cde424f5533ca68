"""An incident opens, is taken in hand, recovers, is resolved."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from monitoring.checks.actions import define_check
from monitoring.checks.evaluate import evaluate
from monitoring.incidents import inbox, lanes
from monitoring.incidents.actions import acknowledge, resolve
from monitoring.incidents.models import Incident
from monitoring.incidents.sweep import sweep
from portal.audit.models import Event
from portal.errors import BadInput, NotAllowed, Refused
from portal.notifications.models import Notification
from tests.monitoring.conftest import NOON

CAUSE = "The nightly load was cut; it was started again."


@pytest.fixture
def watch(use_case, it, feed):
    """A check on a series; the function sends one more value and lets the machine look."""
    series = feed([0.1])
    define_check(use_case, series, name="Errors", comparator="above", bound=0.5, severity="error", by=it)
    count = iter(range(1, 100))

    def _watch(value):
        feed([value], start=NOON + timedelta(hours=next(count)))
        evaluate()
        sweep()
        use_case.refresh_from_db()
        return Incident.objects.first()

    return _watch


def test_a_failing_check_opens_one_incident_with_the_point_that_crossed(watch):
    incident = watch(0.9)
    assert (incident.value, incident.began_at, incident.severity) == (0.9, NOON + timedelta(hours=1), "error")
    watch(0.95)
    assert Incident.objects.count() == 1


def test_it_began_with_the_first_point_of_the_run_across_the_bound(use_case, it, feed):
    series = feed([0.9, 0.1, 0.7, 0.8, 0.9])
    define_check(use_case, series, name="Errors", comparator="above", bound=0.5, by=it)
    evaluate()
    sweep()
    incident = Incident.objects.get()
    assert (incident.began_at, incident.value) == (NOON + timedelta(hours=2), 0.7)


def test_the_use_case_says_how_it_is_and_why(watch, use_case):
    watch(0.9)
    assert (use_case.health, "Errors" in use_case.health_reason) == ("error", True)
    watch(0.1)
    assert use_case.health == "healthy"


def test_a_use_case_without_check_stays_unknown(feed, use_case):
    feed([0.1])
    sweep()
    use_case.refresh_from_db()
    assert use_case.health == "unknown"


def test_an_incident_that_recovered_waits_for_its_cause_and_may_fail_again(watch):
    watch(0.9)
    assert watch(0.1).recovered_at == NOON + timedelta(hours=2)
    assert watch(0.9).recovered_at is None
    assert Incident.objects.count() == 1


def test_it_is_taken_in_hand_by_one_person(watch, it, business):
    incident = watch(0.9)
    assert acknowledge(incident, by=it).owner == it
    with pytest.raises(Refused, match="in hand"):
        acknowledge(incident, by=business)


def test_two_people_at_once_get_one_owner(committed_db, watch, it, business):
    incident = watch(0.9)

    def take(person):
        try:
            acknowledge(Incident.objects.get(pk=incident.pk), by=person)
        except Refused:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(take, [it, business])) == [False, True]
    assert Event.objects.filter(verb="incident.acknowledged").count() == 1


def test_it_is_resolved_with_its_cause(watch, it):
    incident = watch(0.9)
    resolve(incident, by=it, cause=CAUSE)
    assert (incident.status, incident.resolved_by, incident.cause) == ("resolved", it, CAUSE)
    with pytest.raises(Refused):
        resolve(incident, by=it, cause=CAUSE)


def test_a_cause_in_one_word_is_refused(watch, it):
    with pytest.raises(BadInput):
        resolve(watch(0.9), by=it, cause="   bug    ")


def test_a_viewer_may_neither_take_nor_resolve(watch, viewer):
    incident = watch(0.9)
    for act in (lambda: acknowledge(incident, by=viewer), lambda: resolve(incident, by=viewer, cause=CAUSE)):
        with pytest.raises(NotAllowed):
            act()


def test_after_a_resolution_the_same_point_opens_nothing(watch, it):
    resolve(watch(0.9), by=it, cause=CAUSE)
    evaluate()
    sweep()
    assert Incident.objects.count() == 1


def test_after_a_resolution_a_newer_failing_point_opens_another(watch, it):
    incident = watch(0.9)
    resolve(incident, by=it, cause=CAUSE)
    Incident.objects.update(resolved_at=NOON + timedelta(hours=1, minutes=1))
    watch(0.9)
    assert list(Incident.objects.values_list("number", flat=True)) == [2, 1]


def test_it_waits_for_the_people_who_may_handle_it_and_no_one_else(watch, it, viewer, stranger):
    watch(0.9)
    assert [(item.kind, item.urgent) for item in inbox.waiting(it)] == [("incident", True)]
    assert inbox.waiting(viewer) == inbox.waiting(stranger) == []


def test_it_is_a_span_on_the_time_axis(watch, use_case):
    watch(0.9)
    watch(0.1)
    (lane,) = lanes.lanes(use_case, start=NOON, end=NOON + timedelta(days=1))
    assert [(mark.at, mark.until) for mark in lane.marks] == [(NOON + timedelta(hours=1), NOON + timedelta(hours=2))]
    assert lanes.lanes(use_case, start=NOON + timedelta(days=1)) == []


def test_who_handles_incidents_is_told_why_it_happened_however_long(watch, it, second_it):
    why = "The nightly load was cut because the disk was full. " * 8
    resolve(watch(0.9), by=it, cause=why)
    told = Notification.objects.get(person=second_it, message__kind="notice.incident_resolved")
    assert why.strip() in str(told.message)
