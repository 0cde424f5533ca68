from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import UseCaseFactory
from tests.living import live
from usecases.catalog.models import UseCase
from usecases.iterations import arrivals
from usecases.kpis.models import KPI, Measurement
from usecases.lifecycle.models import StageChange
from usecases.lifecycle.times import times, times_of

NOW = timezone.now()


def ago(days):
    return NOW - timedelta(days=days)


@pytest.fixture
def aged(use_case, business):
    """Created 100 days ago, in POC since 80, industrialisation since 30."""
    UseCase.objects.filter(pk=use_case.pk).update(occurred_at=ago(100), stage="industrialisation")
    for before, after, day in (("exploration", "poc", 80), ("poc", "industrialisation", 30)):
        StageChange.objects.create(
            use_case=use_case, from_stage=before, to_stage=after, by=business, occurred_at=ago(day)
        )
    use_case.refresh_from_db()
    return use_case


def came(use_case, site, day):
    arrivals.note(use_case, [arrivals.Span(site.pk, ago(day).date(), ago(day), ago(day))])


def measured(use_case, person, day, validated):
    kpi, _ = KPI.objects.get_or_create(use_case=use_case, number=1, name="Visits", unit="%", owner=person)
    Measurement.objects.create(
        kpi=kpi,
        period_start=ago(day + 7).date(),
        period_end=ago(day).date(),
        value=1,
        source="typed",
        recorded_by=person,
        status="validated",
        validated_by=person,
        validated_at=ago(validated),
    )


def test_days_are_counted_stage_by_stage(aged):
    assert times_of(aged, NOW).days_per_stage == {"exploration": 20, "poc": 50, "industrialisation": 30}


def test_as_of_a_day_is_what_was_known_then(aged):
    then = times_of(aged, ago(70))
    assert (then.stage, then.days_per_stage) == ("poc", {"exploration": 20, "poc": 10})
    assert times_of(aged, ago(90)).stage == "exploration"


def test_a_stage_entered_twice_counts_twice(aged, business):
    StageChange.objects.create(
        use_case=aged, from_stage="industrialisation", to_stage="poc", by=business, occurred_at=ago(10)
    )
    assert times_of(aged, NOW).days_per_stage == {"exploration": 20, "poc": 60, "industrialisation": 20}


def test_from_creation_to_the_market(aged, site, business):
    assert (times_of(aged).to_first_live, times_of(aged).to_first_flow, times_of(aged).to_market) == (None, None, None)
    live(aged, site, ago(60))
    for day in (70, 55, 20):
        came(aged, site, day)
    for day, validated in ((75, 74), (50, 44), (40, 33)):  # the first one is of before it was live
        measured(aged, business, day, validated)
    found = times_of(aged, NOW)
    assert [one.days for one in (found.to_first_live, found.to_first_flow, found.to_market)] == [40, 45, 56]


def test_points_from_elsewhere_or_of_before_are_no_production_flow(aged, site, business):
    live(aged, site, ago(60), ago(50))
    came(aged, site, 65)
    came(aged, site, 45)
    assert times_of(aged).to_first_flow is None


def test_what_is_not_production_is_no_market(aged, site, business):
    live(aged, site, ago(60), is_production=False)
    came(aged, site, 55)
    measured(aged, business, 40, 33)
    found = times_of(aged)
    assert (found.to_first_live, found.to_first_flow, found.to_market) == (None, None, None)


def test_any_number_of_use_cases_costs_one_query(aged, django_assert_num_queries):
    many = [UseCaseFactory(stage="poc") for _number in range(12)]
    with django_assert_num_queries(1):
        found = times([aged, *many])
    assert len(found) == 13
    assert found[many[0].pk].days_per_stage == {"poc": 0}
    assert times([]) == {}
