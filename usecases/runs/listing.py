"""The list of runs: a column for each metric and parameter that tells these runs apart."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import FloatField, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.people.models import User
from portal.ui.tables import Between, Bulk, Choices, Column, Pick, Pill, Table
from usecases.catalog.models import UseCase
from usecases.runs import actions
from usecases.runs.beats import figures
from usecases.runs.models import RUN_STATUSES, Mark, Run
from usecases.runs.table import METRICS, PARAMS, differing, metric_names

CELLS = "usecases/runs/cells/"
# The newest runs say which columns there are.
SAMPLE = 200
# More columns than these nobody chooses from.
OFFERED = 40


class Metric(float):
    """A metric as a cell: the number for files, its words and interval for people."""

    words: str
    interval: str

    @classmethod
    def of(cls, run: Run, name: str) -> "Metric | None":
        """The metric of a run; None when the run has none, or no number."""
        value = run.metrics.get(name)
        if not isinstance(value, int | float):
            return None
        made = cls(value)
        made.words, made.interval = figures(run, name)
        return made


def runs_table(found: QuerySet[Run], *, use_case: UseCase | None) -> Table:
    """The list for these runs; one query. Inside a use case its parameters are shown, its name is not."""
    sample = list(found.select_related(None).order_by("-pk").only("metrics", "params")[:SAMPLE])
    metrics = metric_names(run.metrics for run in sample)[:OFFERED]
    params = differing(sample)[:OFFERED]
    columns = [
        *_first(use_case),
        *(_metric(name, hidden=place >= METRICS) for place, name in enumerate(metrics)),
        *(_param(name, hidden=use_case is None or place >= PARAMS) for place, name in enumerate(params)),
        *LAST,
    ]
    return Table(
        key="runs",
        title=_("Runs"),
        order="-started",
        then=("-pk",),
        search=("name", "author"),
        search_label=_("Name or author"),
        link=_link(use_case),
        filters=[*([] if use_case else [USE_CASE]), *FILTERS],
        bulk=BULK,
        columns=columns,
    )


def _link(use_case: UseCase | None) -> Callable[[Run], str]:
    return lambda run: reverse("run", args=[use_case.slug if use_case else run.use_case.slug, run.mlflow_id])


def _first(use_case: UseCase | None) -> Sequence[Column]:
    name = Column(key="run", title=_("Run"), value=str, template=CELLS + "run.html", sort=Lower("name"))
    where = Column(
        key="use_case",
        title=_("Use case"),
        value=lambda run: run.use_case.name,
        sort=Lower("use_case__name"),
        filter="use_case",
        filters_by=lambda run: run.use_case.slug,
    )
    return (name, STATUS) if use_case else (name, where, STATUS)


def _metric(name: str, *, hidden: bool) -> Column:
    return Column(
        key="m." + name.replace(",", ";"),
        title=name,
        value=lambda run: Metric.of(run, name),
        template=CELLS + "metric.html",
        sort=Cast(KeyTextTransform(name, "metrics"), FloatField()),
        numeric=True,
        hidden=hidden,
    )


def _param(name: str, *, hidden: bool) -> Column:
    return Column(
        key="p." + name.replace(",", ";"),
        title=name,
        value=lambda run: str(run.params.get(name, "")),
        sort=KeyTextTransform(name, "params"),
        hidden=hidden,
    )


def _mark(mark: Mark) -> Callable[[Any, User], object]:
    return lambda run, by: actions.mark(run, mark, by=by)


BULK = (
    Bulk(key="candidate", label=_("Mark as candidate"), icon="star", act=_mark(Mark.CANDIDATE)),
    Bulk(key="unmark", label=_("Take the mark off"), icon="x", act=_mark(Mark.NONE)),
)
USE_CASE = Pick(
    key="use_case",
    title=_("Use case"),
    source=lambda user: UseCase.objects.visible_to(user),
    field="use_case__slug",
)
FILTERS = (
    Choices(key="status", title=_("Status"), choices=RUN_STATUSES.items(), field="status"),
    Choices(key="mark", title=_("Mark"), choices=[(mark.value, mark.label) for mark in Mark if mark], field="mark"),
    Between(key="started", title=_("Started"), field="started_at"),
)
STATUS = Column(
    key="status",
    title=_("Status"),
    value=lambda run: Pill(run.tone, run.status_label),
    sort="status",
    filter="status",
    filters_by=lambda run: run.status,
)
LAST = (
    Column(key="started", title=_("Started"), value=lambda run: run.started_at, sort="started_at"),
    Column(key="ended", title=_("Ended"), value=lambda run: run.ended_at, sort="ended_at", hidden=True),
    Column(key="author", title=_("Author"), value=lambda run: run.author, sort="author", hidden=True),
    Column(
        key="mark",
        title=_("Mark"),
        value=lambda run: run.get_mark_display() if run.mark else "",
        sort="mark",
        filter="mark",
        filters_by=lambda run: run.mark,
        hidden=True,
    ),
    Column(key="mlflow", title=_("In MLflow"), value=lambda run: run.mlflow_url, template=CELLS + "mlflow.html"),
)
