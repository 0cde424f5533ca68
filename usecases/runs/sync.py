"""The machine reads what MLflow has: new runs, those still running here, a few of the oldest seen; model versions.

Everything can run twice. What was read is kept page by page: an experiment that is complete until some moment starts
from there next time, so a worker killed in the middle loses one page.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from portal.audit.record import record
from portal.jobs import queue
from portal.jobs.runner import Progress, Transient
from portal.notifications.actions import administrators, tell
from usecases.catalog.models import UseCase
from usecases.runs import mlflow_client as mlflow
from usecases.runs.mlflow_client import FoundRun, FoundVersion
from usecases.runs.models import Experiment, ModelVersion, Run, TrackingServer

# Clocks of clients differ, and a run's tags may come after its start.
OVERLAP = timedelta(hours=1)
RESCANNED = 100
MODELS_REREAD = 50
UNFINISHED = ("RUNNING", "SCHEDULED")
RUN_FIELDS = (
    "experiment_id",
    "name",
    "status",
    "author",
    "started_at",
    "ended_at",
    "params",
    "metrics",
    "tags",
    "seen_at",
)


def enqueue_due() -> None:
    """Ask for an incremental synchronisation of every declared server."""
    for pk, name in TrackingServer.objects.values_list("pk", "name"):
        queue.enqueue("runs.sync", key=str(pk), about=queue.About(name), server_id=pk)


def sync(progress: Progress, server_id: int, everything: bool = False) -> None:
    """Read what is new on this server, or everything. Raises Transient when it does not answer as it should."""
    server = TrackingServer.objects.get(pk=server_id)
    try:
        _Sync(server, progress, everything).all()
    except mlflow.Unreachable as error:
        with transaction.atomic():
            tell(
                "notice.sync_failing",
                administrators(),
                url=reverse("servers"),
                cause=f"sync:{server.pk}:{timezone.localdate()}",
                server=server.name,
            )
        raise Transient("runs.server_unreachable", server=server.name) from error


class _Sync:
    """One reading of one server; `done` counts the runs read so far."""

    def __init__(self, server: TrackingServer, progress: Progress, everything: bool) -> None:
        self.server = server
        self.progress = progress
        self.everything = everything
        self.since = self._overlapped(server.watermark)
        self.began = timezone.now()
        self.done = 0
        self.read: set[str] = set()
        self.models: set[str] = set()
        self.use_cases = {one.slug: one for one in UseCase.objects.select_related("team")}

    def all(self) -> None:
        """Runs first, then the model versions that came from them."""
        for experiment in self._linked():
            self._experiment(experiment)
        self._tagged()
        self._again()
        self._versions()
        self._aliases()
        earlier = Q(watermark__isnull=True) | Q(watermark__lt=self.began)
        TrackingServer.objects.filter(earlier, pk=self.server.pk).update(
            watermark=self.began, complete_as_of=self.began
        )
        self.progress(self.done, self.done, "runs.synchronised", runs=self.done)

    def _overlapped(self, moment: datetime | None) -> datetime | None:
        """Where to start reading from: None is the very beginning."""
        return None if moment is None or self.everything else moment - OVERLAP

    def _linked(self) -> list[Experiment]:
        linked = list(self.server.experiments.select_related("use_case__team"))
        unknown = [one.name for one in linked if not one.mlflow_id]
        if unknown:
            ids = mlflow.experiment_ids(self.server.url, unknown)
            for one in linked:
                if one.name in ids:
                    one.mlflow_id = ids[one.name]
                    one.save(update_fields=["mlflow_id"])
        return [one for one in linked if one.mlflow_id]

    def _experiment(self, experiment: Experiment) -> None:
        pages = mlflow.runs(self.server.url, [experiment.mlflow_id], since=self._overlapped(experiment.complete_as_of))
        for page in pages:
            self._keep(page, experiment.use_case)
            starts = [run.started_at for run in page if run.started_at]
            if starts:
                _complete(experiment, min(starts[-1], self.began))
        _complete(experiment, self.began)

    def _tagged(self) -> None:
        everywhere = mlflow.every_experiment_id(self.server.url)
        for page in mlflow.runs(self.server.url, everywhere, since=self.since, tagged=True):
            self._keep(page, None)

    def _again(self) -> None:
        """Late metrics, ends, tags and deletions: those unfinished here, and a few that were not read for long."""
        mine = Run.objects.filter(server=self.server, seen_at__lt=self.began).exclude(status="DELETED")
        asked = list(mine.filter(status__in=UNFINISHED).order_by("seen_at")[:RESCANNED])
        asked += list(mine.exclude(status__in=UNFINISHED).order_by("seen_at")[:RESCANNED])
        if not asked:
            return
        experiments = sorted({run.experiment_id for run in asked})
        for ids in _chunks([run.mlflow_id for run in asked], 100):
            for page in mlflow.runs(self.server.url, experiments, ids=ids):
                self._keep(page, None)
        gone = [run.pk for run in asked if run.mlflow_id not in self.read]
        Run.objects.filter(pk__in=gone).update(status="DELETED", seen_at=self.began)

    def _keep(self, page: Sequence[FoundRun], default: UseCase | None) -> None:
        """Write one page. A known run stays where it is; a new one goes where its tag says, else to `default`."""
        self.read.update(run.mlflow_id for run in page)
        known = dict(
            Run.objects.filter(server=self.server, mlflow_id__in=[run.mlflow_id for run in page]).values_list(
                "mlflow_id", "use_case_id"
            )
        )
        rows: dict[str, Run] = {}
        fresh: Counter[int] = Counter()
        places = {one.pk: one for one in self.use_cases.values()}
        for found in page:
            place = places.get(known.get(found.mlflow_id, 0)) or self.use_cases.get(found.tags.get(mlflow.TAG, ""))
            place = place or default
            if place is not None:
                rows[found.mlflow_id] = self._row(found, place)
                fresh[place.pk] += found.mlflow_id not in known
        with transaction.atomic():
            Run.objects.bulk_create(
                [rows[key] for key in sorted(rows)],
                update_conflicts=True,
                unique_fields=["server", "mlflow_id"],
                update_fields=RUN_FIELDS,
            )
            for pk, count in fresh.items():
                if count:
                    place = places[pk]
                    record(
                        "runs.found",
                        place,
                        by=None,
                        machine="runs.sync",
                        team=place.team,
                        use_case=place.slug,
                        server=self.server.name,
                        runs=count,
                    )
        self.done += len(rows)
        self.progress(self.done, 0, "runs.reading", runs=self.done, server=self.server.name)

    def _row(self, found: FoundRun, use_case: UseCase) -> Run:
        tags, params = _clean(found.tags), _clean(found.params)
        if tags != found.tags or params != found.params or _text(found.name) != found.name:
            tags["passerelle.cleaned"] = "characters that cannot be kept were left out"
        return Run(
            use_case=use_case,
            server=self.server,
            mlflow_id=found.mlflow_id,
            experiment_id=found.experiment_id,
            name=_text(found.name)[:250],
            status=found.status[:20],
            author=_text(found.author)[:250],
            started_at=found.started_at,
            ended_at=found.ended_at,
            params=params,
            metrics={_text(key): value if math.isfinite(value) else None for key, value in found.metrics.items()},
            tags=tags,
            seen_at=self.began,
        )

    def _versions(self) -> None:
        for page in mlflow.versions_since(self.server.url, self.since):
            self._keep_versions(page)
        if self.since is not None:
            # Runs linked just now may have been registered long ago.
            for ids in _chunks(sorted(self.read), 100):
                self._keep_versions(mlflow.versions_of(self.server.url, ids))

    def _keep_versions(self, page: Iterable[FoundVersion]) -> None:
        by_run: dict[str, list[FoundVersion]] = {}
        for found in page:
            by_run.setdefault(found.run_id, []).append(found)
        runs = Run.objects.filter(server=self.server, mlflow_id__in=by_run)
        rows = [
            ModelVersion(
                use_case_id=run.use_case_id,
                server=self.server,
                run=run,
                name=_text(found.name)[:250],
                version=found.version,
                created_at=found.created_at,
                seen_at=self.began,
            )
            for run in runs
            for found in by_run[run.mlflow_id]
        ]
        self.models.update(row.name for row in rows)
        ModelVersion.objects.bulk_create(
            sorted(rows, key=lambda row: (row.name, row.version)),
            update_conflicts=True,
            unique_fields=["server", "name", "version"],
            update_fields=["run", "created_at", "seen_at"],
        )

    def _aliases(self) -> None:
        """Aliases of the models just found, and of those not read for longest."""
        known = ModelVersion.objects.filter(server=self.server).order_by("seen_at").values_list("name", flat=True)
        for name in dict.fromkeys([*sorted(self.models), *known[:MODELS_REREAD]]):
            try:
                behind = mlflow.aliases(self.server.url, name)
            except mlflow.NotThere:
                behind = {}
            rows = list(ModelVersion.objects.filter(server=self.server, name=name))
            for row in rows:
                row.aliases = sorted(alias for alias, version in behind.items() if version == row.version)
                row.seen_at = self.began
            ModelVersion.objects.bulk_update(rows, ["aliases", "seen_at"])
            self.progress(self.done, 0, "runs.reading_models", model=name)


def _complete(experiment: Experiment, until: datetime) -> None:
    """Complete until then; never less than it was."""
    earlier = Q(complete_as_of__isnull=True) | Q(complete_as_of__lt=until)
    Experiment.objects.filter(earlier, pk=experiment.pk).update(complete_as_of=until)


def _clean(values: dict[str, str]) -> dict[str, str]:
    return {_text(key): _text(value) for key, value in values.items()}


def _text(value: str) -> str:
    """Without what PostgreSQL's text cannot hold: NUL and lone surrogates."""
    return value.replace("\x00", "").encode("utf-8", "ignore").decode()


def _chunks(items: Sequence[str], size: int) -> Iterator[list[str]]:
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk
