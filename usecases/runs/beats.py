"""Does the candidate beat the simple baseline, on the metric that stands for the KPI?

The runs say which: the tag `passerelle.metric` names the metric, `passerelle.metric_direction` is `up` (more is
better, the default) or `down`. The candidate's tags win over the baseline's. Bounds are the metrics `<m>_low` and
`<m>_high` where they were logged.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from portal.ui import wording
from usecases.catalog.models import UseCase
from usecases.runs.models import Mark, Run

METRIC, DIRECTION = "passerelle.metric", "passerelle.metric_direction"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The answer (None: unknown), its sentence, and what it rests on."""

    met: bool | None
    sentence: str
    metric: str = ""
    baseline: Run | None = None
    candidate: Run | None = None


def compare(use_case: UseCase) -> Comparison:
    """The candidate against the simple baseline of this use case (one query)."""
    marked = {run.mark: run for run in Run.objects.filter(use_case=use_case).exclude(mark=Mark.NONE)}
    return judge(marked.get(Mark.BASELINE), marked.get(Mark.CANDIDATE))


def judge(baseline: Run | None, candidate: Run | None) -> Comparison:
    """The candidate against the simple baseline; None: no run is marked so."""
    if baseline is None:
        return Comparison(False, _("No run is marked as the simple baseline yet."), candidate=candidate)
    if candidate is None:
        sentence = _("No candidate is marked: the simple baseline (%(run)s) is what goes on.") % {"run": baseline}
        return Comparison(True, sentence, baseline=baseline)
    metric = str(candidate.tags.get(METRIC) or baseline.tags.get(METRIC) or "")
    if not metric:
        sentence = _("The runs do not say which metric counts: tag the candidate with passerelle.metric.")
        return Comparison(None, sentence, baseline=baseline, candidate=candidate)
    ours, theirs = candidate.metrics.get(metric), baseline.metrics.get(metric)
    if ours is None or theirs is None:
        sentence = _("%(metric)s is not known for both the candidate and the simple baseline.") % {"metric": metric}
        return Comparison(None, sentence, metric, baseline, candidate)
    lower_is_better = (candidate.tags.get(DIRECTION) or baseline.tags.get(DIRECTION)) == "down"
    better = ours < theirs if lower_is_better else ours > theirs
    template = (
        _("%(candidate)s beats the simple baseline on %(metric)s: %(ours)s against %(theirs)s.")
        if better
        else _("%(candidate)s does not beat the simple baseline on %(metric)s: %(ours)s against %(theirs)s.")
    )
    params = {
        "candidate": candidate,
        "metric": metric,
        "ours": said(candidate, metric),
        "theirs": said(baseline, metric),
    }
    return Comparison(better, template % params, metric, baseline, candidate)


def said(run: Run, metric: str) -> str:
    """A metric of a run in words, with its interval when it was logged; "unknown" when it is not."""
    value, interval = figures(run, metric)
    return f"{value} ({interval})" if interval else value


def figures(run: Run, metric: str) -> tuple[str, str]:
    """A metric of a run in words, and its interval; the latter empty when none was logged, or when it has no width."""
    value, bounds = run.metrics.get(metric), run.interval(metric)
    told = wording.number(value, digits(value))
    if bounds is None or bounds[0] == bounds[1]:
        return told, ""
    return told, wording.interval(*bounds, digits(value), signed=False)


def digits(value: float | None) -> int | None:
    """Decimals that show about four significant digits."""
    if value is None or value == 0:
        return None
    size = abs(value)
    return 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 10 else 3 if size >= 1 else 4
