import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.peeking import simulate
from usecases.kpis import effect
from usecases.kpis.effect import Arm, Estimate
from usecases.kpis.intervals import at_any_time, at_one_look, rho_squared, sample_ratio

# Each test knows whether there is an interval: no need to ask the type checker.
before_and_after: Callable[..., Any] = effect.before_and_after
experiment: Callable[..., Any] = effect.experiment
parallel_run: Callable[..., Any] = effect.parallel_run
ENOUGH = Arm(1000, 140)
PEOPLE = st.integers(100, 10**7)


def test_rho_is_that_of_the_paper():
    # (−2 ln 0.05 + ln(−2 ln 0.05 + 1)) / 1000, by hand
    assert rho_squared(1000) == pytest.approx((5.991464547 + math.log(6.991464547)) / 1000, rel=1e-9)


@pytest.mark.parametrize(("seen", "multiple"), [(100, 3.855055), (1000, 3.035209), (100_000, 3.561642)])
def test_the_sequence_has_its_golden_widths(seen, multiple):
    # √(2 (tρ² + 1) / (tρ²) · ln(√(tρ² + 1) / 0.05)), computed apart for t* = 1000
    assert at_any_time(seen, 1000) == pytest.approx(multiple, abs=1e-6)


@given(PEOPLE, PEOPLE)
def test_looking_at_any_time_costs_more_than_looking_once(seen, best):
    assert at_any_time(seen, best) > 1.96


@given(PEOPLE, st.floats(1.01, 100))
def test_more_people_give_a_narrower_interval(seen, more):
    def width(people):
        return at_any_time(people, 10_000) / math.sqrt(people)

    assert width(seen * more) < width(seen)


def test_it_is_the_tightest_where_it_was_planned():
    widths = {best: at_any_time(5_000, best) for best in (500, 5_000, 50_000)}
    assert min(widths, key=widths.__getitem__) == 5_000


@given(st.floats(-1e3, 1e3), st.floats(0.01, 10), st.floats(-1e3, 1e3), st.floats(0.01, 10))
def test_the_arms_are_symmetric(value, error, reference, reference_error):
    there = experiment(Estimate(value, error, reference_error=reference_error), reference, ENOUGH, ENOUGH, 1000)
    back = experiment(Estimate(reference, reference_error, reference_error=error), value, ENOUGH, ENOUGH, 1000)
    assert (there.low, there.high) == (pytest.approx(-back.high), pytest.approx(-back.low))


@given(st.floats(-100, 100), st.floats(0.01, 10), st.floats(-100, 100), st.floats(0.01, 10), st.floats(0.01, 1e3))
def test_another_scale_scales_the_interval(value, error, reference, reference_error, scale):
    one = experiment(Estimate(value, error, reference_error=reference_error), reference, ENOUGH, ENOUGH, 1000)
    other = Estimate(value * scale, error * scale, reference_error=reference_error * scale)
    scaled = experiment(other, reference * scale, ENOUGH, ENOUGH, 1000)
    assert (scaled.high - scaled.low) == pytest.approx(scale * (one.high - one.low))


@pytest.mark.parametrize(
    ("treated", "control", "method"),
    [
        (Arm(None), ENOUGH, "no_sizes"),
        (Arm(99), ENOUGH, "too_few"),
        (ENOUGH, Arm(1000, 9), "too_few"),
        (ENOUGH, Arm(1000, 991), "too_few"),
    ],
)
def test_without_enough_people_there_is_no_interval(treated, control, method):
    found = experiment(Estimate(18.0, 0.4, reference_error=0.3), 14.0, treated, control, 1000)
    assert (found.low, found.high, found.method) == (None, None, method)


@pytest.mark.parametrize(
    ("degrees", "quantile"), [(1, 12.7062047), (2, 4.3026527), (5, 2.5705818), (30, 2.0422725), (1000, 1.9623391)]
)
def test_student_quantiles_are_those_of_the_tables(degrees, quantile):
    assert at_one_look(degrees) == pytest.approx(quantile, abs=1e-6)


def test_a_parallel_run_without_errors_leans_on_what_the_pairs_differ():
    # differences 1, 2, 3: mean 2, s = 1, t(0.975, 2) = 4.3026527, half width 4.3026527 / √3
    found = parallel_run(Estimate(12.0), 10.0, 3, 1.0)
    assert (found.low, found.high) == (pytest.approx(-0.484138, abs=1e-6), pytest.approx(4.484138, abs=1e-6))


def test_two_periods_say_nothing_of_how_sure_it_is():
    assert parallel_run(Estimate(12.0), 10.0, 2, 1.0).low is None


def test_a_baseline_that_was_measured_brings_its_own_error():
    sure = before_and_after(Estimate(18.0, 0.4), 14.0, None, 1, None)
    less = before_and_after(Estimate(18.0, 0.4), 14.0, 0.3, 1, None)
    assert (sure.error, less.error) == (0.4, 0.5)


def test_the_ratio_of_two_arms_has_its_golden_p():
    # scipy.stats.chisquare([9000, 1100], [9090, 1010])
    found = sample_ratio(9000, 1100, 0.1)
    assert (found.statistic, found.p) == (pytest.approx(8.910891), pytest.approx(0.00283475, abs=1e-8))
    assert not found.mismatch
    assert sample_ratio(9000, 1150, 0.1).mismatch


def test_nobody_came():
    assert sample_ratio(0, 0, 0.5) is None


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.floats(0.01, 0.99))
def test_the_ratio_is_the_same_seen_from_the_other_arm(treated, control, share):
    one, other = sample_ratio(treated, control, share), sample_ratio(control, treated, 1 - share)
    assert one.p == pytest.approx(other.p, abs=1e-9)


def test_peeking_at_an_a_a_test_does_not_find_an_effect():
    """The short one of every day, seeded: the whole is bench/peeking.py."""
    found = simulate(tests=300, people=4_000, look_every=100, seed=20260101)
    assert found.any_time <= 0.06
    assert found.one_look > 0.2  # why the ordinary interval will not do


@pytest.mark.proof
def test_peeking_at_two_thousand_a_a_tests(record_property):
    """Two thousand A/A tests, looked at every hundred people: how many found an effect that is not there."""
    for outcome in ("normal", "rate"):
        found = simulate(tests=2_000, people=10_000, look_every=100, seed=20260102, outcome=outcome)
        record_property(f"{outcome} any time", round(found.any_time, 4))
        record_property(f"{outcome} one look", round(found.one_look, 4))
        assert found.any_time <= 0.06


def test_a_true_effect_is_found_in_time():
    found = simulate(tests=200, people=4_000, look_every=100, seed=7, effect=0.3)
    assert found.any_time > 0.9


def test_it_is_seeded():
    assert simulate(tests=50, people=1_000, look_every=100, seed=1) == simulate(
        tests=50, people=1_000, look_every=100, seed=1
    )
    assert np.isfinite(at_any_time(200, 1000))
