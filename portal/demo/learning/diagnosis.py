"""Telling a faulty pump from a sound one by its vibration, always judged on a pump the model never saw."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from portal.demo.datasets.campaign import Floats, Ints
from portal.demo.datasets.pumps import FEATURES, NORMAL, Pumps
from portal.demo.learning.uplift import Interval

Labels = npt.NDArray[np.object_]
FAULT = "Fault"
SMALLEST = 1e-6


class Diagnosis(BaseEstimator, ABC):  # scikit-learn is untyped
    """Names the state of a pump from the seven features of a vibration signal (DataFrame of n rows with FEATURES)."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    @abstractmethod
    def _learn(self, signals: pd.DataFrame, labels: Labels) -> None:
        """Fit what `_diagnose` needs."""

    @abstractmethod
    def _diagnose(self, signals: pd.DataFrame) -> Labels:
        """See `diagnose`."""

    def fit(self, signals: pd.DataFrame, labels: Labels) -> Self:
        """Learn from n labelled signals."""
        self._learn(signals, labels)
        return self

    def diagnose(self, signals: pd.DataFrame) -> Labels:
        """The state of each signal, shape (n,): `Normal`, a fault's name, or `Fault` when the kind is not told."""
        return self._diagnose(signals)

    def predict(self, signals: pd.DataFrame) -> pd.DataFrame:
        """Columns `label` and `fault` (0 or 1), indexed as `signals`: what MLflow and the portal call."""
        labels = self.diagnose(signals)
        return pd.DataFrame({"label": labels, "fault": (labels != NORMAL).astype(np.int64)}, index=signals.index)


class VibrationThreshold(Diagnosis):
    """An alarm above one level of vibration at the rotation frequency, as a control room sets it by hand.

    The level is the percentile of the signals learned from that gives the best balanced accuracy on them.
    """

    column = "rms(98,102)"

    def _learn(self, signals: pd.DataFrame, labels: Labels) -> None:
        level, fault = signals[self.column].to_numpy(), labels != NORMAL
        levels = np.quantile(level, np.linspace(0.01, 0.99, 99))
        self.level_ = float(max(levels, key=lambda at: _balanced(fault, level > at)))

    def _diagnose(self, signals: pd.DataFrame) -> Labels:
        return np.where(signals[self.column].to_numpy() > self.level_, FAULT, NORMAL).astype(object)


class LogisticDiagnosis(Diagnosis):
    """Multinomial logistic regression on log amplitudes, rare states weighing as much as frequent ones."""

    def _learn(self, signals: pd.DataFrame, labels: Labels) -> None:
        self.model_ = make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=2000))
        self.model_.fit(features(signals), labels)

    def _diagnose(self, signals: pd.DataFrame) -> Labels:
        return np.asarray(self.model_.predict(features(signals)), dtype=object)


class ForestDiagnosis(Diagnosis):
    """Random forest of 60 trees on the same features, rare states weighing as much as frequent ones."""

    def _learn(self, signals: pd.DataFrame, labels: Labels) -> None:
        self.model_ = RandomForestClassifier(
            n_estimators=60, min_samples_leaf=5, class_weight="balanced", random_state=self.seed
        )
        self.model_.fit(features(signals), labels)

    def _diagnose(self, signals: pd.DataFrame) -> Labels:
        return np.asarray(self.model_.predict(features(signals)), dtype=object)


KINDS: tuple[type[Diagnosis], ...] = (VibrationThreshold, LogisticDiagnosis, ForestDiagnosis)


@dataclass(frozen=True, slots=True)
class Score:
    """How well faults are told among `n` signals, `faults` of them faulty; shares 0 to 1, None: nothing to tell."""

    n: int
    faults: int
    recall: float | None
    false_alarms: float | None

    @property
    def balanced_accuracy(self) -> float | None:
        """Mean of recall and of the share of sound signals left alone; None when one of the two has no signal."""
        if self.recall is None or self.false_alarms is None:
            return None
        return (self.recall + 1 - self.false_alarms) / 2


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a kind of diagnosis said of each pump, having learned from the ten others."""

    labels: Labels
    per_pump: dict[int, Score]
    measures: dict[str, Interval]


def fit(kind: type[Diagnosis], pumps: Pumps, seed: int, without: int | None = None) -> Diagnosis:
    """A diagnosis learned from all pumps, or from all but the pump `without`."""
    frame = pumps.frame if without is None else pumps.frame[pumps.frame["esp_id"] != without]
    return kind(seed).fit(frame[FEATURES], frame["label"].to_numpy(dtype=object))


def leave_one_out(kind: type[Diagnosis], pumps: Pumps, seed: int) -> LeftOut:
    """Diagnose each pump by a model of the others, and score it.

    `measures`: means over pumps of `balanced_accuracy`, `recall`, `false_alarms`, with 95 % intervals from 1,000
    draws of whole pumps with replacement (signals of one pump resemble each other); and `kind_recall`, the recall of
    each state by its own name, averaged over states.
    """
    owner = pumps.frame["esp_id"].to_numpy()
    labels = np.empty(len(owner), dtype=object)
    for pump in np.unique(owner):
        here = owner == pump
        labels[here] = fit(kind, pumps, seed, without=int(pump)).diagnose(pumps.frame.loc[here, FEATURES])
    rows = {int(pump): np.flatnonzero(owner == pump) for pump in np.unique(owner)}
    per_pump = {pump: score(pumps, own, labels[own]) for pump, own in rows.items()}
    return LeftOut(labels, per_pump, _measures(pumps, labels, list(per_pump.values()), seed))


def score(pumps: Pumps, rows: Ints, labels: Labels) -> Score:
    """Compare the labels said of `rows`, shape (len(rows),), with what the pumps really had."""
    fault = pumps.frame["label"].to_numpy(dtype=object)[rows] != NORMAL
    said = labels != NORMAL
    return Score(
        n=len(rows),
        faults=int(fault.sum()),
        recall=float(said[fault].mean()) if fault.any() else None,
        false_alarms=float(said[~fault].mean()) if not fault.all() else None,
    )


def features(signals: pd.DataFrame) -> Floats:
    """The seven features, shape (n, 7), with amplitudes (the first five) in natural logarithms."""
    values: Floats = signals[FEATURES].to_numpy(dtype=np.float64, copy=True)
    values[:, :5] = np.log(np.maximum(values[:, :5], SMALLEST))
    return values


def _measures(pumps: Pumps, labels: Labels, scores: list[Score], seed: int) -> dict[str, Interval]:
    names = ("balanced_accuracy", "recall", "false_alarms")
    values = np.array([[getattr(one, name) for name in names] for one in scores], dtype=np.float64)
    truth = pumps.frame["label"].to_numpy(dtype=object)
    owner = pumps.frame["esp_id"].to_numpy()
    states = np.unique(truth)
    hits = np.array([[((truth == s) & (labels == s) & (owner == p)).sum() for s in states] for p in np.unique(owner)])
    sizes = np.array([[((truth == s) & (owner == p)).sum() for s in states] for p in np.unique(owner)])

    def measured(drawn: Ints) -> list[float]:
        seen = sizes[drawn].sum(axis=0)
        by_name = hits[drawn].sum(axis=0)[seen > 0] / seen[seen > 0]
        return [*np.nanmean(values[drawn], axis=0).tolist(), float(by_name.mean())]

    draw = np.random.default_rng(seed)
    drawn = [measured(draw.integers(0, len(scores), size=len(scores))) for _ in range(1000)]
    low, high = np.quantile(drawn, (0.025, 0.975), axis=0)
    whole = measured(np.arange(len(scores)))
    return {name: Interval(whole[i], float(low[i]), float(high[i])) for i, name in enumerate((*names, "kind_recall"))}


def _balanced(fault: npt.NDArray[np.bool_], said: npt.NDArray[np.bool_]) -> float:
    return float(said[fault].mean() + (~said[~fault]).mean()) / 2
