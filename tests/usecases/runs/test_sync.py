"""The synchronisation against a real MLflow server, and against servers that misbehave."""

import pytest
from mlflow import MlflowClient

import usecases.runs.tasks  # noqa: F401 (registers the handlers)
from portal.jobs import queue, runner
from portal.jobs.models import Job, JobStatus
from tests.fakes import misbehaving_http
from usecases.runs import mlflow_client
from usecases.runs.models import Experiment, ModelVersion, Run, TrackingServer


@pytest.fixture
def real(db, mlflow_server) -> TrackingServer:
    return TrackingServer.objects.create(name="Real", url=mlflow_server)


@pytest.fixture
def client(mlflow_server) -> MlflowClient:
    return MlflowClient(mlflow_server)


def read(server: TrackingServer, **arguments) -> Job:
    job = queue.enqueue("runs.sync", f"{server.pk}", server_id=server.pk, **arguments)
    runner.run(job.pk)
    job.refresh_from_db()
    return job


@pytest.fixture
def experiment(client) -> str:
    return client.create_experiment(f"lab-{Run.objects.count()}-{id(client)}")


@pytest.fixture
def link(use_case, real, client, experiment) -> Experiment:
    name = client.get_experiment(experiment).name
    return Experiment.objects.create(use_case=use_case, server=real, name=name)


def test_runs_of_a_linked_experiment_arrive_once(use_case, real, client, experiment, link):
    run = client.create_run(experiment, run_name="first", tags={"mlflow.user": "ana"})
    client.log_param(run.info.run_id, "depth", 3)
    client.log_metric(run.info.run_id, "auc", float("nan"))
    client.set_terminated(run.info.run_id)
    assert [read(real).status, read(real).status] == [JobStatus.SUCCEEDED] * 2
    found = Run.objects.get(experiment_id=experiment)
    assert (found.name, found.author, found.status, found.use_case) == ("first", "ana", "FINISHED", use_case)
    assert (found.params, found.metrics) == ({"depth": "3"}, {"auc": None})
    real.refresh_from_db()
    link.refresh_from_db()
    assert real.complete_as_of == link.complete_as_of


def test_a_run_that_was_running_is_read_until_it_ends_or_is_deleted(real, client, experiment, link):
    run = client.create_run(experiment, run_name="long")
    read(real)
    assert Run.objects.get(experiment_id=experiment).status == "RUNNING"
    client.log_metric(run.info.run_id, "auc", 0.7)
    client.set_terminated(run.info.run_id)
    read(real)
    assert Run.objects.get(experiment_id=experiment).metrics == {"auc": 0.7}
    client.delete_run(run.info.run_id)
    read(real)
    assert Run.objects.get(experiment_id=experiment).status == "DELETED"


def test_a_run_links_itself_by_its_tag_unless_the_use_case_does_not_exist(use_case, real, client, experiment):
    client.create_run(experiment, run_name="ours", tags={"passerelle.use_case": use_case.slug})
    client.create_run(experiment, run_name="nobody's", tags={"passerelle.use_case": "not-there"})
    client.create_run(experiment, run_name="unlinked")
    read(real)
    assert [run.name for run in Run.objects.filter(experiment_id=experiment)] == ["ours"]


def test_versions_come_with_their_aliases(real, client, experiment, link):
    run = client.create_run(experiment)
    model = f"model-{run.info.run_id}"
    client.create_registered_model(model)
    client.create_model_version(model, client.get_run(run.info.run_id).info.artifact_uri, run.info.run_id)
    client.set_registered_model_alias(model, "production-rural", "1")
    read(real)
    found = ModelVersion.objects.filter(name=model).values_list("run__mlflow_id", "version", "aliases")
    assert found.get() == (run.info.run_id, "1", ["production-rural"])


def test_everything_is_read_when_asked(real, client, experiment, link):
    read(real)
    client.create_run(experiment, run_name="backdated", start_time=1_600_000_000_000)
    read(real)
    assert not Run.objects.filter(experiment_id=experiment).exists()
    read(real, everything=True)
    assert Run.objects.get(experiment_id=experiment).name == "backdated"


def test_a_nul_is_left_out_and_said():
    from usecases.runs.sync import _text

    assert _text("a\x00b\ud800") == "ab"


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (500, b"{}", "application/json"),
        (200, b"<html>hello</html>", "text/html"),
        (200, b'{"experiments": [', "application/json"),
        (302, b"", "text/html"),
    ],
)
def test_a_server_that_misbehaves_is_tried_again_and_said(use_case, db, status, body, kind):
    with misbehaving_http(status, body, kind) as url:
        server = TrackingServer.objects.create(name="Odd", url=url)
        job = read(server)
    assert (job.status, job.note_code) == (JobStatus.QUEUED, "runs.server_unreachable")
    assert "Odd" in job.note


def test_a_server_that_is_not_there_is_tried_again(db):
    job = read(TrackingServer.objects.create(name="Gone", url="http://127.0.0.1:9"))
    assert job.note_code == "runs.server_unreachable"


@pytest.mark.parametrize("path", ["/etc/passwd", "../x", "a/../../x", "%2e%2e/x", "%252e%252e/x", "a#b", "a?b", "a\\b"])
def test_a_file_that_leads_outside_is_refused(path):
    with pytest.raises(ValueError, match="outside"):
        mlflow_client._refuse_outside(path)


def test_each_server_is_read_every_minute(server):
    job = queue.enqueue("runs.sync_due", "all")
    runner.run(job.pk)
    assert Job.objects.get(kind="runs.sync").arguments == {"server_id": server.pk}
