"""A use case's past in a line: "created 200 · poc 130 · kpi 120 · live 90 · points 80". Numbers are days ago.

created N · exploration/poc/industrialisation/production/stopped N · kpi N [blind] [parallel] · measured N [beside]
(a week that ended then, with the system in place beside) · live N · points N · iteration N (closed then) ·
ml/integration N days D (ended with that day, from N days ago) · debt N [due M] [costs C] · problem N · paid N ·
baseline X · candidate X [on METRIC] · business/data/it N (did something then) · without business/data/it.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from portal import clock
from portal.audit.models import Event
from tests.living import live
from usecases.catalog.models import Site, UseCase
from usecases.iterations import actions as iterations
from usecases.iterations import arrivals
from usecases.kpis import actions as kpis
from usecases.kpis.models import KPI, Measurement
from usecases.lifecycle.models import StageChange
from usecases.problems import actions as problems
from usecases.problems.models import Problem
from usecases.roi.models import Cost
from usecases.runs.models import Run, TrackingServer

STAGES = ("exploration", "poc", "industrialisation", "production", "stopped")


def ago(days: float) -> datetime:
    """So many days before now."""
    return timezone.now() - timedelta(days=days)


def day(days: float) -> date:
    """The day so many days ago, in the organisation's zone."""
    return timezone.localdate(ago(days), timezone.get_default_timezone())


class Past:
    """Writes the rows of a line. Needs DEMO on: what people did is told at its own time."""

    def __init__(self, use_case: UseCase, site: Site, cast: dict[str, Any]) -> None:
        self.use_case, self.site, self.cast = use_case, site, cast
        self.verbs: dict[str, Callable[..., None]] = {
            "created": self.created,
            "kpi": self.kpi,
            "measured": self.measured,
            "live": self.live,
            "points": self.points,
            "iteration": self.iteration,
            "ml": lambda *words: self.effort("ml", *words),
            "integration": lambda *words: self.effort("integration", *words),
            "debt": lambda *words: self.problem("debt", *words),
            "problem": lambda *words: self.problem("problem", *words),
            "paid": self.paid,
            "baseline": lambda *words: self.run("baseline", *words),
            "candidate": lambda *words: self.run("candidate", *words),
            "without": self.without,
            **{stage: self.stage(stage) for stage in STAGES},
            **{role: self.acts(role) for role in ("business", "data", "it")},
        }

    def tell(self, line: str) -> UseCase:
        """Write all of it; returns the use case as it is then."""
        for part in line.split(" · "):
            verb, *words = part.split()
            self.verbs[verb](*words)
        self.use_case.refresh_from_db()
        return self.use_case

    def created(self, days: str) -> None:
        self.use_case.team.memberships.all()
        UseCase.objects.filter(pk=self.use_case.pk).update(occurred_at=ago(int(days)), stage_since=ago(int(days)))

    def stage(self, stage: str) -> Callable[[str], None]:
        def enter(days: str) -> None:
            before = UseCase.objects.get(pk=self.use_case.pk).stage
            UseCase.objects.filter(pk=self.use_case.pk).update(stage=stage, stage_since=ago(int(days)))
            by, at = self.cast["business"], ago(int(days))
            StageChange.objects.create(use_case=self.use_case, from_stage=before, to_stage=stage, by=by, occurred_at=at)

        return enter

    def kpi(self, days: str, *words: str) -> None:
        facts: dict[str, Any] = {"baseline": None if "blind" in words else 10.0, "scale": 100.0}
        facts["proof"] = "B" if "parallel" in words else "C"
        with clock.story(ago(int(days))):
            kpis.define_kpi(self.use_case, by=self.cast["business"], name="Visits", unit="per 100", **facts)

    def measured(self, days: str, *words: str) -> None:
        beside = {"reference_value": 10.0} if "beside" in words else {}
        kpi, by = KPI.objects.get(use_case=self.use_case), self.cast["business"]
        said = {"status": "validated", "validated_by": by, "recorded_by": by, "source": "typed"}
        start, end = day(int(days) + 7), day(int(days))
        Measurement.objects.create(kpi=kpi, period_start=start, period_end=end, value=11, n=100, **said, **beside)

    def live(self, days: str) -> None:
        live(self.use_case, self.site, ago(int(days)))

    def points(self, days: str) -> None:
        at = ago(int(days))
        arrivals.note(self.use_case, [arrivals.Span(self.site.pk, at.date(), at, at)])

    def iteration(self, days: str) -> None:
        with clock.story(ago(int(days) + 10)):
            one = iterations.open_iteration(
                self.use_case,
                by=self.cast["data"],
                kpi=KPI.objects.get(use_case=self.use_case),
                title="A try",
                hypothesis="It helps.",
                plugs="constant",
                sites=[self.site],
                starts_on=day(int(days) + 10),
                ends_on=day(int(days)),
            )
        with clock.story(ago(int(days))):
            said = {"decision": "pivot", "reason": "Not yet.", "findings": "Late files."}
            iterations.conclude(one, by=self.cast["business"], **said)
            for role in ("business", "data", "it"):
                iterations.sign(one, by=self.cast[role], role=role)

    def effort(self, kind: str, days: str, _days: str, number: str) -> None:
        last = self.use_case.costs.count()
        period = {"period_start": day(int(days)), "period_end": day(int(days) - 1)}
        spent = {"person_days": Decimal(number), "currency": "EUR", "recorded_by": self.cast["data"]}
        Cost.objects.create(use_case=self.use_case, number=last + 1, kind=kind, **period, **spent)

    def problem(self, kind: str, days: str, *words: str) -> None:
        said = dict(zip(words[::2], words[1::2], strict=True))
        due = day(int(said["due"])) if "due" in said else None
        cost = Decimal(said["costs"]) if "costs" in said else None
        facts: dict[str, Any] = {"kind": kind, "face": "data", "due": due, "cost_per_month": cost}
        with clock.story(ago(int(days))):
            problems.raise_problem(self.use_case, by=self.cast["data"], title="Keys by hand", **facts)

    def paid(self, days: str) -> None:
        with clock.story(ago(int(days))):
            debt = Problem.objects.open().select_related("use_case__team").get(use_case=self.use_case, kind="debt")
            problems.solve(debt, by=self.cast["data"])

    def run(self, mark: str, value: str, *words: str) -> None:
        server, _made = TrackingServer.objects.get_or_create(name="MLflow", url="http://127.0.0.1:5000")
        metric = words[1] if words else "auc"
        told = {"mark": mark, "metrics": {metric: float(value)}, "tags": {"passerelle.metric": "auc"}}
        ids = {"mlflow_id": f"{mark:_>32}", "experiment_id": "1", "name": mark, "status": "FINISHED"}
        Run.objects.create(use_case=self.use_case, server=server, seen_at=ago(0), started_at=ago(5), **ids, **told)

    def without(self, role: str) -> None:
        self.use_case.team.memberships.filter(role=role).delete()

    def acts(self, role: str) -> Callable[[str], None]:
        def act(days: str) -> None:
            Event.objects.create(
                actor=self.cast[role], verb="usecase.edited", use_case=self.use_case.slug, occurred_at=ago(int(days))
            )

        return act
