"""What gates ask of iterations."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.people.models import Role
from portal.registry import Criterion, Evidence
from usecases.catalog.models import UseCase
from usecases.iterations.conditions import conditions
from usecases.iterations.models import Decision, Iteration, IterationStatus


def closed_go_in_real_conditions(use_case: UseCase) -> Evidence:
    """Whether an iteration was live at a site on production flows and is closed "go" by business, data and IT.

    Three queries at most.
    """
    every = list(Iteration.objects.filter(use_case=use_case).select_related("use_case"))
    if not every:
        url = reverse("iteration_new", args=[use_case.slug])
        return Evidence(False, _("No iteration was opened yet."), url, _("Open an iteration"))
    where = conditions(every)
    for one in every:
        real = [site for site in where[one.pk] if site.on_flows]
        if one.status == IterationStatus.CLOSED and one.decision == Decision.GO and real:
            said = _("Iteration %(number)s closed “go” by business, data and IT. %(where)s")
            return Evidence(True, said % {"number": one.number, "where": real[0].sentence}, one.get_absolute_url())
    last = every[0]
    return Evidence(False, _why_not(last, [site for site in where[last.pk] if site.on_flows]), *_where(last))


def _why_not(last: Iteration, real: list[object]) -> str:
    facts = {"number": last.number, "decision": str(Decision(last.decision).label) if last.decision else ""}
    if last.status == IterationStatus.OPEN:
        if real:
            return _("Iteration %(number)s runs on production flows; it is not concluded yet.") % facts
        return _("Iteration %(number)s is not live at any of its sites on production flows yet.") % facts
    if last.status == IterationStatus.CONCLUDED:
        return _("Iteration %(number)s is concluded, and waits for signatures.") % facts
    if not real:
        return _("Iteration %(number)s was closed without having been live on production flows.") % facts
    return _("Iteration %(number)s was closed “%(decision)s”.") % facts


def _where(last: Iteration) -> tuple[str, str]:
    if last.status == IterationStatus.CLOSED:
        return reverse("iteration_new", args=[last.use_case.slug]), _("Open an iteration")
    return last.get_absolute_url(), _("Look at the iteration")


CRITERIA = [
    Criterion(
        code="iterations.closed_go",
        title=gettext_lazy("An iteration closed “go” in real conditions"),
        why=gettext_lazy("Live at a site, on production flows: computed from deployments and points, never typed."),
        face="integration",
        role=Role.BUSINESS,
        check=closed_go_in_real_conditions,
    )
]
