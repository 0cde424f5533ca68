import numpy as np
import pytest

from portal.demo.datasets.pumps import FEATURES
from portal.demo.learning.diagnosis import (
    KINDS,
    ForestDiagnosis,
    LogisticDiagnosis,
    VibrationThreshold,
    fit,
    leave_one_out,
    score,
)


@pytest.mark.parametrize("kind", [VibrationThreshold, LogisticDiagnosis])
def test_each_pump_is_diagnosed_by_a_model_of_the_others(kind, invented_pumps):
    left_out = leave_one_out(kind, invented_pumps, seed=1)
    here = invented_pumps.frame["esp_id"].to_numpy() == 3
    alone = fit(kind, invented_pumps, seed=1, without=3).diagnose(invented_pumps.frame.loc[here, FEATURES])
    assert left_out.labels[here].tolist() == alone.tolist()
    assert list(left_out.per_pump) == list(range(11))


def test_recall_and_false_alarms_are_counted_by_hand(invented_pumps):
    rows = np.flatnonzero(invented_pumps.frame["esp_id"].to_numpy() == 0)
    truth = invented_pumps.frame["label"].to_numpy(dtype=object)[rows]
    assert score(invented_pumps, rows, truth).balanced_accuracy == 1
    silent = score(invented_pumps, rows, np.full(len(rows), "Normal", dtype=object))
    assert (silent.recall, silent.false_alarms, silent.balanced_accuracy) == (0, 0, 0.5)
    sound = score(invented_pumps, rows[truth == "Normal"], truth[truth == "Normal"])
    assert (sound.recall, sound.balanced_accuracy) == (None, None)


def test_on_real_pumps_the_forest_beats_the_threshold_set_by_hand(real_pumps):
    by_hand = leave_one_out(VibrationThreshold, real_pumps, seed=3).measures["balanced_accuracy"]
    forest = leave_one_out(ForestDiagnosis, real_pumps, seed=3).measures["balanced_accuracy"]
    assert by_hand.value == pytest.approx(0.735, abs=0.005)
    assert forest.value > 0.90
    assert forest.low > by_hand.high


def test_a_prediction_says_the_state_and_whether_it_is_a_fault(invented_pumps):
    for kind in KINDS:
        said = fit(kind, invented_pumps, seed=1).predict(invented_pumps.frame[FEATURES])
        assert ((said["label"] != "Normal") == (said["fault"] == 1)).all()
