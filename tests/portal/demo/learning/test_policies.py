import numpy as np
import pytest

from portal.demo.learning.campaigns import KINDS, cross_validate, fit, qini_steps
from portal.demo.learning.policies import ConstantRule, InteractionUplift, ResponseModel, TwoModelUplift, WrittenRule
from portal.demo.learning.split import split
from portal.demo.learning.value import PEOPLE_NEEDED, BatchMeasure, evaluate, measure_batch, weights
from portal.errors import Refused


@pytest.mark.parametrize("kind", KINDS)
def test_a_learned_policy_contacts_no_more_people_than_the_present_rule(kind, trial):
    policy = fit(kind, trial, np.arange(len(trial)), seed=1)
    contacted = (policy.decide(trial.covariates) > 0).mean()
    assert contacted <= (trial.present_rule(trial.covariates) > 0).mean() + 1e-9


@pytest.mark.parametrize("kind", KINDS)
def test_a_persons_decision_does_not_depend_on_who_else_turns_up(kind, trial):
    policy = fit(kind, trial, np.arange(1000), seed=1)
    together = policy.predict(trial.covariates.iloc[1000:1020])
    alone = [policy.decide(trial.covariates.iloc[[row]])[0] for row in range(1000, 1020)]
    assert together["arm"].tolist() == alone


def test_learning_twice_from_the_same_seed_decides_the_same(trial):
    for kind in KINDS:
        first, second = (fit(kind, trial, np.arange(1000), seed=1).predict(trial.covariates) for _ in range(2))
        assert first.equals(second)


def test_the_value_of_a_constant_rule_is_the_mean_of_its_arm(trial):
    rows = np.arange(len(trial))
    found = evaluate(trial, rows, ConstantRule(2), seed=1, draws=50)
    assert found["outcomes"].value == pytest.approx(100 * trial.outcome[trial.treatment == 2].mean())
    assert found["outcomes"].low < found["outcomes"].value < found["outcomes"].high
    assert found["contacted"].value == 100


def test_the_present_rule_gains_nothing_on_itself(trial):
    found = evaluate(trial, np.arange(len(trial)), WrittenRule("thornton_hiv"), seed=1, draws=50)
    assert found["outcomes_gain"].value == found["outcomes_gain"].low == found["outcomes_gain"].high == 0


def test_an_arm_nobody_was_drawn_for_cannot_be_valued():
    with pytest.raises(Refused, match="nobody was drawn"):
        weights(np.array([2]), np.array([0]), np.array([0.5, 0.5, 0.0]))


def _measured(campaign, rows, policy) -> BatchMeasure:
    measure = measure_batch(campaign, rows, policy)
    assert measure is not None
    return measure


def test_a_batch_gives_the_rate_its_error_and_its_people(trial):
    rows = np.arange(600)
    measure = _measured(trial, rows, ConstantRule(1))
    given = trial.outcome[rows][trial.treatment[rows] == 1]
    rate = given.mean()
    assert measure.policy.n == len(given)
    assert measure.policy.value == pytest.approx(100 * rate)
    assert measure.policy.error == pytest.approx(100 * np.sqrt(rate * (1 - rate) / len(given)))
    assert measure.gain.value == pytest.approx(measure.policy.value - measure.present.value)


def test_a_batch_of_too_few_people_says_nothing(trial):
    assert measure_batch(trial, np.arange(PEOPLE_NEEDED), ConstantRule(1)) is None


def test_the_value_is_right_where_the_truth_is_known(trial):
    """Weekly rates of one policy average to its value on everybody: dealing changes nothing."""
    policy = WrittenRule("thornton_hiv")
    whole = _measured(trial, np.arange(len(trial)), policy)
    parts = [_measured(trial, rows, policy) for rows in np.array_split(np.random.default_rng(1).permutation(2830), 5)]
    assert np.mean([part.policy.value for part in parts]) == pytest.approx(whole.policy.value, abs=2)
    assert np.sqrt(np.mean([part.policy.error**2 for part in parts]) / 5) == pytest.approx(whole.policy.error, rel=0.1)


def test_kinds_are_compared_on_people_they_have_not_seen_best_first(trial):
    rows = split(trial, seed=2026).train
    found = cross_validate(trial, rows, seed=7, kinds=(ResponseModel, TwoModelUplift), folds=3)
    means = [np.mean(one.worth) for one in found]
    assert {one.kind for one in found} == {ResponseModel, TwoModelUplift}
    assert means == sorted(means, reverse=True)


def test_the_ranking_curve_starts_at_nothing(trial):
    steps = qini_steps(trial, np.arange(len(trial)), fit(TwoModelUplift, trial, np.arange(1000), seed=1))
    assert steps[0] == 0
    assert list(steps) == list(range(0, 101, 5))


def test_on_hillstrom_models_beat_the_rule_that_stands_in_but_not_a_fairer_rule(mailing):
    halves = split(mailing, seed=2026)
    model = evaluate(mailing, halves.held_out, fit(InteractionUplift, mailing, halves.train, seed=7), seed=1)
    fairer = evaluate(mailing, halves.held_out, WrittenRule("hillstrom_matching"), seed=1)
    assert model["outcomes_gain"].low > 0
    assert fairer["outcomes_gain"].low > 0
    assert fairer["outcomes"].low < model["outcomes"].value < fairer["outcomes"].high
    assert not model["net_gain"].tells
