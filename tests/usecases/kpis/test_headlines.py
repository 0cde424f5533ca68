import pytest

from tests.factories import SiteFactory, UseCaseFactory
from usecases.kpis import actions
from usecases.kpis.criteria import has_baseline_and_target, is_validated
from usecases.kpis.headlines import headlines
from usecases.kpis.lanes import lanes
from usecases.kpis.standing import latest


def standing(kpi):
    return latest([kpi])[kpi.pk]


def test_the_headline_is_relative_to_the_system_in_place(use_case, measure):
    measure(value=18.2, standard_error=0.37, reference_value=14.0, reference_standard_error=0.34, n=10614)
    found = headlines([use_case])[use_case.pk]
    assert (found.value, found.interval, found.grade) == ("+4.2\xa0visits per 100", "95 %: +3.2 to +5.2", "C")
    assert "week of 4 May 2026" in str(found.note)
    assert "provisional" in str(found.note)


def test_without_a_kpi_it_says_so(use_case):
    found = headlines([use_case])[use_case.pk]
    assert (found.value, "No KPI yet" in str(found.note)) == ("", True)


def test_without_a_measurement_it_says_so(use_case, kpi):
    assert "Not measured" in str(headlines([use_case])[use_case.pk].note)


def test_two_queries_for_any_number_of_use_cases(use_case, team, business, measure, django_assert_num_queries):
    measure()
    for number in range(3):
        other = UseCaseFactory.create(team=team)
        kpi = actions.define_kpi(other, by=business, name=f"KPI {number}", unit="%")
        actions.record_measurements(kpi, [{"period_start": "2026-05-04", "value": 1}], by=business, source="api")
    found = list(use_case.team.use_cases.all())
    with django_assert_num_queries(2):
        assert len(headlines(found)) == 4


def test_the_last_period_counts(kpi, measure):
    measure("2026-05-11", 19.0)
    measure("2026-05-04", 18.0)
    assert standing(kpi).estimate.value == 19.0


def test_the_measurement_of_all_sites_wins_over_the_sites(kpi, measure, site):
    measure(value=10.0, site=site.slug, n=5)
    measure(value=18.0)
    assert standing(kpi).estimate.value == 18.0


def test_sites_are_pooled_when_nothing_says_the_whole(kpi, measure, use_case, site):
    other = SiteFactory(name="Urban")
    use_case.sites.add(other)
    measure(value=10.0, site=site.slug, n=100)
    measure(value=20.0, site=other.slug, n=300)
    assert standing(kpi).estimate.value == 17.5


def test_sites_without_sizes_are_not_added_up(kpi, measure, use_case, site):
    other = SiteFactory(name="Urban")
    use_case.sites.add(other)
    measure(value=10.0, site=site.slug)
    measure(value=20.0, site=other.slug)
    assert standing(kpi).estimate is None
    assert "site by site" in str(headlines([use_case])[use_case.pk].note)


@pytest.mark.parametrize(
    ("value", "direction", "words"),
    [
        (18.2, "up", "above the system in place (95 %: +3.2 to +5.2), week of 4 May 2026; target 17.5 reached."),
        (16.0, "up", "target 17.5 not reached."),
        (12.0, "down", "below the system in place (95 %: −3.0 to −1.0), week of 4 May 2026; target 17.5 reached."),
    ],
)
def test_the_sentence_says_it_all(kpi, measure, data, value, direction, words):
    actions.edit_kpi(kpi, by=data, direction=direction)
    kpi.refresh_from_db()
    measure(value=value, standard_error=0.5024)
    assert words in standing(kpi).sentence


def test_a_null_result_is_said_plainly(kpi, measure):
    measure(value=14.2, standard_error=0.5)
    assert "no difference is proven" in standing(kpi).caution


def test_the_lane_is_the_headline_over_time(use_case, kpi, measure, business, django_assert_num_queries):
    actions.validate(measure("2026-05-04", 18.0, standard_error=1.0), by=business)
    measure("2026-05-11", 19.0)
    with django_assert_num_queries(2):
        (lane,) = lanes(use_case)
    assert (list(lane.y), list(lane.provisional), lane.baseline, lane.target) == (
        [18.0, 19.0],
        [False, True],
        14.0,
        17.5,
    )
    assert lane.low[0] == pytest.approx(16.04, abs=0.01)
    assert lane.low[1] is None


def test_a_use_case_without_a_kpi_has_no_lane(use_case):
    assert lanes(use_case) == []


def test_the_gate_asks_for_a_baseline_and_a_target(use_case, business):
    assert has_baseline_and_target(use_case).met is False
    kpi = actions.define_kpi(use_case, by=business, name="Visit rate", unit="%", baseline=14.0)
    assert "target" in str(has_baseline_and_target(use_case).sentence)
    actions.edit_kpi(kpi, by=business, target=17.5)
    assert has_baseline_and_target(use_case).met is True


def test_the_gate_asks_for_a_validated_period_that_is_over(use_case, kpi, measure, business):
    assert "never measured" in str(is_validated(use_case).sentence)
    row = measure()
    assert is_validated(use_case).met is False
    actions.validate(row, by=business)
    assert is_validated(use_case).met is True
