"""The campaign's story: from the manual rule to a model in production, on people whose arm was really drawn."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial

import numpy as np
from django.utils.translation import override

from monitoring.checks import actions as checks
from monitoring.incidents import actions as incidents
from monitoring.incidents.models import Incident, IncidentStatus
from monitoring.series import actions as series
from monitoring.series.ingest import Payload, SeriesIn
from monitoring.series.models import Series
from portal.demo import cast as casting
from portal.demo.cast import Cast
from portal.demo.datasets.campaign import Campaign
from portal.demo.learning import campaigns, policies, split, value
from portal.demo.learning.manifest import campaign_manifest
from portal.demo.learning.tracking import load_live
from portal.demo.placing import go_live
from portal.demo.teller import Teller, days, once
from portal.demo.tracked import Work, log, version_of
from portal.people.models import User
from usecases.catalog import actions as catalog
from usecases.catalog.models import Site, Stage, UseCase
from usecases.deployments import actions as deployments
from usecases.deployments.models import Deployment, DeploymentStatus
from usecases.kpis import actions as kpis
from usecases.kpis.models import KPI, Direction, MeasurementStatus, Proof, Source
from usecases.lifecycle import actions as lifecycle
from usecases.lifecycle.models import SignOff
from usecases.runs import actions as runs
from usecases.runs.models import Mark, Run

SLUG = "campaign"
NAME = "Spring campaign"
SEED = 20080320
DRAWS = 200
# Successes per 100 people gained over the manual rule, at the same number of contacts.
METRIC = "outcomes_gain"
MANUAL, EVERYBODY = "Manual rule, through the portal", "Everybody gets the same"
NAMES: dict[type[policies.Targeting], str] = {
    policies.ResponseModel: "Response model",
    policies.TwoModelUplift: "Two-model uplift",
    policies.InteractionUplift: "Uplift with interactions",
    policies.DoublyRobustUplift: "Doubly robust uplift",
}


@dataclass(frozen=True, slots=True)
class Calendar:
    """How many weeks there are people for, and in which week (from 0) each thing happens."""

    weeks: int
    response: int
    uplift: int
    best: int
    second_site: int

    @property
    def steps(self) -> int:
        """How many things the story says it does."""
        return 2 + len(NAMES) + 2 + 5 + self.weeks + 3


LONG = Calendar(weeks=13, response=3, uplift=6, best=9, second_site=10)
SHORT = Calendar(weeks=6, response=1, uplift=2, best=3, second_site=4)


def calendar(campaign: Campaign) -> Calendar:
    """Thirteen weeks, or six when thirteen would leave a handful of people in each."""
    return LONG if len(campaign) > 10_000 else SHORT


@dataclass(frozen=True, slots=True)
class Told:
    """What the steps of the story share."""

    teller: Teller
    cast: Cast
    campaign: Campaign
    halves: split.Split
    use_case: UseCase
    sites: Mapping[str, Site]
    calendar: Calendar
    start: datetime  # Monday 00:00 of the first week

    @property
    def business(self) -> User:
        """Who answers for the KPI."""
        return self.cast["claire"]

    @property
    def data(self) -> User:
        """Who makes the models."""
        return self.cast["amit"]

    @property
    def it(self) -> User:
        """Who operates."""
        return self.cast["jonas"]

    @property
    def first(self) -> str:
        """The label of the site where each model is tried first: the smallest."""
        return min(self.sites, key=lambda label: int((self.campaign.sites == label).sum()))

    @property
    def second(self) -> str:
        """The label of the site that follows."""
        return sorted(set(self.sites) - {self.first})[0]


def tell(teller: Teller, cast: Cast, campaign: Campaign, start: datetime) -> None:
    """Play the weeks of the campaign's calendar from `start` (a Monday), after a month of preparation."""
    told = _open(teller, cast, campaign, start)
    kpi = _agree_on_a_kpi(told)
    _pass(told, Stage.POC, start - days(21))
    with teller.at(start - days(14)):
        _declare_the_manual_rule(told)
    tried = _try_models(told)
    plan = told.calendar
    batches = split.weekly_batches(told.halves.held_out, campaign.sites, plan.weeks, SEED)
    for week in range(plan.weeks):
        _deploy_what_is_due(told, week, tried)
        _measure(told, kpi, week, [batch for batch in batches if batch.week == week])
        if week == plan.uplift - 1:
            _pass(told, Stage.INDUSTRIALISATION, start + days(7 * week + 3))
        if week == plan.best:
            _attest(told, start + days(7 * week + 1))
            _pass(told, Stage.PRODUCTION, start + days(7 * week + 3))


def _open(teller: Teller, cast: Cast, campaign: Campaign, start: datetime) -> Told:
    teller.step("demo.opening", name=NAME)
    with teller.at(start - days(28)), override("en"):
        admin = cast["alix"]
        top = casting.site("Retail", "retail", "market group", by=admin)
        sites = {
            label: casting.site(label, _slug(label), "market", by=admin, parent=top) for label in campaign.site_names
        }
        use_case = once(
            UseCase.objects.filter(slug=SLUG),
            lambda: catalog.create_use_case(
                cast.teams["marketing"],
                by=cast["claire"],
                name=NAME,
                slug=SLUG,
                decision="Each Monday, decide what each customer of the week receives: " + _arms(campaign) + ".",
                decision_users="Campaign operators",
                problem="The same rule is applied by hand to everybody, and nobody knows what it brings.",
                hypothesis="Choosing by the effect on each person brings more for the same number of contacts.",
                currency=campaign.currency,
                data_note=_provenance(campaign),
            ),
        )
        for site in sites.values():
            catalog.serve_site(use_case, site, by=cast["claire"], specifics=str(campaign.sites_words))
    return Told(teller, cast, campaign, split.split(campaign, SEED), use_case, sites, calendar(campaign), start)


def _agree_on_a_kpi(told: Told) -> KPI:
    """The baseline is the manual rule's own result on the people models learn from; the target a point above it."""
    campaign = told.campaign
    present = value.measure_batch(campaign, told.halves.train, policies.WrittenRule(campaign.name))
    baseline = None if present is None else round(present.policy.value, 2)
    with told.teller.at(told.start - days(25)), override("en"):
        return once(
            KPI.objects.filter(use_case=told.use_case),
            lambda: kpis.define_kpi(
                told.use_case,
                by=told.business,
                name="Successes per 100 customers",
                unit="per 100",
                direction=Direction.UP,
                proof=Proof.EXPERIMENT,
                baseline=baseline,
                baseline_source=str(campaign.present_rule_words)[:240],
                target=None if baseline is None else baseline + 1,
                target_date=(told.start + days(7 * told.calendar.weeks)).date(),
                unit_value=Decimal(str(campaign.unit_value)),
                proxy_metric=METRIC,
            ),
        )


def _declare_the_manual_rule(told: Told) -> None:
    if told.use_case.deployments.exists():
        return
    deployments.declare_in_place(
        told.use_case,
        told.cast.production,
        list(told.sites.values()),
        "Manual rule",
        str(told.campaign.present_rule_words),
        by=told.it,
    )


def _try_models(told: Told) -> Mapping[str, Run]:
    """Log the rules and every kind of model; the candidate is the kind that won on the learning half alone."""
    campaign, train = told.campaign, told.halves.train
    names = [MANUAL, EVERYBODY, *NAMES.values()]
    found = {run.name: run for run in Run.objects.filter(use_case=told.use_case)}
    if all(name in found for name in names):
        return found
    told.teller.step("demo.validating", name=NAME)
    ranking = campaigns.cross_validate(campaign, train, SEED, tuple(NAMES))
    worth = {NAMES[one.kind]: float(np.mean(one.worth)) for one in ranking}
    manifest = campaign_manifest(campaign, SEED)

    def work(name: str, learn: Callable[[], policies.Policy]) -> Work:
        policy = learn()
        measures = value.evaluate(campaign, told.halves.held_out, policy, seed=SEED, draws=DRAWS)
        return Work(
            model=policy,
            params=policies.parameters(policy) | {"kind": type(policy).__name__},
            metrics=measures | ({"worth_in_cross_validation": worth[name]} if name in worth else {}),
            manifest=manifest,
            sample=campaign.covariates.head(20),
            metric=METRIC,
            curves={"qini_curve": campaigns.qini_steps(campaign, told.halves.held_out, policy)},
        )

    learned: dict[str, Callable[[], policies.Policy]] = {
        MANUAL: partial(policies.WrittenRule, campaign.name),
        EVERYBODY: partial(policies.ConstantRule, 1),
        **{name: partial(campaigns.fit, kind, campaign, train, SEED) for kind, name in NAMES.items()},
    }
    works = {name: partial(work, name, learn) for name, learn in learned.items()}
    with told.teller.at(told.start - days(10)):
        logged = log(told.teller, told.use_case, told.cast.server, works, by=told.data)
        if not told.use_case.runs.exclude(mark=Mark.NONE).exists():
            runs.mark(logged[MANUAL], Mark.BASELINE, by=told.data)
            runs.mark(_best(logged), Mark.CANDIDATE, by=told.data)
    return logged


def _best(logged: Mapping[str, Run]) -> Run:
    """The kind of model worth most in cross-validation, simple or not."""
    return max(
        (logged[name] for name in NAMES.values()), key=lambda run: float(run.metrics["worth_in_cross_validation"])
    )


def _deploy_what_is_due(told: Told, week: int, tried: Mapping[str, Run]) -> None:
    monday, plan = told.start + days(7 * week), told.calendar
    due = {
        0: tried[MANUAL],
        plan.response: tried[NAMES[policies.ResponseModel]],
        plan.uplift: tried[NAMES[policies.TwoModelUplift]],
        plan.best: _best(tried),
    }
    if week in due:
        _go_live(told, due[week], told.first, monday - days(1))
    if week == plan.best - 1:
        _rehearse_the_return(told, monday + days(2))
    if week == plan.second_site:
        _go_live(told, _best(tried), told.second, monday - days(1))


def _go_live(told: Told, run: Run, label: str, moment: datetime) -> None:
    told.teller.step("demo.deploying", name=run.name, site=label)
    go_live(
        told.teller,
        version_of(run),
        told.cast.production,
        told.sites[label],
        requester=told.data,
        approver=told.it,
        moment=moment,
    )


def _rehearse_the_return(told: Told, moment: datetime) -> None:
    live = Deployment.objects.filter(
        use_case=told.use_case, target__site=told.sites[told.first], status=DeploymentStatus.LIVE
    ).get()
    if told.use_case.deployments.filter(kind="roll_back").exists():
        return
    with told.teller.at(moment), override("en"):
        back = deployments.roll_back(
            live, by=told.it, reason="Rehearsal: the way back must be known before production."
        )
        told.teller.wait("deployments.execute", str(back.uid))


def _measure(told: Told, kpi: KPI, week: int, batches: Sequence[split.Batch]) -> None:
    """Score the week's people by what is live at their site, then send points and measurements, and look after them."""
    told.teller.step("demo.week", name=NAME, week=str(week + 1))
    end = told.start + days(7 * (week + 1))
    if told.use_case.batches.filter(key=_batch_key(week)).exists():
        return
    with told.teller.at(end + days(0.25)), override("en"):
        rows, points = [], []
        for batch in batches:
            began = time.perf_counter()
            policy = _live_policy(told, batch.site)
            measured = value.measure_batch(told.campaign, batch.rows, policy)
            seconds = time.perf_counter() - began
            if measured is None:
                continue
            rows.append((batch, measured))
            points.append((batch, measured, seconds))
        if not rows:
            return
        kpis.record_measurements(kpi, _measurements(told, rows, end), by=told.data, source=Source.API)
        series.send_points(told.use_case, _points(told, points, end), by=told.data, key=_batch_key(week))
        _watch(told, kpi)
        told.teller.wait("checks.evaluate", str(told.use_case.pk))
        told.teller.wait("incidents.sweep", str(told.use_case.pk))
    _look_after(told, kpi, week, end)


def _batch_key(week: int) -> str:
    """The points of a week are sent last: once they are there, the week was told."""
    return f"week-{week + 1}"


def _live_policy(told: Told, label: str) -> policies.Policy:
    """What decides at this site: the model behind the site's alias, or the manual rule when there is none."""
    target = told.use_case.targets.get(site=told.sites[label])
    live = load_live(told.cast.server.url, told.use_case.slug, target.alias)
    if live is None or not isinstance(live.model, policies.Policy):
        return policies.WrittenRule(told.campaign.name)
    return live.model


def _measurements(
    told: Told, rows: Sequence[tuple[split.Batch, value.BatchMeasure]], end: datetime
) -> list[dict[str, object]]:
    """One row per site, and one for all of them: the mean weighted by customers."""
    period = {"period_start": (end - days(7)).date(), "period_end": end.date()}
    found: list[dict[str, object]] = [
        period
        | {
            "site": told.sites[batch.site].slug,
            "value": measured.policy.value,
            "standard_error": measured.policy.error,
            "n": len(batch.rows),
            "reference_value": measured.present.value,
            "reference_standard_error": measured.present.error,
        }
        for batch, measured in rows
    ]
    sizes = np.array([len(batch.rows) for batch, _ in rows], dtype=np.float64)
    share = sizes / sizes.sum()
    ours = [measured.policy for _, measured in rows]
    theirs = [measured.present for _, measured in rows]
    found.append(
        period
        | {
            "value": float(share @ [one.value for one in ours]),
            "standard_error": float(np.sqrt(share**2 @ [one.error**2 for one in ours])),
            "n": int(sizes.sum()),
            "reference_value": float(share @ [one.value for one in theirs]),
            "reference_standard_error": float(np.sqrt(share**2 @ [one.error**2 for one in theirs])),
        }
    )
    return found


def _points(told: Told, rows: Sequence[tuple[split.Batch, value.BatchMeasure, float]], end: datetime) -> Payload:
    columns: list[tuple[SeriesIn, float]] = []
    for batch, measured, seconds in rows:
        slug = told.sites[batch.site].slug
        columns += [
            (SeriesIn("Successes per 100 customers", "business", "per 100", slug), measured.policy.value),
            (SeriesIn("Gain over the manual rule", "model", "points", slug), measured.gain.value),
            (SeriesIn("Customers in the batch", "data", "customers", slug), float(len(batch.rows))),
            (SeriesIn("Time to score the batch", "service", "s", slug), seconds),
        ]
    moment = int((end + days(0.25)).timestamp() * 1000)
    return Payload(
        series=[named for named, _ in columns],
        index=list(range(len(columns))),
        ts=[moment] * len(columns),
        value=[number for _, number in columns],
    )


def _watch(told: Told, kpi: KPI) -> None:
    """From the first batch on, one check: the first site must not fall under the manual rule's result."""
    if kpi.baseline is None or told.use_case.checks.exists():
        return
    watched = Series.objects.get(
        use_case=told.use_case, name="Successes per 100 customers", site=told.sites[told.first]
    )
    checks.define_check(
        told.use_case,
        watched,
        name=f"{told.first}: no worse than the manual rule",
        comparator="below",
        bound=kpi.baseline,
        severity="warning",
        k=1,
        window=1,
        by=told.data,
    )


def _look_after(told: Told, kpi: KPI, week: int, end: datetime) -> None:
    """IT takes an incident in hand the next day; data says why once it is over; business validates every month."""
    with told.teller.at(end + days(1)), override("en"):
        for incident in Incident.objects.filter(use_case=told.use_case, status=IncidentStatus.OPEN):
            incidents.acknowledge(incident, by=told.it)
        recovered = Incident.objects.filter(use_case=told.use_case, recovered_at__isnull=False)
        for incident in recovered.exclude(status=IncidentStatus.RESOLVED):
            incidents.resolve(
                incident,
                cause="One week read lower and the next came back: its interval held the manual rule's result, "
                "no fall is proven. Nothing was changed.",
                by=told.data,
            )
    provisional = kpi.measurements.filter(status=MeasurementStatus.PROVISIONAL)
    if week % 4 == 3 and provisional.exists():
        with told.teller.at(end + days(2)):
            kpis.validate_all(kpi, by=told.business)


def _attest(told: Told, moment: datetime) -> None:
    said = {
        "lifecycle.business_case": "Read with the sponsor: the gain at the first site times the value of a success "
        "covers the cost of running it.",
        "lifecycle.users_briefed": "Two hours with the campaign operators of the first site; their questions are in "
        "the minutes. (Told for the demonstration.)",
    }
    with told.teller.at(moment):
        for code, statement in said.items():
            if not told.use_case.attestations.filter(code=code).exists():
                lifecycle.attest(told.use_case, Stage.PRODUCTION, code, statement, by=told.business)


def _pass(told: Told, stage: Stage, moment: datetime) -> None:
    """Business, data and IT sign where signatures are asked; business passes the gate."""
    told.teller.step("demo.gate", name=NAME, stage=str(stage.label))
    told.use_case.refresh_from_db()
    if told.use_case.stage_changes.filter(to_stage=stage).exists():
        return
    with told.teller.at(moment), override("en"):
        if stage != Stage.POC:
            for person, role in ((told.business, "business"), (told.data, "data"), (told.it, "it")):
                if not SignOff.objects.filter(use_case=told.use_case, gate=stage, role=role).exists():
                    lifecycle.sign(told.use_case, stage, by=person, role=role)
        lifecycle.pass_gate(told.use_case, stage, by=told.business)


def _arms(campaign: Campaign) -> str:
    return ", ".join(str(title).lower() for title in campaign.arm_titles)


def _provenance(campaign: Campaign) -> str:
    parts = [campaign.title, campaign.origin, campaign.licence, campaign.present_rule_words, campaign.sites_words]
    sentences = [str(part).rstrip(".") + "." for part in (*parts, campaign.money_words, *campaign.caveats)]
    return " ".join(sentences) + " People, dates and sign-offs are played."


def _slug(label: str) -> str:
    return "market-" + "".join(letter if letter.isalnum() else "-" for letter in label.lower()).strip("-")
