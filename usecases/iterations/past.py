"""An iteration as it was: its status from its steps, what was agreed and where from the journal."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from portal.audit.models import Event
from portal.audit.rewind import rewind
from usecases.catalog.models import Site
from usecases.iterations.models import Iteration, IterationStatus, IterationStep
from usecases.kpis.models import KPI, KPIVersion

AGREED = ("iteration.opened", "iteration.agreed_again")


@dataclass(frozen=True, slots=True)
class Then:
    """What was known of an iteration on a day: its steps and sites; `kept`: its conclusion was not rewritten since."""

    steps: list[IterationStep]
    sites: list[Site]
    kept: bool = True


def as_it_was(iteration: Iteration, at: datetime) -> Then:
    """Give the iteration back, in memory, what it said `at`. Eight queries at most."""
    steps = list(iteration.steps.filter(at__lte=at).select_related("by"))
    latest, now = steps[-1], iteration.round
    rewind([iteration], at)
    iteration.status, iteration.status_since = latest.status, latest.at
    # It was opened once for each of its rounds.
    iteration.round = sum(step.status == IterationStatus.OPEN for step in steps)
    _agreed(iteration, at)
    kept = iteration.status == IterationStatus.OPEN or iteration.round == now
    if iteration.status == IterationStatus.OPEN:
        iteration.decision, iteration.reason, iteration.findings, iteration.result = "", "", "", None
    elif not kept:
        # Only its reason and its decision are in the history.
        concluded = next(step for step in reversed(steps) if step.status == IterationStatus.CONCLUDED)
        iteration.reason, iteration.concluded_by = concluded.comment, concluded.by
        iteration.decision = _decided(iteration, at)
        iteration.findings, iteration.result = "", None
    return Then(steps, _sites(iteration, at), kept)


def _events(iteration: Iteration) -> QuerySet[Event]:
    return Event._base_manager.filter(target_uid=iteration.uid).order_by("occurred_at", "id")


def _agreed(iteration: Iteration, at: datetime) -> None:
    """The version that was agreed on by then, of the KPI as it was."""
    told = _events(iteration).filter(verb__in=AGREED, occurred_at__lte=at).last()
    kpi = KPI.objects.select_related("use_case__team").get(pk=iteration.kpi_version.kpi_id)
    kpi.use_case = iteration.use_case
    number = told.data.get("params", {}).get("version") if told else None
    version = KPIVersion.objects.filter(kpi=kpi, number=number).first() if number else None
    if version is not None:
        iteration.kpi_version = version
    iteration.kpi_version.kpi = kpi


def _decided(iteration: Iteration, at: datetime) -> str:
    told = _events(iteration).filter(verb__startswith="iteration.concluded_", occurred_at__lte=at).last()
    return told.verb.removeprefix("iteration.concluded_") if told else ""


def _sites(iteration: Iteration, at: datetime) -> list[Site]:
    """Its sites that day: those before its first change since, else those of today."""
    changes = _events(iteration).filter(verb="iteration.amended", occurred_at__gt=at, data__before__has_key="sites")
    changed = changes.first()
    if changed is None:
        return list(iteration.sites.all())
    return list(Site.objects.filter(slug__in=changed.data["before"]["sites"]).order_by("name"))
