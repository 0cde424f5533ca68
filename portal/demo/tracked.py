"""Runs of the story's data scientist: logged to MLflow once, read back by the portal's own synchronisation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from portal import clock
from portal.demo.learning import tracking
from portal.demo.learning.manifest import Manifest
from portal.demo.learning.uplift import Interval
from portal.demo.teller import Teller
from portal.errors import Refused
from portal.people.models import User
from usecases.catalog.models import UseCase
from usecases.runs import actions as runs
from usecases.runs.models import ModelVersion, Run, TrackingServer


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One thing the data scientist tried: the model, what it was made with, and what was measured of it."""

    model: tracking.Model
    params: Mapping[str, object]
    metrics: Mapping[str, float | Interval]
    manifest: Manifest
    sample: pd.DataFrame
    metric: str
    curves: Mapping[str, Mapping[int, float]] = field(default_factory=dict)


def log(
    teller: Teller,
    use_case: UseCase,
    server: TrackingServer,
    works: Mapping[str, Callable[[], Work]],
    *,
    by: User,
) -> dict[str, Run]:
    """Do and log each work that is not logged yet, have the portal read them all, and return their runs by name."""
    known = set(Run.objects.filter(use_case=use_case).values_list("name", flat=True))
    for name, do in works.items():
        if name in known:
            continue
        teller.step("demo.training", name=name)
        work = do()
        tracking.log_run(
            server.url,
            use_case.slug,
            name,
            work.model,
            user=by.username,
            use_case=use_case.slug,
            params=work.params,
            metrics=work.metrics,
            manifest=work.manifest,
            sample=work.sample,
            started_at=clock.now(),
            tags={"passerelle.metric": work.metric, "passerelle.metric_direction": "up"},
            curves=work.curves,
            register_as=use_case.slug,
        )
    if set(works) - known:
        for job in runs.request_sync(use_case, by=by):
            teller.wait(job.kind, job.key)
    found = {run.name: run for run in Run.objects.filter(use_case=use_case)}
    if absent := sorted(set(works) - set(found)):
        raise Refused(f"{server}: {', '.join(absent)}")
    return {name: found[name] for name in works}


def version_of(run: Run) -> ModelVersion:
    """The model version this run registered."""
    return ModelVersion.objects.get(run=run)
