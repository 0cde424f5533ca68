"""The one door to MLflow. Workers only: importing MLflow takes seconds, so it happens when first spoken to.

Dataclasses in and out. A server that does not answer as it should raises `Unreachable`; what MLflow does not have,
`NotThere`. Nothing here decides anything.
"""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

PAGE = 500
# MLflow's own search has no "one of" for tags; LIKE finds every run that names a use case.
TAG = "passerelle.use_case"
TAGGED = f"tags.`{TAG}` LIKE '%'"
EXPERIMENTS_AT_ONCE = 200
LARGEST_FILE = 8 * 2**30
IDENTIFIER = re.compile(r"[-a-zA-Z0-9_]{1,64}")
SETTINGS = {
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_ALLOW_HTTP_REDIRECTS": "false",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "GIT_PYTHON_REFRESH": "quiet",
}


class Unreachable(Exception):
    """The server does not answer, or not as MLflow answers."""


class NotThere(Exception):
    """MLflow answers that it has no such thing."""


@dataclass(frozen=True, slots=True)
class FoundRun:
    """A run as MLflow tells it; times in UTC, metrics as last logged (NaN and infinities included)."""

    mlflow_id: str
    experiment_id: str
    name: str
    status: str
    author: str
    started_at: datetime | None
    ended_at: datetime | None
    params: dict[str, str] = field(default_factory=dict)
    metrics: dict[str, float] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FoundVersion:
    """A registered model version as MLflow tells it; `run_id` is empty when it came from no run."""

    name: str
    version: str
    run_id: str
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class File:
    """An artefact file: its path inside the model, its size in bytes, the SHA-256 of its content."""

    path: str
    size: int
    sha256: str


def experiment_ids(url: str, names: Sequence[str]) -> dict[str, str]:
    """MLflow's identifiers of the experiments with these names; names that are not there are left out."""
    with _speaking(url) as client:
        found = {name: client.get_experiment_by_name(name) for name in names}
    return {name: str(one.experiment_id) for name, one in found.items() if one is not None}


def every_experiment_id(url: str) -> list[str]:
    """The identifiers of all experiments of the server."""
    ids: list[str] = []
    token = None
    while True:
        with _speaking(url) as client:
            page = client.search_experiments(max_results=1000, page_token=token)
        ids += [str(one.experiment_id) for one in page]
        token = page.token
        if not token:
            return ids


def runs(
    url: str,
    experiments: Sequence[str],
    *,
    since: datetime | None = None,
    tagged: bool = False,
    ids: Sequence[str] = (),
) -> Iterator[list[FoundRun]]:
    """Pages of runs of these experiments, oldest start first, deleted ones included (status "DELETED").

    `since`: started then or later. `tagged`: only those that name a use case. `ids`: only these runs.
    """
    clauses = [f"attributes.start_time >= {int(since.timestamp() * 1000)}"] if since else []
    if tagged:
        clauses.append(TAGGED)
    if ids:
        clauses.append("attributes.run_id IN ({})".format(", ".join(f"'{one}'" for one in ids)))
    for first in range(0, len(experiments), EXPERIMENTS_AT_ONCE):
        yield from _runs(url, list(experiments[first : first + EXPERIMENTS_AT_ONCE]), " AND ".join(clauses))


def versions_since(url: str, since: datetime | None) -> Iterator[list[FoundVersion]]:
    """Pages of the model versions created then or later (all of them for None), newest first."""
    token = None
    while True:
        with _speaking(url) as client:
            page = client.search_model_versions(
                max_results=PAGE, order_by=["creation_timestamp DESC"], page_token=token
            )
        found = [_version(one) for one in page]
        fresh = [one for one in found if since is None or one.created_at is None or one.created_at >= since]
        yield fresh
        token = page.token
        if not token or len(fresh) < len(found):
            return


def versions_of(url: str, run_ids: Sequence[str]) -> list[FoundVersion]:
    """The model versions registered from these runs."""
    with _speaking(url) as client:
        quoted = ", ".join(f"'{one}'" for one in run_ids)
        return [_version(one) for one in client.search_model_versions(f"run_id IN ({quoted})", max_results=10_000)]


def aliases(url: str, model: str) -> dict[str, str]:
    """The aliases of a registered model: alias → version. Raises NotThere when there is no such model."""
    with _speaking(url) as client:
        return {alias: str(version) for alias, version in client.get_registered_model(model).aliases.items()}


def set_alias(url: str, model: str, alias: str, version: str) -> None:
    """Put the alias on this version. Raises NotThere when there is no such version."""
    with _speaking(url) as client:
        client.set_registered_model_alias(model, alias, version)


def delete_alias(url: str, model: str, alias: str) -> None:
    """Take the alias off this model; a model or an alias that is not there is as good."""
    try:
        with _speaking(url) as client:
            client.delete_registered_model_alias(model, alias)
    except NotThere:
        return


def hash_files(url: str, model: str, version: str) -> Iterator[tuple[File, int]]:
    """Download every artefact file of a model version, one at a time, and yield it with how many there are.

    Only through the server itself: a version may say that its files are on this machine's disk or on any host.
    Raises NotThere when the version or its files are gone, ValueError for files elsewhere or a path that leads outside.
    """
    with _speaking(url) as client:
        from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

        source = client.get_model_version_download_uri(model, version)
        _refuse_elsewhere(source, url)
        repository: Any = get_artifact_repository(source, tracking_uri=url, registry_uri=url)
        paths = sorted(_walk(repository, None))
    for path in paths:
        with tempfile.TemporaryDirectory(prefix="passerelle-") as folder, _speaking(url):
            local = Path(repository.download_artifacts(path, folder))
            with local.open("rb") as content:
                digest = hashlib.file_digest(content, "sha256").hexdigest()
            yield File(path, local.stat().st_size, digest), len(paths)


@contextmanager
def _speaking(url: str) -> Iterator[Any]:
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    import requests
    from google.protobuf.json_format import ParseError  # type: ignore[import-untyped]
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException

    try:
        yield MlflowClient(tracking_uri=url, registry_uri=url)
    except MlflowException as error:
        if error.error_code == "RESOURCE_DOES_NOT_EXIST":
            raise NotThere(str(error)) from error
        raise Unreachable(str(error)[:500]) from error
    except (requests.RequestException, ParseError, KeyError) as error:
        raise Unreachable(repr(error)[:500]) from error


def _runs(url: str, experiments: list[str], condition: str) -> Iterator[list[FoundRun]]:
    token = None
    while True:
        with _speaking(url) as client:
            page = client.search_runs(
                experiments,
                filter_string=condition,
                run_view_type=3,  # ViewType.ALL: a run deleted in MLflow is shown as deleted here
                max_results=PAGE,
                order_by=["attributes.start_time ASC"],
                page_token=token,
            )
        # What cannot be an identifier cannot be an address here either.
        yield [_run(one) for one in page if IDENTIFIER.fullmatch(one.info.run_id)]
        token = page.token
        if not token:
            return


def _run(one: Any) -> FoundRun:
    info = one.info
    tags = dict(one.data.tags)
    return FoundRun(
        mlflow_id=info.run_id,
        experiment_id=str(info.experiment_id),
        name=info.run_name or "",
        status="DELETED" if info.lifecycle_stage == "deleted" else info.status,
        author=tags.get("mlflow.user", "") or info.user_id or "",
        started_at=_moment(info.start_time),
        ended_at=_moment(info.end_time),
        params=dict(one.data.params),
        metrics=dict(one.data.metrics),
        tags=tags,
    )


def _version(one: Any) -> FoundVersion:
    return FoundVersion(one.name, str(one.version), one.run_id or "", _moment(one.creation_timestamp))


def _moment(milliseconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds else None


def _walk(repository: Any, folder: str | None) -> Iterator[str]:
    for entry in repository.list_artifacts(folder):
        _refuse_outside(entry.path)
        if entry.is_dir:
            yield from _walk(repository, entry.path)
        elif (entry.file_size or 0) > LARGEST_FILE:
            raise ValueError(f"too large: {entry.path}")
        else:
            yield entry.path


def _refuse_elsewhere(source: str, url: str) -> None:
    """Only files that this server serves itself: whoever registers a version writes where it says that they are."""
    parts = urlsplit(source)
    if parts.scheme != "mlflow-artifacts" or parts.netloc not in ("", urlsplit(url).netloc):
        raise ValueError(f"not served by the tracking server: {source[:200]!r}")
    _refuse_outside(source.removeprefix("mlflow-artifacts:").lstrip("/"))


def _refuse_outside(path: str) -> None:
    """Only plain relative names, also after decoding once and twice (MLflow's own list has been lied to before)."""
    for text in (path, unquote(path), unquote(unquote(path))):
        if text.startswith("/") or ".." in text.split("/") or any(bad in text for bad in "\\#?\x00"):
            raise ValueError(f"leads outside: {path!r}")
