import pytest

from portal.audit.models import Event
from portal.errors import BadInput, NotAllowed
from tests.factories import SiteFactory
from usecases.kpis import actions
from usecases.kpis.models import Measurement


def record(kpi, by, *rows):
    return actions.record_measurements(kpi, rows, by=by, source="api")


def test_a_week_is_full_unless_said_otherwise(kpi, data):
    record(kpi, data, {"period_start": "2026-05-04", "value": "18.2"})
    row = Measurement.objects.get()
    assert (str(row.period_end), row.value, row.status, row.site) == ("2026-05-11", 18.2, "provisional", None)


def test_a_month_ends_on_its_last_day_when_shorter(kpi, data):
    actions.edit_kpi(kpi, by=data, cadence="month")
    kpi.refresh_from_db()
    record(kpi, data, {"period_start": "2026-01-31", "value": 1})
    assert str(Measurement.objects.get().period_end) == "2026-02-28"


def test_a_site_is_named_by_its_name_or_slug(kpi, data, site):
    record(
        kpi,
        data,
        {"period_start": "2026-05-04", "value": 1, "site": "rural"},
        {"period_start": "2026-05-11", "value": 1, "site": site.slug},
    )
    assert set(Measurement.objects.values_list("site", flat=True)) == {site.pk}


@pytest.mark.parametrize("person", ["viewer", "decision_user", "admin", "steering", "auditor", "stranger"])
def test_who_is_not_business_data_or_it_may_not_measure(kpi, request, person):
    with pytest.raises(NotAllowed):
        record(kpi, request.getfixturevalue(person), {"period_start": "2026-05-04", "value": 1})


@pytest.mark.parametrize(
    ("row", "field", "words"),
    [
        ({"period_start": "4 May", "value": 1}, "period_start", "not a date"),
        ({"period_start": "2026-02-30", "value": 1}, "period_start", "not a date"),
        ({"period_start": "20260504", "value": 1}, "period_start", "not a date"),
        ({"value": 1}, "period_start", "required"),
        ({"period_start": "2026-05-04"}, "value", "required"),
        ({"period_start": "2026-05-04", "value": "many"}, "value", "not a number"),
        ({"period_start": "2026-05-04", "value": "1_000"}, "value", "not a number"),
        ({"period_start": "2026-05-04", "value": "١٢"}, "value", "not a number"),
        ({"period_start": "2026-05-04", "value": True}, "value", "not a number"),
        ({"period_start": "2026-05-04", "value": [1]}, "value", "not a number"),
        ({"period_start": "2026-05-04", "value": "NaN"}, "value", "finite"),
        ({"period_start": "2026-05-04", "value": float("inf")}, "value", "finite"),
        ({"period_start": "2026-05-04", "value": "1e999"}, "value", "too large"),
        ({"period_start": "2026-05-04", "value": 10**400}, "value", "too large"),
        ({"period_start": "2026-05-04", "value": 1, "standard_error": -0.1}, "standard_error", "negative"),
        ({"period_start": "2026-05-04", "value": 1, "n": 0}, "n", "at least 1"),
        ({"period_start": "2026-05-04", "value": 1, "n": 1.5}, "n", "whole"),
        ({"period_start": "2026-05-04", "value": 1, "site": "Atlantis"}, "site", "not a site"),
        ({"period_start": "2026-05-04", "value": 1, "site": "a\x00b"}, "site", "NUL"),
        ({"period_start": "2026-05-04", "value": 1, "colour": "red"}, "colour", "not known"),
        ({"period_start": "2026-05-04", "value": 1, "period_end": "2026-05-04"}, "period_end", "before it begins"),
        ({"period_start": "2026-05-04", "value": 1, "period_end": "2026-05-12"}, "period_end", "cadence"),
        ({"period_start": "2999-05-04", "value": 1}, "period_start", "not begun"),
        ({"period_start": "9999-12-31", "value": 1}, "period_start", "too far"),
        (
            {"period_start": "2026-05-04", "value": 1, "reference_standard_error": 1},
            "reference_standard_error",
            "without the reference",
        ),
    ],
)
def test_a_wrong_row_says_what_is_wrong_and_nothing_is_kept(kpi, data, row, field, words):
    with pytest.raises(BadInput) as refusal:
        record(kpi, data, {"period_start": "2026-04-27", "value": 1}, row)
    problem = refusal.value.problems[0]
    assert (problem.line, problem.field) == (2, field)
    assert words in str(problem.sentence)
    assert not Measurement.objects.exists()


def test_a_site_that_is_not_served_is_unknown(kpi, data):
    elsewhere = SiteFactory(name="Elsewhere")
    with pytest.raises(BadInput):
        record(kpi, data, {"period_start": "2026-05-04", "value": 1, "site": elsewhere.slug})


def test_the_same_period_twice_names_the_first_line(kpi, data):
    with pytest.raises(BadInput) as refusal:
        record(kpi, data, {"period_start": "2026-05-04", "value": 1}, {"period_start": "2026-05-04", "value": 2})
    assert (refusal.value.problems[0].line, "line 1" in str(refusal.value.problems[0].sentence)) == (2, True)


def test_periods_may_not_overlap(kpi, data, measure):
    measure("2026-05-04")
    with pytest.raises(BadInput) as refusal:
        record(kpi, data, {"period_start": "2026-05-07", "value": 1})
    assert "overlaps" in str(refusal.value.problems[0].sentence)


def test_two_sites_may_be_measured_over_the_same_period(kpi, data, site):
    kept = record(
        kpi,
        data,
        {"period_start": "2026-05-04", "value": 1},
        {"period_start": "2026-05-04", "value": 1, "site": site.slug},
    )
    assert kept.recorded == 2


def test_a_provisional_measurement_is_corrected_and_the_journal_keeps_it(kpi, data, measure):
    measure(value=18.2)
    kept = record(kpi, data, {"period_start": "2026-05-04", "value": 18.4})
    assert (kept.recorded, kept.updated, Measurement.objects.get().value) == (0, 1, 18.4)
    replaced = Event.objects.filter(verb="measurements.recorded").latest("id").data["before"]["replaced"]
    assert replaced == [{"period": "2026-05-04", "site": None, "value": 18.2}]


def test_sending_again_changes_nothing(kpi, data, business, measure):
    actions.validate(measure(value=18.2), by=business)
    kept = record(kpi, data, {"period_start": "2026-05-04", "value": 18.2})
    assert (kept.recorded, kept.updated, kept.unchanged) == (0, 0, 1)


def test_a_validated_measurement_is_not_replaced(kpi, data, business, measure):
    actions.validate(measure(value=18.2), by=business)
    with pytest.raises(BadInput) as refusal:
        record(kpi, data, {"period_start": "2026-05-11", "value": 1}, {"period_start": "2026-05-04", "value": 99})
    assert (refusal.value.problems[0].line, Measurement.objects.get().value) == (2, 18.2)


def test_nothing_at_all_is_refused(kpi, data):
    with pytest.raises(BadInput, match="no measurement"):
        record(kpi, data)


def test_two_arms_are_told_by_their_counts(kpi, data):
    actions.edit_kpi(kpi, by=data, scale=100)
    kpi.refresh_from_db()
    arms = {"n": 9000, "conversions": 1640, "reference_n": 1000, "reference_conversions": 140}
    record(kpi, data, {"period_start": "2026-05-04", **arms})
    row = Measurement.objects.get()
    assert row.value == pytest.approx(18.2222, abs=1e-4)
    assert row.reference_value == 14.0
    # 100 √(0.14 · 0.86 / 1000)
    assert row.reference_standard_error == pytest.approx(1.097269, abs=1e-6)


def test_a_ratio_is_told_by_its_numerator_and_denominator(kpi, data):
    record(kpi, data, {"period_start": "2026-05-04", "numerator": 120.0, "denominator": 48})
    assert Measurement.objects.get().value == 2.5


@pytest.mark.parametrize(
    ("row", "field", "words"),
    [
        ({"conversions": 3}, "n", "how many"),
        ({"conversions": 3, "n": 2}, "conversions", "More conversions"),
        ({"conversions": 1, "n": 4, "value": 0.5}, "value", "counts beside it say 0.25"),
        ({"value": 1, "reference_conversions": 1}, "reference_n", "how many"),
        ({"value": 1, "reference_n": 10}, "reference_n", "without the reference"),
        ({"value": 1, "conversions": -1, "n": 3}, "conversions", "0 or more"),
        ({"numerator": 1}, "denominator", "together"),
        ({"numerator": 1, "denominator": 0}, "denominator", "above zero"),
        ({}, "value", "required"),
    ],
)
def test_counts_that_contradict_are_refused(kpi, data, row, field, words):
    with pytest.raises(BadInput) as refusal:
        record(kpi, data, {"period_start": "2026-05-04", **row})
    problem = refusal.value.problems[0]
    assert (problem.field, words in str(problem.sentence)) == (field, True)
