"""Runs as a table: which parameters and metrics are worth a column, and the cells. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from usecases.runs.beats import figures
from usecases.runs.models import Run

PARAMS, METRICS = 6, 5


@dataclass(frozen=True, slots=True)
class Row:
    """A run and its cells, in the order of the columns; a metric is its value and its interval, in words."""

    run: Run
    params: list[str]
    metrics: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class RunTable:
    """Column names and rows; `more` counts the columns left out."""

    params: list[str]
    metrics: list[str]
    rows: list[Row]
    more: int


def metric_names(metrics: Iterable[Mapping[str, object]]) -> list[str]:
    """The names in the metrics of some runs, commonest first; bounds (`_low`, `_high`) belong to their metric."""
    counts = Counter(name for one in metrics for name in one)
    names = [name for name in counts if not _is_bound(name, counts)]
    return sorted(names, key=lambda name: (-counts[name], name))


def build(runs: Sequence[Run], first_metric: str = "") -> RunTable:
    """Columns for the parameters that differ between these runs and for their commonest metrics, and the rows."""
    differing = _differing(runs)
    metrics = metric_names(run.metrics for run in runs)
    if first_metric in metrics:
        metrics = [first_metric, *(name for name in metrics if name != first_metric)]
    params, shown = differing[:PARAMS], metrics[:METRICS]
    rows = [
        Row(run, [str(run.params.get(name, "")) for name in params], [figures(run, name) for name in shown])
        for run in runs
    ]
    return RunTable(params, shown, rows, len(differing) + len(metrics) - len(params) - len(shown))


def _differing(runs: Sequence[Run]) -> list[str]:
    values: dict[str, set[str]] = {}
    present: Counter[str] = Counter()
    for run in runs:
        for name, value in run.params.items():
            values.setdefault(name, set()).add(str(value))
            present[name] += 1
    return sorted(name for name in values if len(values[name]) > 1 or (present[name] < len(runs)))


def _is_bound(name: str, known: Counter[str]) -> bool:
    stem, _sep, end = name.rpartition("_")
    return end in ("low", "high") and stem in known
