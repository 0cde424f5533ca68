import pytest

from portal.audit.models import Event
from portal.errors import BadInput, NotAllowed, Refused
from portal.notifications.models import Notification
from usecases.kpis import actions
from usecases.kpis.models import Measurement, MeasurementRevision
from usecases.kpis.transitions import waiting


@pytest.fixture
def validated(measure, business) -> Measurement:
    row = measure(value=18.2, n=100)
    actions.validate(row, by=business)
    return row


def test_a_correction_keeps_who_when_why_and_the_value_before(validated, data, business):
    actions.correct(validated, by=data, reason="Returns were counted twice", value=17.1, n=100)
    kept = MeasurementRevision.objects.get()
    assert (kept.value, kept.status, kept.validated_by) == (18.2, "validated", business)
    assert (kept.replaced_by, kept.reason) == (data, "Returns were counted twice")
    assert "counted twice" in Event.objects.get(verb="measurement.corrected").sentence


def test_a_corrected_measurement_needs_the_business_again(validated, data, business):
    actions.correct(validated, by=data, reason="Late returns", value=17.1)
    row = Measurement.objects.select_related("kpi__use_case__team").get()
    assert (row.status, row.validated_by, row.value, row.n) == ("provisional", None, 17.1, None)
    assert Notification.objects.filter(person=business, message__kind="notice.measurements_wait").exists()
    actions.validate(row, by=business)


def test_a_correction_says_why(validated, data):
    with pytest.raises(BadInput, match="Say why"):
        actions.correct(validated, by=data, reason=" ", value=17.1)
    assert not MeasurementRevision.objects.exists()


def test_what_changed_meanwhile_is_not_corrected(measure, data, business):
    seen = measure(value=18.2)
    actions.correct(seen, by=data, reason="typo", value=18.3)
    with pytest.raises(Refused, match="meantime"):
        actions.correct(seen, by=data, reason="typo", value=18.4)
    assert Measurement.objects.get().value == 18.3


def test_a_correction_that_says_nothing_new_is_refused(validated, data):
    with pytest.raises(Refused, match="nothing new"):
        actions.correct(validated, by=data, reason="again", value=18.2, n=100)


def test_a_correction_reads_its_figures_as_any_row(validated, data):
    with pytest.raises(BadInput) as refusal:
        actions.correct(validated, by=data, reason="typo", value="many")
    assert refusal.value.problems[0].field == "value"


@pytest.mark.parametrize("person", ["viewer", "decision_user", "admin", "steering", "auditor", "stranger"])
def test_who_may_not_measure_may_not_correct(validated, request, person):
    with pytest.raises(NotAllowed):
        actions.correct(validated, by=request.getfixturevalue(person), reason="x", value=1)


def test_sending_a_period_again_keeps_what_it_said(measure, data):
    measure(value=18.2)
    measure(value=18.3)
    assert list(MeasurementRevision.objects.values_list("value", "replaced_by__username")) == [(18.2, data.username)]


def test_the_business_rejects_with_a_reason_and_those_who_measure_hear_of_it(validated, business, data):
    actions.reject(validated, by=business, reason="A week of strike")
    row = Measurement.objects.get()
    assert (row.status, row.rejection, row.validated_by) == ("rejected", "A week of strike", None)
    assert Notification.objects.filter(person=data, message__kind="notice.measurement_rejected").exists()
    assert MeasurementRevision.objects.get().status == "validated"


def test_a_rejected_period_may_be_sent_again(validated, business, data, measure):
    actions.reject(validated, by=business, reason="A week of strike")
    row = measure(value=18.2, n=100)
    assert (row.status, row.rejection) == ("provisional", "")


@pytest.mark.parametrize("person", ["it", "data", "viewer", "admin", "stranger"])
def test_only_the_business_rejects(validated, request, person):
    with pytest.raises(NotAllowed):
        actions.reject(validated, by=request.getfixturevalue(person), reason="x")


def test_rejecting_twice_is_refused(measure, business):
    seen = measure()
    actions.reject(seen, by=business, reason="x")
    with pytest.raises(Refused):
        actions.reject(seen, by=business, reason="x")


def test_validate_all_validates_what_was_read_in_one_event(kpi, measure, business):
    for day in ("2026-05-04", "2026-05-11"):
        measure(day)
    assert actions.validate_all(kpi, by=business, seal=waiting(kpi, business).seal) == 2
    assert Event.objects.filter(verb="measurements.validated").count() == 1


def test_validate_all_refuses_a_value_that_changed_meanwhile(kpi, measure, business):
    measure(value=18.2)
    read = waiting(kpi, business).seal
    measure(value=18.3)
    with pytest.raises(Refused, match="look at them again"):
        actions.validate_all(kpi, by=business, seal=read)
    assert Measurement.objects.get().status == "provisional"
