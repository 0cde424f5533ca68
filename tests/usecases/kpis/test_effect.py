from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from usecases.kpis import effect as effects
from usecases.kpis.effect import Effect, Estimate, digits

# Each test knows whether there is an effect: no need to ask the type checker.
effect: Callable[..., Any] = effects.effect

NUMBERS = st.floats(-1e9, 1e9)
ERRORS = st.floats(0, 1e6)


def test_the_difference_to_a_measured_reference_has_both_errors():
    found = effect(Estimate(18.2, 0.37, 10614, 14.0, 0.34))
    assert (found.difference, found.error) == (pytest.approx(4.2), pytest.approx(0.502494, abs=1e-6))
    assert (found.low, found.high) == (pytest.approx(3.215130, abs=1e-6), pytest.approx(5.184870, abs=1e-6))
    assert found.measured
    assert found.proven


def test_a_baseline_is_a_fixed_number():
    found = effect(Estimate(18.2, 0.5), baseline=14.0)
    assert (found.low, found.high) == (pytest.approx(3.220018, abs=1e-6), pytest.approx(5.179982, abs=1e-6))
    assert not found.measured


def test_the_measured_reference_wins_over_the_baseline():
    assert effect(Estimate(18.2, reference=17.0), baseline=14.0).difference == pytest.approx(1.2)


def test_an_unknown_error_makes_the_interval_unknown():
    found = effect(Estimate(18.2, 0.5, reference=14.0))
    assert (found.low, found.high, found.proven) == (None, None, False)


def test_without_a_system_in_place_there_is_no_effect():
    assert effect(Estimate(18.2, 0.5)) is None


@given(NUMBERS, ERRORS, NUMBERS, ERRORS)
def test_the_interval_holds_the_difference(value, error, reference, reference_error):
    found = effect(Estimate(value, error, None, reference, reference_error))
    assert found.low <= found.difference <= found.high


@given(NUMBERS, ERRORS, NUMBERS, ERRORS, st.floats(0, 1e6))
def test_the_interval_widens_with_the_error(value, error, reference, reference_error, more):
    narrow = effect(Estimate(value, error, None, reference, reference_error))
    wide = effect(Estimate(value, error + more, None, reference, reference_error))
    assert wide.low <= narrow.low
    assert wide.high >= narrow.high


def test_an_interval_that_holds_zero_proves_nothing():
    assert not Effect(0.3, 0.2, measured=True).proven
    assert Effect(-0.5, 0.2, measured=True).proven


@pytest.mark.parametrize(
    ("error", "values", "shown"),
    [(0.66, (4.2,), 1), (0.3, (0.93,), 2), (None, (18.2,), 1), (None, (), 0), (40, (9,), 0)],
)
def test_as_many_decimals_as_the_error_deserves(error, values, shown):
    assert digits(error, *values) == shown
