"""Who is given what: the rules and the models that decide, all with the same words, all small enough to be read.

Each is a scikit-learn estimator holding only plain values and fitted scikit-learn parts, so that MLflow can store it
without pickle and a worker can load it by class name. Covariates come as a DataFrame of n people; arm 0 gives nothing.
"""

from abc import ABC, abstractmethod
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, PowerTransformer

from portal.demo.datasets.campaign import Campaign, Floats, Ints
from portal.demo.datasets.campaigns import RULES


class Policy(BaseEstimator, ABC):  # scikit-learn is untyped
    """Decides an arm for each person, and ranks people by how much they should be given one."""

    @abstractmethod
    def preferred(self, covariates: pd.DataFrame) -> Ints:
        """The arm each person would be given if they were given one, shape (n,), never 0."""

    @abstractmethod
    def score(self, covariates: pd.DataFrame) -> Floats:
        """How much each person should be given their preferred arm, shape (n,): higher first."""

    @abstractmethod
    def decide(self, covariates: pd.DataFrame) -> Ints:
        """The arm each person is given, shape (n,)."""

    def predict(self, covariates: pd.DataFrame) -> pd.DataFrame:
        """Columns `arm` and `score`, indexed as `covariates`: what MLflow and the portal call."""
        decided = {"arm": self.decide(covariates), "score": self.score(covariates)}
        return pd.DataFrame(decided, index=covariates.index)


class ConstantRule(Policy):
    """Gives everybody the same arm: the first thing to plug in, and the thing any model must beat."""

    def __init__(self, arm: int = 0) -> None:
        self.arm = arm

    def preferred(self, covariates: pd.DataFrame) -> Ints:
        """The constant arm; the first one when it gives nothing."""
        return np.full(len(covariates), self.arm or 1, dtype=np.int64)

    def score(self, covariates: pd.DataFrame) -> Floats:
        """Zeros: it ranks nobody before anybody."""
        return np.zeros(len(covariates))

    def decide(self, covariates: pd.DataFrame) -> Ints:
        """The constant arm."""
        return np.full(len(covariates), self.arm, dtype=np.int64)


class WrittenRule(Policy):
    """A rule people wrote, one of `portal.demo.datasets.campaigns.RULES`, carried by its name."""

    def __init__(self, rule: str) -> None:
        self.rule = rule

    def preferred(self, covariates: pd.DataFrame) -> Ints:
        """The rule's arm; the first one for those to whom it gives nothing."""
        return np.maximum(self.decide(covariates), 1)

    def score(self, covariates: pd.DataFrame) -> Floats:
        """1 for those the rule gives an arm, else 0."""
        return (self.decide(covariates) > 0).astype(np.float64)

    def decide(self, covariates: pd.DataFrame) -> Ints:
        """The rule's arm."""
        return RULES[self.rule](covariates)


class Targeting(Policy):
    """A learned policy: the best arm for those who gain most, to no greater share of people than `capacity`.

    Worth and costs are in the campaign's currency, so that the gain of an arm is money expected over giving nothing.
    """

    def __init__(
        self,
        capacity: float,
        unit_value: float,
        arm_costs: tuple[float, ...],
        cost_on_outcome: bool = False,
        seed: int = 0,
    ) -> None:
        self.capacity = capacity
        self.unit_value = unit_value
        self.arm_costs = arm_costs
        self.cost_on_outcome = cost_on_outcome
        self.seed = seed

    @classmethod
    def for_campaign(cls, campaign: Campaign, seed: int = 0) -> Self:
        """Unfitted, with the campaign's worth and costs, and as many contacts as its present rule makes."""
        capacity = float((campaign.present_rule(campaign.covariates) > 0).mean())
        return cls(capacity, campaign.unit_value, campaign.arm_costs, campaign.cost_on_outcome, seed)

    @abstractmethod
    def _learn(self, covariates: pd.DataFrame, treatment: Ints, outcome: Floats) -> None:
        """Fit what `_gains` needs."""

    @abstractmethod
    def _gains(self, covariates: pd.DataFrame) -> Floats:
        """Expected money gained by each arm but the first over giving nothing, shape (n, k-1)."""

    def fit(self, covariates: pd.DataFrame, treatment: Ints, outcome: Floats) -> Self:
        """Learn from n randomised people: arm indices (n,) and outcomes of 0 or 1 (n,)."""
        self._learn(covariates, treatment, outcome)
        # Fixed here, so that a person's decision never depends on who else turns up that week.
        self.threshold_ = max(float(np.quantile(self.score(covariates), 1 - self.capacity)), 0.0)
        return self

    def preferred(self, covariates: pd.DataFrame) -> Ints:
        """The arm that gains most."""
        best: Ints = self._gains(covariates).argmax(axis=1) + 1
        return best

    def score(self, covariates: pd.DataFrame) -> Floats:
        """Expected gain of that arm, in the campaign's currency."""
        gain: Floats = self._gains(covariates).max(axis=1)
        return gain

    def decide(self, covariates: pd.DataFrame) -> Ints:
        """The arm that gains most, for those whose gain passes the threshold fixed when learning."""
        gains = self._gains(covariates)
        return np.where(gains.max(axis=1) > self.threshold_, gains.argmax(axis=1) + 1, 0).astype(np.int64)

    def _net(self, outcome: Floats, arm: int) -> Floats:
        """Money expected where the outcome (or its probability) is `outcome`, once `arm` is paid for."""
        cost = self.arm_costs[arm]
        return self.unit_value * outcome - cost * (outcome if self.cost_on_outcome else 1.0)

    def _net_gains(self, chances: Floats) -> Floats:
        """Gains (n, k-1) from the outcome's probability under each arm (n, k)."""
        net = np.column_stack([self._net(chances[:, arm], arm) for arm in range(chances.shape[1])])
        gains: Floats = net[:, 1:] - net[:, [0]]
        return gains


class ResponseModel(Targeting):
    """Contacts those most likely to respond when contacted, with the arm that did best on average.

    The usual first model, and a trap worth showing: it cannot tell who would have come anyway.
    """

    def _learn(self, covariates: pd.DataFrame, treatment: Ints, outcome: Floats) -> None:
        self.arms_ = len(self.arm_costs)
        means = [float(self._net(outcome[treatment == arm], arm).mean()) for arm in range(self.arms_)]
        self.best_arm_ = int(np.argmax(means[1:])) + 1
        contacted = treatment > 0
        self.model_ = logistic(covariates).fit(covariates[contacted], outcome[contacted])

    def _gains(self, covariates: pd.DataFrame) -> Floats:
        worth = self.unit_value * self.model_.predict_proba(covariates)[:, 1]
        gains = np.zeros((len(covariates), self.arms_ - 1))
        gains[:, self.best_arm_ - 1] = worth
        return gains


class TwoModelUplift(Targeting):
    """One logistic model of the outcome per arm; the gain is the difference of their predictions."""

    def _learn(self, covariates: pd.DataFrame, treatment: Ints, outcome: Floats) -> None:
        self.models_ = [
            logistic(covariates).fit(covariates[treatment == arm], outcome[treatment == arm])
            for arm in range(len(self.arm_costs))
        ]

    def _gains(self, covariates: pd.DataFrame) -> Floats:
        return self._net_gains(np.column_stack([model.predict_proba(covariates)[:, 1] for model in self.models_]))


class InteractionUplift(Targeting):
    """One logistic model of the outcome on covariates, arm and their products, shrunk hard towards equal gains."""

    # LogisticRegression's C is per person: divided by n, so that few people are shrunk no harder than many.
    strength = 100.0
    arm_scale = 3.0

    def _learn(self, covariates: pd.DataFrame, treatment: Ints, outcome: Floats) -> None:
        self.prepare_ = preparation(covariates).fit(covariates)
        self.model_ = LogisticRegression(C=self.strength / len(covariates), max_iter=1000)
        self.model_.fit(self._crossed(covariates, treatment), outcome)

    def _crossed(self, covariates: pd.DataFrame, treatment: Ints) -> Floats:
        known = self.prepare_.transform(covariates)
        given = [(treatment == arm).astype(np.float64)[:, None] for arm in range(1, len(self.arm_costs))]
        # A large scale shields the average effect of an arm from the shrinking meant for its products.
        return np.hstack([known, *(self.arm_scale * arm for arm in given), *(known * arm for arm in given)])

    def _gains(self, covariates: pd.DataFrame) -> Floats:
        n = len(covariates)
        chances = [
            self.model_.predict_proba(self._crossed(covariates, np.full(n, arm)))[:, 1]
            for arm in range(len(self.arm_costs))
        ]
        return self._net_gains(np.column_stack(chances))


class DoublyRobustUplift(Targeting):
    """Gradient-boosted trees on doubly robust gains (Kennedy, arXiv 2004.14497), with two-fold cross-fitting.

    The nuisance models are logistic; the probability of each arm is known, since it was drawn.
    """

    def _learn(self, covariates: pd.DataFrame, treatment: Ints, outcome: Floats) -> None:
        arms = len(self.arm_costs)
        fold = np.random.default_rng(self.seed).permutation(len(treatment)) % 2
        net = np.empty((len(treatment), arms))
        for arm in range(arms):
            given = treatment == arm
            chances = np.empty(len(treatment))
            for half in (0, 1):
                learn = given & (fold != half)
                model = logistic(covariates).fit(covariates[learn], outcome[learn])
                chances[fold == half] = model.predict_proba(covariates[fold == half])[:, 1]
            chances[given] += (outcome[given] - chances[given]) / given.mean()
            net[:, arm] = self._net(chances, arm)
        self.models_ = [self._booster(covariates).fit(covariates, net[:, arm] - net[:, 0]) for arm in range(1, arms)]

    def _booster(self, covariates: pd.DataFrame) -> Pipeline:
        trees = HistGradientBoostingRegressor(
            max_iter=60,
            max_leaf_nodes=6,
            learning_rate=0.05,
            min_samples_leaf=max(40, len(covariates) // 100),
            l2_regularization=10.0,
            early_stopping=False,
            random_state=self.seed,
        )
        return make_pipeline(preparation(covariates), trees)

    def _gains(self, covariates: pd.DataFrame) -> Floats:
        return np.column_stack([model.predict(covariates) for model in self.models_])


def preparation(covariates: pd.DataFrame) -> ColumnTransformer:
    """Unfitted: text one-hot, many-valued numbers filled and made near normal, two-valued numbers as they are."""
    text = [name for name in covariates if not pd.api.types.is_numeric_dtype(covariates[name])]
    numbers = [name for name in covariates if name not in text and covariates[name].nunique() > 2]
    flags = [name for name in covariates if name not in text and name not in numbers]
    return ColumnTransformer(
        [
            ("text", OneHotEncoder(handle_unknown="ignore", sparse_output=False), text),
            ("numbers", make_pipeline(SimpleImputer(strategy="median"), PowerTransformer()), numbers),
            ("flags", "passthrough", flags),
        ]
    )


def logistic(covariates: pd.DataFrame) -> Pipeline:
    """Unfitted logistic regression on prepared covariates."""
    return make_pipeline(preparation(covariates), LogisticRegression(max_iter=1000))


def parameters(policy: Policy) -> dict[str, Any]:
    """What the policy was made with, for MLflow: its class and its constructor's values."""
    return {"policy": type(policy).__name__, **policy.get_params()}
