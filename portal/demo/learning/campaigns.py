"""The road of the demo's data scientist on a campaign: kinds of models, compared on people they have not seen."""

from dataclasses import dataclass

import numpy as np

from portal.demo.datasets.campaign import Campaign, Ints
from portal.demo.learning.policies import (
    DoublyRobustUplift,
    InteractionUplift,
    Policy,
    ResponseModel,
    Targeting,
    TwoModelUplift,
)
from portal.demo.learning.uplift import qini_curve
from portal.demo.learning.value import weighted_mean, weights

KINDS: tuple[type[Targeting], ...] = (ResponseModel, TwoModelUplift, InteractionUplift, DoublyRobustUplift)


@dataclass(frozen=True, slots=True)
class Validated:
    """A kind of model and what it reached on people of the training half it had not seen, per 100: one value per fold.

    `worth` is what chooses: outcomes at their unit value less the arms' costs, steadier than money really spent.
    """

    kind: type[Targeting]
    outcomes: tuple[float, ...]
    worth: tuple[float, ...]


def fit(kind: type[Targeting], campaign: Campaign, rows: Ints, seed: int) -> Targeting:
    """A policy of this kind learned from `rows`, contacting as many people as the present rule."""
    policy = kind.for_campaign(campaign, seed)
    return policy.fit(campaign.covariates.iloc[rows], campaign.treatment[rows], campaign.outcome[rows])


def cross_validate(
    campaign: Campaign, rows: Ints, seed: int, kinds: tuple[type[Targeting], ...] = KINDS, folds: int = 5
) -> list[Validated]:
    """Each kind learned and measured fold by fold within `rows` (the training half only), best mean worth first."""
    fold = np.random.default_rng(seed).permutation(len(rows)) % folds
    found = []
    for kind in kinds:
        measured = [
            _outcomes_and_worth(campaign, rows[fold == out], fit(kind, campaign, rows[fold != out], seed))
            for out in range(folds)
        ]
        outcomes, worth = zip(*measured, strict=True)
        found.append(Validated(kind, outcomes, worth))
    return sorted(found, key=lambda validated: -float(np.mean(validated.worth)))


def qini_steps(campaign: Campaign, rows: Ints, policy: Policy) -> dict[int, float]:
    """Outcomes gained per 100 people treated when only the best-scored p percent are, for p = 0, 5 .. 100."""
    covariates, treatment = campaign.covariates.iloc[rows], campaign.treatment[rows]
    kept = (treatment == 0) | (treatment == policy.preferred(covariates))
    treated = (treatment[kept] > 0).astype(np.int64)
    curve = qini_curve(campaign.outcome[rows][kept], treated, policy.score(covariates)[kept])
    steps = range(0, 101, 5)
    gains = np.interp([step / 100 for step in steps], curve.share, 100 * curve.gain)
    return {step: float(gain) for step, gain in zip(steps, gains, strict=True)}


def _outcomes_and_worth(campaign: Campaign, rows: Ints, policy: Policy) -> tuple[float, float]:
    treatment, outcome = campaign.treatment[rows], campaign.outcome[rows]
    weight = weights(policy.decide(campaign.covariates.iloc[rows]), treatment, campaign.propensities)
    cost = np.asarray(campaign.arm_costs)[treatment] * (outcome if campaign.cost_on_outcome else 1.0)
    return weighted_mean(100 * outcome, weight), weighted_mean(100 * (campaign.unit_value * outcome - cost), weight)
