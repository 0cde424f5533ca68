import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklift.metrics import qini_curve as sklift_qini_curve
from sklift.metrics import uplift_curve as sklift_uplift_curve

from portal.demo.learning.uplift import AUUC, QINI, auuc, qini, qini_curve, ranking_intervals

# The golden case of our reference notes: 12 people, ties at .8 and .6 and .2.
Y = np.array([1, 1, 0, 1, 0, 1, 0, 0, 1, 0, 0, 1], dtype=np.float64)
T = np.array([1, 1, 0, 1, 0, 0, 1, 0, 1, 1, 0, 0])
S = np.array([0.9, 0.8, 0.8, 0.7, 0.6, 0.6, 0.6, 0.4, 0.3, 0.2, 0.2, 0.1])

people = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 1), st.sampled_from([0.0, 0.25, 0.5, 1.0])), min_size=2, max_size=40
)


def test_the_golden_case_agrees_with_the_known_areas():
    # sklift counts people where we count shares: its x runs to n = 12, its Qini to outcomes among N_T = 6 treated.
    assert qini(Y, T, S) * 6 * 12 == pytest.approx(13.158333, abs=1e-6)
    assert auuc(Y, T, S) * 12 * 12 == pytest.approx(16.958333, abs=1e-6)


@pytest.mark.filterwarnings("ignore:Function stable_cumsum is deprecated:FutureWarning")
def test_curves_agree_with_scikit_uplift_on_random_people():
    draw = np.random.default_rng(3)
    y, t, s = draw.integers(0, 2, 500), draw.integers(0, 2, 500), draw.integers(0, 50, 500) / 50
    x, gain = sklift_qini_curve(y, s, t)
    assert qini(y.astype(float), t, s) == pytest.approx((np.trapezoid(gain, x) - gain[-1] * 250) / (t.sum() * 500))
    x, gain = sklift_uplift_curve(y, s, t)
    assert auuc(y.astype(float), t, s) == pytest.approx((np.trapezoid(gain, x) - gain[-1] * 250) / 500**2)


@given(people, st.randoms(use_true_random=False))
def test_the_order_of_people_never_matters(drawn, random):
    shuffled = random.sample(drawn, len(drawn))
    values = []
    for rows in (drawn, shuffled):
        y, t, s = (np.array(column) for column in zip(*rows, strict=True))
        values.append((qini(y.astype(float), t, s), auuc(y.astype(float), t, s)))
    assert values[0] == pytest.approx(values[1])


def test_a_score_that_says_nothing_ranks_no_better_than_chance():
    assert qini(Y, T, np.zeros(12)) == 0
    assert auuc(Y, T, np.zeros(12)) == 0


def test_nobody_treated_or_nobody_left_alone_is_no_gain_rather_than_an_error():
    assert qini(Y, np.zeros(12, dtype=int), S) == 0
    assert qini_curve(Y, np.ones(12, dtype=int), S).gain[-1] == pytest.approx(Y.mean())


def test_intervals_hold_the_value_and_tell_a_real_ranking_from_noise():
    draw = np.random.default_rng(5)
    score, treated = draw.random(4000), draw.integers(0, 2, 4000)
    outcome = (draw.random(4000) < 0.2 + 0.4 * treated * score).astype(float)
    found = ranking_intervals(outcome, treated, score, seed=1)
    noise = ranking_intervals(outcome, treated, draw.random(4000), seed=1)
    assert found[QINI].low < found[QINI].value < found[QINI].high
    assert found[QINI].tells
    assert found[AUUC].tells
    assert not noise[QINI].tells
