"""Hashing and the alias, against a real MLflow server and against one that is away."""

import hashlib
from pathlib import Path

import pytest
from mlflow import MlflowClient

from portal.jobs import runner
from portal.jobs.models import Job
from usecases.catalog.models import UseCaseSite
from usecases.deployments import actions, tasks  # noqa: F401 (registers the handlers)
from usecases.deployments.executors import Order, Place, Unavailable
from usecases.deployments.executors.mlflow_alias import MlflowAlias
from usecases.deployments.manifest import digest
from usecases.deployments.models import Release
from usecases.runs.mlflow_client import hash_files
from usecases.runs.models import ModelVersion, TrackingServer


@pytest.fixture
def client(mlflow_server) -> MlflowClient:
    return MlflowClient(mlflow_server)


@pytest.fixture
def register(client, tmp_path: Path):
    """A model version with two files, on the real server: its name."""

    def _register(name: str) -> str:
        run = client.create_run("0")
        (tmp_path / "sub").mkdir(exist_ok=True)
        (tmp_path / "sub" / "weights.bin").write_bytes(b"weights")
        (tmp_path / "MLmodel").write_bytes(b"flavor: none")
        client.log_artifacts(run.info.run_id, str(tmp_path), "model")
        client.create_registered_model(name)
        client.create_model_version(name, f"{run.info.artifact_uri}/model", run.info.run_id)
        return name

    return _register


@pytest.fixture
def real_version(version, mlflow_server, register, request) -> ModelVersion:
    TrackingServer.objects.update(url=mlflow_server)
    version.name, version.version = register(request.node.name), "1"
    version.save()
    return ModelVersion.objects.get()


def prepare(release: Release) -> Release:
    runner.run(Job.objects.get(kind="releases.prepare", key=str(release.uid)).pk)
    release.refresh_from_db()
    return release


def test_a_worker_hashes_what_a_release_is_made_of(use_case, real_version, site, data):
    UseCaseSite.objects.update(specifics="Closed on Mondays")
    release = prepare(actions.create_release(use_case, real_version, "One", configuration={"threshold": 0.5}, by=data))
    assert (release.status, release.digest) == ("ready", digest(release.manifest))
    hashes = {path: file["sha256"] for path, file in release.manifest["artifacts"].items()}
    assert hashes["sub/weights.bin"] == hashlib.sha256(b"weights").hexdigest()
    assert release.manifest["configuration"] == {"threshold": 0.5}
    assert release.specifics == {site.slug: "Closed on Mondays"}


def test_a_version_that_is_gone_is_said(use_case, real_version, data):
    ModelVersion.objects.update(version="9")
    release = prepare(actions.create_release(use_case, real_version, "One", by=data))
    assert (release.status, release.failure_code) == ("failed", "releases.version_gone")


def test_while_the_server_is_away_the_release_is_still_being_prepared(use_case, version, data):
    TrackingServer.objects.update(url="http://127.0.0.1:9")
    release = prepare(actions.create_release(use_case, version, "One", by=data))
    assert release.status == "preparing"


def test_the_alias_moves_between_models_and_goes_with_the_system_in_place(client, mlflow_server, register):
    one, other = (Place(mlflow_server, register(name)) for name in ("move-one", "move-other"))
    both = (one, other)
    for _twice in range(2):
        order = Order("k", "Rural", "production-rural", one, "1", "d", formerly=both)
        assert MlflowAlias().deploy(order).done
    assert client.get_registered_model("move-one").aliases == {"production-rural": "1"}
    MlflowAlias().deploy(Order("k", "Rural", "production-rural", other, "1", "d", formerly=both))
    assert client.get_registered_model("move-one").aliases == {}
    assert MlflowAlias().deploy(Order("k", "Rural", "production-rural", None, "", "d", formerly=both)).done
    assert client.get_registered_model("move-other").aliases == {}


def test_a_version_that_mlflow_does_not_have_is_not_done(mlflow_server, register):
    place = Place(mlflow_server, register("gone"))
    outcome = MlflowAlias().deploy(Order("k", "Rural", "production-rural", place, "7", "d"))
    assert (outcome.done, outcome.code) == (False, "deployments.version_gone")


def test_a_server_that_is_away_is_unavailable():
    order = Order("k", "Rural", "production-rural", Place("http://127.0.0.1:9", "m"), "1", "d")
    with pytest.raises(Unavailable):
        MlflowAlias().deploy(order)


def test_files_changed_after_the_approval_are_not_deployed(client, mlflow_server, register, tmp_path):
    place = Place(mlflow_server, register("changed"))
    approved = {file.path: file.sha256 for file, _total in hash_files(mlflow_server, "changed", "1")}
    order = Order("k", "Rural", "production-rural", place, "1", "d", files=approved)
    assert MlflowAlias().deploy(order).done
    (tmp_path / "sub" / "weights.bin").write_bytes(b"others")
    run_id = client.get_model_version("changed", "1").run_id
    client.log_artifacts(run_id, str(tmp_path), "model")
    assert MlflowAlias().deploy(order).code == "deployments.files_changed"
