"""The demo's data scientist in front of MLflow: log a run with its model and its data, load what is live.

The only file of the demo that imports MLflow. Models are stored by skops, without pickle, and read back here against
our own list of classes: the list MLflow would use comes with the model, so a crafted model could widen it.
"""

import json
import logging
import os
import tempfile
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

# Read when MLflow is imported or used: no progress bars, no links, no counting of users.
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
# A server that is down is said to be down within seconds, not minutes.
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "3")

import mlflow
import pandas as pd
import sklearn
import skops.io
from mlflow.entities import Metric
from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature, infer_signature
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE, RESOURCE_DOES_NOT_EXIST, ErrorCode
from mlflow.tracking import MlflowClient

from portal.demo.learning import diagnosis, policies
from portal.demo.learning.manifest import Manifest
from portal.demo.learning.uplift import Interval

logging.getLogger("mlflow").setLevel(logging.WARNING)
Model = policies.Policy | diagnosis.Diagnosis
KINDS: tuple[type[Model], ...] = (
    policies.ConstantRule,
    policies.WrittenRule,
    policies.ResponseModel,
    policies.TwoModelUplift,
    policies.InteractionUplift,
    policies.DoublyRobustUplift,
    *diagnosis.KINDS,
)
# Parts of fitted scikit-learn models that skops leaves to the reader to trust. None runs code of the file's choosing;
# a crafted tree could crash the worker, which then only starts again.
PARTS = [
    "numpy.dtype",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.tree._tree.Tree",
]
TRUSTED = [*(f"{kind.__module__}.{kind.__qualname__}" for kind in KINDS), *PARTS]
MODEL_FILE = "model.skops"


@dataclass(frozen=True, slots=True)
class Logged:
    """What MLflow calls the run, and the version registered, if one was."""

    run_id: str
    version: str | None


@dataclass(frozen=True, slots=True)
class Live:
    """The model behind an alias, and the version the alias stood on when it was read."""

    model: Model
    version: str
    run_id: str


def log_run(
    tracking_uri: str,
    experiment: str,
    name: str,
    model: Model,
    *,
    user: str,
    use_case: str,
    params: Mapping[str, object],
    metrics: Mapping[str, float | Interval],
    manifest: Manifest,
    sample: pd.DataFrame,
    started_at: datetime | None = None,
    tags: Mapping[str, str] | None = None,
    curves: Mapping[str, Mapping[int, float]] | None = None,
    register_as: str | None = None,
) -> Logged:
    """Log one finished run by `user` (free text to MLflow), with its model, and register the model when asked.

    An Interval becomes three metrics: its name, and `_low` and `_high`. `curves` are metrics with steps. `sample` is a
    few rows of model input, from which MLflow learns the columns. Raises MlflowException when the server says no.
    """
    began = int(time.time() * 1000)
    client = _client(tracking_uri)
    experiment_id = _experiment(client, experiment, use_case)
    ours = {"passerelle.use_case": use_case, "passerelle.data_sha256": str(manifest["sha256"]), "mlflow.user": user}
    start = None if started_at is None else int(started_at.timestamp() * 1000)
    created = client.create_run(experiment_id, start_time=start, tags={**(tags or {}), **ours}, run_name=name)
    with mlflow.start_run(run_id=created.info.run_id) as run:
        mlflow.log_params(dict(params))
        mlflow.log_metrics(_flat(metrics))
        if curves:
            client.log_batch(run.info.run_id, metrics=_steps(curves, run.info.start_time))
        mlflow.log_text(json.dumps(manifest, indent=2), "data_manifest.json")
        info = mlflow.sklearn.log_model(
            model,
            name="model",
            signature=_signature(sample, model),
            serialization_format="skops",
            skops_trusted_types=TRUSTED,
            pip_requirements=[f"scikit-learn=={sklearn.__version__}", f"pandas=={pd.__version__}"],
            registered_model_name=register_as,
            await_registration_for=0,
        )
    if start is not None:
        # The story's run took as long as this one really did.
        took = int(time.time() * 1000) - began
        client.set_terminated(run.info.run_id, end_time=start + took)
    version = info.registered_model_version
    return Logged(run.info.run_id, None if version is None else str(version))


def load_live(tracking_uri: str, model_name: str, alias: str) -> Live | None:
    """The model behind the alias, or None when the alias (or the model) is not there: the system in place decides then.

    Raises MlflowException when the server does not answer, skops' UntrustedTypesFoundException when the file holds
    anything but our own classes.
    """
    client = _client(tracking_uri)
    try:
        found = client.get_model_version_by_alias(model_name, alias)
    except MlflowException as error:
        # MLflow says "not found" in these two ways.
        absent = {ErrorCode.Name(RESOURCE_DOES_NOT_EXIST), ErrorCode.Name(INVALID_PARAMETER_VALUE)}
        if error.error_code in absent:
            return None
        raise
    with tempfile.TemporaryDirectory() as folder:
        path = mlflow.artifacts.download_artifacts(
            f"models:/{model_name}/{found.version}", dst_path=folder, tracking_uri=tracking_uri
        )
        model = skops.io.load(Path(path) / MODEL_FILE, trusted=TRUSTED)
    return Live(model, str(found.version), str(found.run_id))


def _client(tracking_uri: str) -> MlflowClient:
    """A client of this server alone: MLflow's registry and its artifacts follow the process's own address."""
    os.environ["MLFLOW_TRACKING_URI"] = tracking_uri
    mlflow.set_tracking_uri(tracking_uri)
    return MlflowClient(tracking_uri, registry_uri=tracking_uri)


def _experiment(client: MlflowClient, name: str, use_case: str) -> str:
    """The experiment's id; a new one carries the tag by which the portal links it to the use case by itself."""
    found = client.get_experiment_by_name(name)
    if found is not None:
        return str(found.experiment_id)
    return str(client.create_experiment(name, tags={"passerelle.use_case": use_case}))


def _signature(sample: pd.DataFrame, model: Model) -> ModelSignature:
    """Numbers are declared real, so that a missing one may come later."""
    numbers = dict.fromkeys(sample.select_dtypes("number"), "float64")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Hint: Inferred schema contains integer column")
        return infer_signature(sample.astype(numbers), model.predict(sample))


def _flat(metrics: Mapping[str, float | Interval]) -> dict[str, float]:
    flat: dict[str, float] = {}
    for name, value in metrics.items():
        if isinstance(value, Interval):
            flat |= {name: value.value, f"{name}_low": value.low, f"{name}_high": value.high}
        else:
            flat[name] = value
    return flat


def _steps(curves: Mapping[str, Mapping[int, float]], at: int) -> list[Metric]:
    return [Metric(name, value, at, step) for name, curve in curves.items() for step, value in curve.items()]
