"""What gates ask of runs."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.registry import Criterion, Evidence
from usecases.catalog.models import UseCase
from usecases.runs import beats


def beats_simple_baseline(use_case: UseCase) -> Evidence:
    """Met when the marked candidate is better than the marked simple baseline, or the baseline itself goes on."""
    found = beats.compare(use_case)
    url = reverse("use_case_runs", args=[use_case.slug])
    return Evidence(found.met, found.sentence, url, "" if found.met else _("Look at the runs"))


CRITERIA = (
    Criterion(
        code="runs.beats_simple_baseline",
        title=_("The candidate beats the simple baseline"),
        why=_("A model that does not beat a simple rule is a cost without a gain."),
        face="model",
        role="data",
        check=beats_simple_baseline,
    ),
)
