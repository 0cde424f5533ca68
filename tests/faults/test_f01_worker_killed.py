"""F1, F2: a worker killed in the middle, at each marked point: the job is done by another, its effect is there once."""

import os
import signal
import time

import pytest
from django.utils import timezone

from portal.audit.models import Event
from portal.jobs import queue
from portal.jobs.models import Job, JobAttempt, JobStatus, Outcome
from portal.people.models import Team
from tests.faults.handlers import KIND
from tests.faults.marked import POINTS
from usecases.deployments import actions
from usecases.deployments.manifest import digest
from usecases.deployments.models import Deployment, Environment, Release, ReleaseStatus
from usecases.runs.models import ModelVersion, Run, TrackingServer

# Where a deployment can be cut: it commits "running", then "live".
DEPLOYMENT_POINTS = [
    ("before_read", 1),
    ("after_read", 1),
    ("before_commit", 1),
    ("after_commit", 1),
    ("after_call", 1),
    ("before_commit", 2),
    ("after_commit", 2),
]


def _succeeded(job: Job) -> bool:
    return Job.objects.filter(pk=job.pk, status=JobStatus.SUCCEEDED).exists()


def _outcomes(job: Job) -> list[str]:
    return list(JobAttempt.objects.filter(job=job).order_by("number").values_list("outcome", flat=True))


def _settle(slug: str, url: str) -> Job:
    team = Team.objects.create(name=f"open {slug}", slug=slug)
    return queue.enqueue(KIND, slug, team_id=team.pk, url=url)


def test_f1_killed_at_each_of_five_points_the_effect_is_there_once(
    start_worker, order_death, sweep_until, outside, figure
):
    start_worker()
    longest = 0.0
    for point in POINTS:
        slug = point.replace("_", "-")
        order_death(KIND, point)
        job = _settle(slug, outside.url)
        longest = max(longest, sweep_until(lambda job=job: _succeeded(job)))
        assert _outcomes(job) == [Outcome.LOST, Outcome.SUCCEEDED], point
        assert Team.objects.filter(slug__startswith=f"{slug}-").count() == 1, point
        assert Team.objects.filter(name=f"settled {slug}").count() == 1, point
    figure("points", len(POINTS))
    figure("longest_seconds_to_done", longest)


@pytest.mark.proof
def test_f2_the_whole_tree_killed_another_worker_does_it_once(start_worker, sweep_until, outside, figure):
    first = start_worker()
    outside.go.clear()
    job = _settle("tree", outside.url)
    assert outside.reached.wait(30)
    killed = time.monotonic()
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    outside.go.set()
    start_worker()
    sweep_until(lambda: _succeeded(job))
    figure("seconds_from_kill_to_done_start_of_another_included", time.monotonic() - killed)
    assert _outcomes(job) == [Outcome.LOST, Outcome.SUCCEEDED]
    assert Team.objects.filter(slug__startswith="tree-").count() == 1


@pytest.mark.proof
def test_f2_a_worker_that_dies_at_every_try_is_given_up_and_the_job_says_so(
    start_worker, order_death, sweep_until, outside
):
    start_worker()
    team = Team.objects.create(name="open pill", slug="pill")
    order_death(KIND, "before_read")
    job = Job.objects.create(kind=KIND, key="pill", arguments={"team_id": team.pk, "url": outside.url}, max_attempts=1)
    sweep_until(lambda: Job.objects.filter(pk=job.pk, status=JobStatus.FAILED).exists())
    job.refresh_from_db()
    assert (job.note_code, _outcomes(job)) == ("job.worker_lost", [Outcome.LOST])
    assert not outside.puts


@pytest.fixture
def approve(use_case, site, data, it, second_it, outside):
    """Approve a new request: a release of a model whose alias the outside keeps."""
    server = TrackingServer.objects.create(name="Outside", url=outside.url)
    run = Run.objects.create(
        use_case=use_case,
        server=server,
        mlflow_id="r1",
        experiment_id="1",
        name="logistic",
        status="FINISHED",
        author="ana",
        seen_at=timezone.now(),
    )
    version = ModelVersion.objects.create(
        use_case=use_case, server=server, run=run, name="uplift", version="4", seen_at=timezone.now()
    )
    environment = Environment.objects.create(name="Production", slug="production", is_production=True)
    actions.declare_in_place(use_case, environment, [site], "The manual rule", by=it)

    def _approve() -> Deployment:
        number = use_case.releases.count() + 1
        sites = dict(use_case.served_sites.values_list("site__slug", "specifics"))
        manifest = {"kind": "model", "model": {"version": "4"}, "sites": sites, "title": str(number)}
        release = Release.objects.create(
            use_case=use_case,
            number=number,
            title=f"Release {number}",
            model_version=version,
            manifest=manifest,
            digest=digest(manifest),
            status=ReleaseStatus.READY,
            created_by=data,
        )
        deployment = actions.request_deployment(release, environment, site, by=data, reason="Better")
        for approver in (it, second_it):
            deployment = Deployment.objects.for_pages().get(pk=deployment.pk)
            if deployment.status == "requested":
                actions.approve(deployment, by=approver)
        return Deployment.objects.for_pages().get(pk=deployment.pk)

    return _approve


def _deploy(point, nth, *, approve, order_death, sweep_until) -> float:
    order_death("deployments.execute", point, nth)
    deployment = approve()
    job = queue.latest("deployments.execute", str(deployment.uid))
    assert job is not None
    took = sweep_until(lambda: _succeeded(job))
    assert _outcomes(job) == [Outcome.LOST, Outcome.SUCCEEDED], (point, nth)
    deployment.refresh_from_db()
    assert deployment.status == "live", (point, nth)
    assert Deployment.objects.filter(target=deployment.target, status="live").count() == 1
    told = Event.objects.filter(target_uid=deployment.uid).values_list("verb", flat=True)
    assert len(told) == len(set(told)), (point, nth, list(told))
    return took


def test_f1_a_deployment_cut_after_the_alias_moved_goes_live_once(start_worker, order_death, sweep_until, approve):
    start_worker()
    _deploy("after_call", 1, approve=approve, order_death=order_death, sweep_until=sweep_until)


@pytest.mark.proof
def test_f1_a_deployment_killed_at_every_point_goes_live_once(
    start_worker, order_death, sweep_until, approve, outside, figure
):
    start_worker()
    longest = 0.0
    for point, nth in DEPLOYMENT_POINTS:
        took = _deploy(point, nth, approve=approve, order_death=order_death, sweep_until=sweep_until)
        longest = max(longest, took)
    assert len(outside.puts) == 1  # one alias, one version: what was put again was the same
    figure("points", len(DEPLOYMENT_POINTS))
    figure("longest_seconds_to_done", longest)
