"""The machine hashes what a release is made of: artefacts, run, parameters, data, site specifics."""

from typing import Any

from django.db import transaction

from portal.jobs.runner import Progress, Transient
from usecases.catalog.models import UseCaseSite
from usecases.deployments import transitions
from usecases.deployments.manifest import digest
from usecases.deployments.models import Release, ReleaseStatus
from usecases.runs import mlflow_client as mlflow


def prepare(progress: Progress, release_id: int) -> None:
    """Hash the release and seal it, or say why not. Twice does nothing more. Raises Transient while MLflow is away."""
    release = Release.objects.select_related("use_case__team", "model_version__server", "model_version__run").get(
        pk=release_id
    )
    if release.status != ReleaseStatus.PREPARING or release.model_version is None:
        return
    try:
        manifest = model_manifest(progress, release)
    except mlflow.NotThere:
        _fail(release, "releases.version_gone", model=str(release.model_version))
    except ValueError as error:
        _fail(release, "releases.files_refused", detail=str(error))
    except mlflow.Unreachable as error:
        server = release.model_version.server.name
        if progress.job.attempts >= progress.job.max_attempts:
            _fail(release, "releases.server_unreachable", server=server)
            return
        raise Transient("releases.server_unreachable", server=server) from error
    else:
        with transaction.atomic():
            transitions.prepared(release, manifest, digest(manifest))


def model_manifest(progress: Progress, release: Release) -> dict[str, Any]:
    """Everything the digest covers, as JSON values. Raises what the MLflow client raises; ValueError without files."""
    version = release.model_version
    assert version is not None  # noqa: S101 (a database constraint: a model release has a version)
    artifacts: dict[str, dict[str, Any]] = {}
    for file, total in mlflow.hash_files(version.server.url, version.name, version.version):
        artifacts[file.path] = {"sha256": file.sha256, "size": file.size}
        progress(len(artifacts), total, "releases.hashing", file=file.path)
    if not artifacts:
        raise ValueError("no files")
    run = version.run
    return {
        "kind": release.kind,
        "model": {"server": version.server.name, "name": version.name, "version": version.version},
        "artifacts": artifacts,
        "run": run.mlflow_id if run else "",
        "commit": run.commit if run else "",
        "params": run.params if run else {},
        "metrics": run.metrics if run else {},
        "data": run.data_digest if run else "",
        "configuration": release.configuration,
        "sites": dict(UseCaseSite.objects.filter(use_case=release.use_case).values_list("site__slug", "specifics")),
    }


def _fail(release: Release, code: str, **params: Any) -> None:
    with transaction.atomic():
        transitions.not_prepared(release, code, params)
