"""A complex model that is not better than the simple one costs more, for nothing."""

from collections.abc import Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.registry import Finding, Signal
from usecases.catalog.models import UseCase
from usecases.runs.beats import judge
from usecases.runs.models import Mark, Run


def not_better(use_cases: Sequence[UseCase]) -> Mapping[int, Finding]:
    """Those whose candidate does not beat the simple baseline on the metric that counts. One query.

    A candidate that nobody can compare is unknown, and raises nothing here.
    """
    by_pk = {one.pk: one for one in use_cases}
    marked: dict[int, dict[str, Run]] = {}
    for run in Run.objects.filter(use_case__in=list(by_pk)).exclude(mark=Mark.NONE):
        if run.use_case_id is not None:
            marked.setdefault(run.use_case_id, {})[run.mark] = run
    found = {}
    for pk, runs in marked.items():
        compared = judge(runs.get(Mark.BASELINE), runs.get(Mark.CANDIDATE))
        ours, theirs = compared.candidate, compared.baseline
        if compared.met is not False or ours is None or theirs is None:
            continue
        params = {
            "candidate": ours.name,
            "baseline": theirs.name,
            "metric": compared.metric,
            "ours": f"{ours.metrics[compared.metric]:.4g}",
            "theirs": f"{theirs.metrics[compared.metric]:.4g}",
        }
        url = reverse("use_case_runs", args=[by_pk[pk].slug])
        found[pk] = Finding("curse.complex", params, url, ours.started_at)
    return found


SIGNALS = [Signal("complex", _("The complex model is not better than the simple one"), not_better)]
WORDS = {
    "curse.raised.complex": _("A signal was raised: the candidate is not better than the simple baseline."),
    "curse.cleared.complex": _("A signal is gone: the candidate is better than the simple baseline, or is it."),
    "curse.complex": _("%(candidate)s has %(ours)s of %(metric)s, the simple baseline (%(baseline)s) has %(theirs)s."),
    "curse.complex.do": _("Go on with the simple one"),
}
