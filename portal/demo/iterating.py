"""Iterations in a story: opened on the KPI as it is agreed, concluded on what was measured, signed by three people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import override

from portal.demo.teller import Teller
from portal.people.models import User
from usecases.catalog.models import Site
from usecases.iterations import actions as iterations
from usecases.iterations.models import Decision, Iteration, IterationStatus
from usecases.iterations.result import result
from usecases.kpis.models import KPI, Direction


@dataclass(frozen=True, slots=True)
class Try:
    """One iteration of a story: what is tried, and what integration taught. Its decision is read from its result."""

    title: str
    hypothesis: str
    findings: str
    plugs: str = "model"


@dataclass(frozen=True, slots=True)
class Trio:
    """Who signs."""

    business: User
    data: User
    it: User


def begin(
    teller: Teller, kpi: KPI, number: int, one: Try, sites: Sequence[Site], *, by: User, at: datetime, until: datetime
) -> None:
    """Open an iteration, unless it was opened before."""
    if Iteration.objects.filter(use_case=kpi.use_case, number=number).exists():
        return
    with teller.at(at), override("en"):
        iterations.open_iteration(
            kpi.use_case,
            by=by,
            kpi=KPI.objects.select_related("use_case__team", "owner").get(pk=kpi.pk),
            title=one.title,
            hypothesis=one.hypothesis,
            plugs=one.plugs,
            sites=sites,
            starts_on=at.date(),
            ends_on=until.date(),
        )


def end(teller: Teller, kpi: KPI, number: int, one: Try, trio: Trio, *, at: datetime) -> None:
    """Conclude an iteration on its result, and have it signed: go unless the KPI is below the system in place."""
    found = Iteration.objects.filter(use_case=kpi.use_case, number=number)
    iteration = found.select_related("use_case__team", "kpi_version__kpi__use_case__team").first()
    if iteration is None:
        return
    with teller.at(at), override("en"):
        if iteration.status == IterationStatus.OPEN:
            told = result(iteration)
            decision = _decision(kpi, told["difference"])
            reason = str(told["sentence"]["en"]) + (" We go on." if decision == Decision.GO else " We try otherwise.")
            iterations.conclude(iteration, by=trio.business, decision=decision, reason=reason, findings=one.findings)
        if iteration.status == IterationStatus.CONCLUDED:
            for person, role in ((trio.business, "business"), (trio.data, "data"), (trio.it, "it")):
                if not iteration.signatures.filter(round=iteration.round, role=role).exists():
                    iterations.sign(iteration, by=person, role=role)


def _decision(kpi: KPI, difference: float | None) -> str:
    """Go, unless what was measured is worse than the system in place."""
    if difference is None:
        return Decision.GO.value
    better = difference >= 0 if kpi.direction == Direction.UP else difference <= 0
    return Decision.GO.value if better else Decision.PIVOT.value
