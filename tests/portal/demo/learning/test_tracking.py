"""On a real MLflow server."""

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import skops.io
from mlflow.tracking import MlflowClient
from skops.io.exceptions import UntrustedTypesFoundException

from portal.demo.datasets.pumps import FEATURES
from portal.demo.learning import diagnosis, tracking
from portal.demo.learning.campaigns import KINDS, fit, qini_steps
from portal.demo.learning.manifest import campaign_manifest
from portal.demo.learning.policies import ConstantRule, TwoModelUplift, WrittenRule, parameters
from portal.demo.learning.uplift import Interval

# MLflow warns about its own type hints and dependencies when its parts are first imported.
pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture
def log(mlflow_server, trial):
    def log(model, sample=trial.covariates, **said):
        return tracking.log_run(
            mlflow_server,
            "campaign",
            "a try",
            model,
            user="dora",
            use_case="who-gets-a-voucher",
            params=parameters(model),
            metrics={"outcomes": Interval(60.0, 55.0, 65.0), "seconds": 1.5},
            manifest=campaign_manifest(trial, split_seed=2026),
            sample=sample.head(),
            **said,
        )

    return log


@pytest.fixture
def client(mlflow_server):
    return MlflowClient(mlflow_server)


def _live(server, name) -> tracking.Live:
    live = tracking.load_live(server, name, "live")
    assert live is not None
    return live


def test_a_run_carries_its_author_its_use_case_its_data_and_its_intervals(log, client, trial, tmp_path):
    logged = log(TwoModelUplift.for_campaign(trial).fit(trial.covariates, trial.treatment, trial.outcome))
    run = client.get_run(logged.run_id)
    manifest = campaign_manifest(trial, split_seed=2026)
    assert run.data.tags["mlflow.user"] == "dora"
    assert run.data.tags["passerelle.use_case"] == "who-gets-a-voucher"
    assert run.data.tags["passerelle.data_sha256"] == manifest["sha256"]
    assert run.data.metrics == {"outcomes": 60.0, "outcomes_low": 55.0, "outcomes_high": 65.0, "seconds": 1.5}
    assert run.data.params["policy"] == "TwoModelUplift"
    assert run.info.status == "FINISHED"
    path = client.download_artifacts(logged.run_id, "data_manifest.json", str(tmp_path))
    assert json.loads(Path(path).read_text()) == manifest
    assert logged.version is None


def test_the_experiment_names_its_use_case_so_that_the_portal_links_it(log, client):
    log(ConstantRule(1))
    assert client.get_experiment_by_name("campaign").tags["passerelle.use_case"] == "who-gets-a-voucher"


def test_a_curve_is_logged_step_by_step(log, client, trial):
    policy = fit(TwoModelUplift, trial, np.arange(1000), seed=1)
    curve = qini_steps(trial, np.arange(1000, len(trial)), policy)
    logged = log(policy, curves={"qini_curve": curve})
    history = client.get_metric_history(logged.run_id, "qini_curve")
    assert {point.step: point.value for point in history} == pytest.approx(curve)


@pytest.mark.parametrize("kind", [ConstantRule, WrittenRule, *KINDS])
def test_the_live_model_decides_as_the_one_that_was_logged(kind, log, client, mlflow_server, trial):
    rules = {ConstantRule: ConstantRule(1), WrittenRule: WrittenRule("thornton_hiv")}
    model = rules.get(kind) or fit(kind, trial, np.arange(1000), seed=1)
    logged = log(model, register_as=kind.__name__)
    client.set_registered_model_alias(kind.__name__, "live", logged.version)
    live = _live(mlflow_server, kind.__name__)
    assert (live.version, live.run_id) == (logged.version, logged.run_id)
    assert live.model.predict(trial.covariates).equals(model.predict(trial.covariates))


@pytest.mark.parametrize("kind", diagnosis.KINDS)
def test_the_live_diagnosis_says_what_the_logged_one_said(kind, mlflow_server, client, invented_pumps, trial):
    model = diagnosis.fit(kind, invented_pumps, seed=1)
    signals = invented_pumps.frame[FEATURES]
    logged = tracking.log_run(
        mlflow_server, "pumps", "a try", model, user="dora", use_case="pumps", params=model.get_params(), metrics={},
        manifest=campaign_manifest(trial, split_seed=1), sample=signals.head(), register_as=kind.__name__,
    )  # fmt: skip
    client.set_registered_model_alias(kind.__name__, "live", logged.version)
    assert _live(mlflow_server, kind.__name__).model.predict(signals).equals(model.predict(signals))


def test_without_an_alias_or_a_model_nothing_is_live(log, mlflow_server):
    log(ConstantRule(1), register_as="never-live")
    assert tracking.load_live(mlflow_server, "never-live", "live") is None
    assert tracking.load_live(mlflow_server, "no-such-model", "live") is None


def test_the_alias_is_followed_when_it_moves(log, client, mlflow_server, trial):
    for arm in (1, 2):
        logged = log(ConstantRule(arm), register_as="moving")
        client.set_registered_model_alias("moving", "live", logged.version)
        live = _live(mlflow_server, "moving")
        assert set(live.model.decide(trial.covariates)) == {arm}


def test_a_file_holding_anything_but_our_classes_is_not_loaded(tmp_path):
    skops.io.dump({"call": Fraction(1, 2)}, tmp_path / "model.skops")
    with pytest.raises(UntrustedTypesFoundException):
        skops.io.load(tmp_path / "model.skops", trusted=tracking.TRUSTED)
