import pytest
from django.utils import timezone

from tests.fakes import ScriptedExecutor
from usecases.deployments import actions
from usecases.deployments.manifest import digest
from usecases.deployments.models import Deployment, Environment, Release, ReleaseStatus
from usecases.runs.models import ExternalIdentity, ModelVersion, Run, TrackingServer


@pytest.fixture
def executor(settings) -> type[ScriptedExecutor]:
    """The executor answers what the test writes in its script."""
    ScriptedExecutor.script, ScriptedExecutor.orders = [], []
    settings.EXECUTORS = ["tests.fakes.ScriptedExecutor"]
    return ScriptedExecutor


@pytest.fixture
def environment(db) -> Environment:
    return Environment.objects.create(name="Production", slug="production", is_production=True)


@pytest.fixture
def version(use_case) -> ModelVersion:
    """A model that `ana` (nobody knows who that is) registered."""
    moment = timezone.now()
    server = TrackingServer.objects.create(name="Lab", url="http://mlflow.example:5000")
    run = Run.objects.create(
        use_case=use_case,
        server=server,
        mlflow_id="r1",
        experiment_id="1",
        name="logistic",
        status="FINISHED",
        author="ana",
        seen_at=moment,
        metrics={"auc": 0.7},
        tags={"passerelle.metric": "auc"},
    )
    return ModelVersion.objects.create(
        use_case=use_case, server=server, run=run, name="uplift", version="4", seen_at=moment
    )


@pytest.fixture
def author(data, version):
    """Now it is known that `ana` is the data scientist."""
    ExternalIdentity.objects.create(name="ana", user=data)
    return data


@pytest.fixture
def seal(version, data, site):
    """A release as the worker leaves it."""

    def _seal(title: str = "Logistic regression", **changes) -> Release:
        manifest = {
            "kind": "model",
            "model": {"server": "Lab", "name": "uplift", "version": "4"},
            "artifacts": {"model.skops": {"sha256": "ab" * 32, "size": 1200}},
            "metrics": {"auc": 0.7},
            "params": {"c": "1"},
            "sites": dict(version.use_case.served_sites.values_list("site__slug", "specifics")),
            "title": title,
            **changes,
        }
        return Release.objects.create(
            use_case=version.use_case,
            number=version.use_case.releases.count() + 1,
            title=title,
            model_version=version,
            manifest=manifest,
            digest=digest(manifest),
            status=ReleaseStatus.READY,
            created_by=data,
        )

    return _seal


@pytest.fixture
def in_place(use_case, environment, site, it) -> Release:
    return actions.declare_in_place(use_case, environment, [site], "The manual rule", by=it)


@pytest.fixture
def request_it(seal, environment, site, author):
    """A request of the data scientist, who wrote the model."""

    def _request(**changes) -> Deployment:
        return actions.request_deployment(seal(**changes), environment, site, by=author, reason="Better")

    return _request


@pytest.fixture
def go_live(request_it, it, executor, carry_out):
    """Requested, approved and carried out."""

    def _live(**changes) -> Deployment:
        deployment = request_it(**changes)
        actions.approve(deployment, by=it)
        return carry_out(deployment)

    return _live


@pytest.fixture
def carry_out():
    """Let the worker do the open job of this deployment, here and now."""
    from portal.jobs import runner
    from portal.jobs.models import Job
    from usecases.deployments import tasks  # noqa: F401 (registers the handlers)

    def _carry_out(deployment: Deployment) -> Deployment:
        runner.run(Job.objects.filter(kind="deployments.execute", key=str(deployment.uid)).latest("id").pk)
        return Deployment.objects.for_pages().get(pk=deployment.pk)

    return _carry_out
