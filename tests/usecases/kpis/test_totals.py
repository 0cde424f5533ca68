"""Sites and periods put together: sums, weighted means, ratios; what is unknown stays so."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import SiteFactory, UseCaseFactory
from usecases.kpis import actions
from usecases.kpis.measured import effects
from usecases.kpis.models import KPI
from usecases.kpis.standing import standings
from usecases.kpis.totals import Only, by_period, over_periods

WEEKS = ("2026-05-04", "2026-05-11", "2026-05-18", "2026-05-25")


@pytest.fixture
def urban(use_case):
    site = SiteFactory(name="Urban", slug="urban")
    use_case.sites.add(site)
    return site


@pytest.fixture
def told(kpi, data):
    """Change what the KPI says, and give it fresh."""

    def _told(**facts) -> KPI:
        actions.edit_kpi(kpi, by=data, **facts)
        kpi.refresh_from_db()
        return kpi

    return _told


def whole(kpi, **only):
    return over_periods([kpi], Only(**only))[kpi.pk]


def test_means_are_weighted_by_n_over_sites_and_periods(kpi, measure, site, urban):
    for week, rural, town in zip(WEEKS, ((10.0, 100), (12.0, 100)), ((20.0, 300), (30.0, 500)), strict=False):
        measure(week, rural[0], site="rural", n=rural[1])
        measure(week, town[0], site="urban", n=town[1])
    first, second = by_period([kpi])
    assert (first.value, second.value) == (17.5, 27.0)
    assert whole(kpi).value == (10 * 100 + 20 * 300 + 12 * 100 + 30 * 500) / 1000


def test_errors_follow_the_weights(kpi, measure, site, urban):
    measure(value=10.0, site="rural", n=100, standard_error=1.0)
    measure(value=20.0, site="urban", n=300, standard_error=2.0)
    assert whole(kpi).error == pytest.approx((0.25**2 * 1 + 0.75**2 * 4) ** 0.5)


def test_one_unknown_error_leaves_the_whole_unknown(kpi, measure, site, urban):
    measure(value=10.0, site="rural", n=100, standard_error=1.0)
    measure(value=20.0, site="urban", n=300)
    assert (whole(kpi).value, whole(kpi).error) == (17.5, None)


def test_a_mean_without_a_size_is_unknown_not_a_guess(kpi, measure, site, urban):
    measure(value=10.0, site="rural", n=100)
    measure(value=20.0, site="urban")
    assert by_period([kpi])[0].value is None
    assert (whole(kpi).periods, whole(kpi).unknown) == (0, 1)


def test_periods_without_sizes_count_the_same(kpi, measure):
    measure(WEEKS[0], 10.0)
    measure(WEEKS[1], 20.0, n=1000)
    assert whole(kpi).value == 15.0


def test_ratios_are_numerators_over_denominators(told, measure, site, urban):
    kpi = told(aggregation="ratio")
    measure(site="rural", value=None, numerator=10, denominator=5)
    measure(site="urban", value=None, numerator=30, denominator=5)
    assert whole(kpi).value == (10 + 30) / (5 + 5)


def test_sums_add_sites_and_are_averaged_per_period(told, measure, site, urban):
    kpi = told(aggregation="sum")
    for week, values in zip(WEEKS, ((10.0, 20.0), (12.0, 30.0)), strict=False):
        measure(week, values[0], site="rural")
        measure(week, values[1], site="urban")
    assert [total.value for total in by_period([kpi])] == [30.0, 42.0]
    assert whole(kpi).value == 36.0


def test_a_site_that_fell_silent_is_named_and_never_counted_as_zero(told, measure, site, urban):
    kpi = told(aggregation="sum")
    measure(WEEKS[0], 10.0, site="rural")
    measure(WEEKS[0], 20.0, site="urban")
    measure(WEEKS[1], 12.0, site="rural")
    second = standings(kpi)[1]
    assert (second.estimate, second.missing) == (None, "Urban")
    assert "Urban is missing" in second.sentence
    assert whole(kpi).value == 30.0


def test_a_mean_goes_on_without_a_silent_site_and_says_so(kpi, measure, site, urban):
    measure(WEEKS[0], 10.0, site="rural", n=100)
    measure(WEEKS[0], 20.0, site="urban", n=100)
    measure(WEEKS[1], 12.0, site="rural", n=100)
    second = standings(kpi)[1]
    assert second.estimate.value == 12.0
    assert "Without Urban" in second.caution


def test_a_site_that_is_no_longer_served_is_not_missed(told, measure, use_case, site, urban):
    kpi = told(aggregation="sum")
    measure(WEEKS[0], 10.0, site="rural")
    measure(WEEKS[0], 20.0, site="urban")
    measure(WEEKS[1], 12.0, site="rural")
    use_case.sites.remove(urban)
    assert standings(kpi)[1].estimate.value == 12.0


def test_one_site_is_read_on_its_own(kpi, measure, site, urban):
    measure(value=10.0, site="rural", n=100)
    measure(value=20.0, site="urban", n=300)
    assert whole(kpi, sites=[urban.pk]).value == 20.0


def test_immature_periods_are_dotted_and_kept_out(told, measure, time_machine):
    kpi = told(outcome_delay=30)
    measure(WEEKS[0], 10.0)
    measure(WEEKS[1], 99.0)
    time_machine.move_to(datetime(2026, 6, 12, tzinfo=UTC))
    first, second = standings(kpi)
    assert (first.immature, second.immature, second.loose) == (False, True, True)
    assert "Immature until 17 Jun 2026" in second.caution
    found = whole(kpi)
    assert (found.value, found.immature, str(found.mature_on)) == (10.0, 1, "2026-06-17")


def test_the_time_before_is_drawn_and_not_counted(told, measure):
    kpi = told(counted_from=datetime(2026, 5, 11, tzinfo=UTC).date())
    measure(WEEKS[0], 10.0)
    measure(WEEKS[1], 20.0)
    assert len(standings(kpi)) == 2
    assert whole(kpi).value == 20.0


def test_rejected_measurements_count_nowhere(kpi, measure, business):
    measure(WEEKS[0], 10.0)
    actions.reject(measure(WEEKS[1], 99.0), by=business, reason="A week of strike")
    assert whole(kpi).value == 10.0
    assert len(standings(kpi)) == 1


def test_what_was_known_at_a_date_is_read_again(kpi, measure, business, data, time_machine):
    time_machine.move_to(datetime(2026, 6, 1, tzinfo=UTC))
    row = measure(WEEKS[0], 10.0)
    time_machine.move_to(datetime(2026, 6, 2, tzinfo=UTC))
    actions.validate(row, by=business)
    time_machine.move_to(datetime(2026, 6, 3, tzinfo=UTC))
    actions.correct(row, by=data, reason="Late returns", value=9.0)
    noon = {day: datetime(2026, 6, day, 12, tzinfo=UTC) for day in (1, 2, 3)}
    assert [whole(kpi, as_of=noon[day]).value for day in (1, 2, 3)] == [10.0, 10.0, 9.0]
    assert [whole(kpi, as_of=noon[day]).provisional for day in (1, 2, 3)] == [1, 0, 1]
    assert over_periods([kpi], Only(as_of=datetime(2026, 5, 31, tzinfo=UTC))) == {}


def test_only_periods_with_both_are_compared(kpi, measure):
    measure(WEEKS[0], 18.0, n=100, reference_value=14.0)
    measure(WEEKS[1], 30.0, n=100)
    assert effects([kpi])[kpi.pk].effect.difference == 4.0


def test_a_hold_out_that_ended_is_said(told, measure):
    kpi = told(proof="A")
    measure(WEEKS[0], 18.0, reference_value=14.0)
    assert effects([kpi])[kpi.pk].gone_since is None
    measure(WEEKS[1], 18.0)
    assert str(effects([kpi])[kpi.pk].gone_since) == "2026-05-11"


def test_a_hold_out_planned_to_end_is_said_on_its_day(told, measure, time_machine):
    kpi = told(proof="A", comparison_ends=datetime(2026, 6, 1, tzinfo=UTC).date())
    measure(WEEKS[0], 18.0, reference_value=14.0)
    time_machine.move_to(datetime(2026, 5, 30, tzinfo=UTC))
    assert effects([kpi])[kpi.pk].gone_since is None
    time_machine.move_to(datetime(2026, 6, 2, tzinfo=UTC))
    assert str(effects([kpi])[kpi.pk].gone_since) == "2026-06-01"


def test_the_grade_is_what_was_done_not_what_was_said(told, measure):
    kpi = told(proof="A")
    measure(WEEKS[0], 18.0)
    assert effects([kpi])[kpi.pk].grade == "C"


def test_how_often_the_difference_was_gained_is_known_with_the_sizes(told, measure):
    kpi = told(scale=100)
    measure(WEEKS[0], 18.0, n=1000)
    assert effects([kpi])[kpi.pk].units == 10.0
    measure(WEEKS[1], 17.0)  # of unknown size: nobody can say
    assert effects([kpi])[kpi.pk].units is None


def test_one_query_for_any_number_of_kpis(team, business, measure, kpi):
    measure()
    kpis = [kpi]
    for number in range(4):
        other = actions.define_kpi(UseCaseFactory.create(team=team), by=business, name=f"KPI {number}", unit="%")
        actions.record_measurements(other, [{"period_start": WEEKS[0], "value": 1}], by=business, source="api")
        kpis.append(other)
    for question in (effects, by_period):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            question(kpis)
        assert len(queries) == 1
