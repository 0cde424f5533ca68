"""Which parameters and metrics of some runs are worth a column. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from usecases.runs.models import Run

# Shown unless the reader chooses.
PARAMS, METRICS = 6, 5


def metric_names(metrics: Iterable[Mapping[str, object]]) -> list[str]:
    """The names in the metrics of some runs, commonest first; bounds (`_low`, `_high`) belong to their metric."""
    counts = Counter(name for one in metrics for name in one)
    names = [name for name in counts if not _is_bound(name, counts)]
    return sorted(names, key=lambda name: (-counts[name], name))


def differing(runs: Sequence[Run]) -> list[str]:
    """The parameters that are not the same in all of these runs, by name."""
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
