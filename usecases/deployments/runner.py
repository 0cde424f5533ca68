"""The machine carries out what was approved: claim, do, say so. Every step can be done twice."""

from django.db import transaction

from portal import clock
from portal.jobs import queue
from portal.jobs.models import Job
from portal.jobs.runner import Progress, Transient
from usecases.deployments import executors, transitions
from usecases.deployments.executors import Order, Place
from usecases.deployments.models import Deployment, DeploymentKind, DeploymentStatus, Release, ReleaseStatus, Target

JOB = "deployments.execute"
MACHINE = "deployments.runner"


def execute(progress: Progress, deployment_id: int) -> None:
    """Make an approved deployment live. A worker that died in the middle is taken up where it was.

    Raises Transient while an outside system does not answer; after the last try the deployment has failed.
    """
    deployment = Deployment.objects.for_pages().get(pk=deployment_id)
    if deployment.status == DeploymentStatus.APPROVED:
        with transaction.atomic():
            transitions.move(deployment, DeploymentStatus.RUNNING, by=None, machine=MACHINE)
    if deployment.status != DeploymentStatus.RUNNING:
        return
    progress(0, 2, "deployments.asking", target=str(deployment.target))
    try:
        outcome = executors.named(deployment.executor).deploy(order(deployment))
    except executors.Unavailable as error:
        if progress.job.attempts >= progress.job.max_attempts:
            _fail(deployment, error.code, error.params)
            return
        raise Transient(error.code, **error.params) from error
    progress(1, 2, "deployments.asking", target=str(deployment.target))
    if outcome.done:
        _take_over(deployment)
    else:
        _fail(deployment, outcome.code, dict(outcome.params))


def order(deployment: Deployment) -> Order:
    """What the executor is told."""
    version = deployment.release.model_version
    artifacts = deployment.release.manifest.get("artifacts", {})
    return Order(
        key=str(deployment.uid),
        target=str(deployment.target),
        alias=deployment.target.alias,
        place=Place(version.server.url, version.name) if version else None,
        version=version.version if version else "",
        digest=deployment.digest,
        formerly=_formerly(deployment.target),
        files={path: file["sha256"] for path, file in artifacts.items()},
    )


def expire_requests() -> None:
    """End the requests that nobody decided in time, and pick up what a lost worker left."""
    late = Deployment.objects.for_pages().filter(
        status__in=(DeploymentStatus.REQUESTED, DeploymentStatus.CHANGES_ASKED), expires_at__lt=clock.now()
    )
    for deployment in late:
        with transaction.atomic():
            # Decided in this very moment by somebody: then it is not ours any more.
            if Deployment.objects.filter(pk=deployment.pk, status=deployment.status).select_for_update().exists():
                transitions.move(deployment, DeploymentStatus.EXPIRED, by=None, machine=MACHINE)
    for deployment in Deployment.objects.for_pages().filter(
        status__in=(DeploymentStatus.APPROVED, DeploymentStatus.RUNNING)
    ):
        _pick_up(deployment, queue.latest(JOB, str(deployment.uid)))
    for release in Release.objects.filter(status=ReleaseStatus.PREPARING).select_related("use_case__team"):
        _pick_up_release(release, queue.latest("releases.prepare", str(release.uid)))


def _pick_up(deployment: Deployment, job: Job | None) -> None:
    if job is None:
        about = queue.About(str(deployment), deployment.use_case.team, deployment.use_case.slug)
        queue.enqueue(JOB, str(deployment.uid), about=about, deployment_id=deployment.pk)
    elif job.gave_up:
        # Only an error nobody foresaw, or a worker killed three times, leaves it here: IT decides what is next.
        with transaction.atomic():
            if deployment.status == DeploymentStatus.APPROVED:
                transitions.move(deployment, DeploymentStatus.RUNNING, by=None, machine=MACHINE)
        _fail(deployment, job.note_code or "job.worker_lost", job.note_params)


def _pick_up_release(release: Release, job: Job | None) -> None:
    if job is None:
        about = queue.About(str(release), release.use_case.team, release.use_case.slug)
        queue.enqueue("releases.prepare", str(release.uid), about=about, release_id=release.pk)
    elif job.gave_up:
        with transaction.atomic():
            transitions.not_prepared(release, job.note_code or "job.worker_lost", job.note_params)


def _take_over(deployment: Deployment) -> None:
    """Running → live; what was live there until now is replaced at the same moment."""
    moment = clock.now()
    with transaction.atomic():
        Target.objects.select_for_update().get(pk=deployment.target_id)
        at_target = Deployment.objects.for_pages().filter(target=deployment.target_id).exclude(pk=deployment.pk)
        live = at_target.filter(status=DeploymentStatus.LIVE).first()
        if live is not None:
            transitions.move(live, DeploymentStatus.REPLACED, by=None, machine=MACHINE, live_until=moment)
        # A roll-back already knows what was before the release it returned to.
        previous = deployment.previous if deployment.kind == DeploymentKind.ROLL_BACK else live
        transitions.move(
            deployment, DeploymentStatus.LIVE, by=None, machine=MACHINE, live_from=moment, previous=previous
        )


def _fail(deployment: Deployment, code: str, params: dict[str, object]) -> None:
    with transaction.atomic():
        transitions.move(
            deployment, DeploymentStatus.FAILED, by=None, machine=MACHINE, failure_code=code, failure_params=params
        )


def _formerly(target: Target) -> tuple[Place, ...]:
    models = Release.objects.filter(deployments__target=target, model_version__isnull=False)
    pairs = models.values_list("model_version__server__url", "model_version__name").distinct()
    return tuple(Place(url, name) for url, name in sorted(pairs))
