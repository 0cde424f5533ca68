"""The campaign's story: from the manual rule to a model in production, on people whose arm was really drawn."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import partial

import numpy as np
from django.utils.translation import override

from portal.demo import cast as casting
from portal.demo import money, problems, reviews
from portal.demo.cast import Cast
from portal.demo.datasets.campaign import Campaign
from portal.demo.iterating import Trio, Try, begin, end
from portal.demo.learning import campaigns, policies, split, value
from portal.demo.learning.manifest import campaign_manifest
from portal.demo.placing import go_live
from portal.demo.talking import converse
from portal.demo.teller import Teller, days, once
from portal.demo.tracked import Work, log, version_of
from portal.demo.weeks import LONG, NAME, Told, calendar, measure
from usecases.catalog import actions as catalog
from usecases.catalog.models import Availability, RiskTier, Stage, UseCase
from usecases.deployments import actions as deployments
from usecases.deployments.models import Deployment, DeploymentStatus
from usecases.kpis import actions as kpis
from usecases.kpis.models import KPI, Direction, Proof
from usecases.lifecycle import actions as lifecycle
from usecases.lifecycle.evaluate import evaluate
from usecases.lifecycle.models import GateKey, SignOff
from usecases.runs import actions as runs
from usecases.runs.models import Mark, Run

SLUG = "campaign"
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
# Opening, validation, five times live, three gates; and each model, each week.
STEPS = 10 + 2 + len(NAMES) + LONG.weeks


def tell(teller: Teller, cast: Cast, campaign: Campaign, start: datetime) -> None:
    """Play the weeks of the campaign's calendar from `start` (a Monday), after a month of preparation."""
    told = _open(teller, cast, campaign, start)
    kpi = _agree_on_a_kpi(told)
    _expect(told)
    _talk_about_it(told, kpi)
    _pass(told, Stage.POC, start - days(21))
    with teller.at(start - days(14)):
        _declare_the_manual_rule(told)
    tried = _try_models(told)
    plan = told.calendar
    batches = split.weekly_batches(told.halves.held_out, campaign.sites, plan.weeks, SEED)
    for week in range(plan.weeks):
        _iterate(told, kpi, week)
        _deploy_what_is_due(told, week, tried)
        measure(told, kpi, week, [batch for batch in batches if batch.week == week])
        if week == plan.uplift:
            _pass(told, Stage.INDUSTRIALISATION, start + days(7 * week + 3))
            reviews.hold(teller, cast, told.use_case, start + days(7 * week + 8.5), reviews.CAMPAIGN)
            reviews.hold(teller, cast, None, start + days(7 * week + 8.6), reviews.PORTFOLIO)
        if week == plan.best:
            _attest(told, start + days(7 * week + 1))
            _pass(told, Stage.PRODUCTION, start + days(7 * week + 3))
    _iterate(told, kpi, plan.weeks)
    finish = start + days(7 * plan.weeks)
    problems.write_down(teller, cast, told.use_case, told.business, start, finish, problems.CAMPAIGN)
    money.spend(teller, told.use_case, told.data, start, finish, money.CAMPAIGN)
    reviews.go_on(teller, cast, told.use_case, finish + days(2), reviews.CAMPAIGN)


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
                decision="Each Monday, decide what each person of the week receives: " + _arms(campaign) + ".",
                decision_users="Campaign operators",
                problem="The same rule is applied by hand to everybody, and nobody knows what it brings.",
                hypothesis="Choosing by the effect on each person brings more for the same number of contacts.",
                data_availability=Availability.THERE,
                data_frequency="Customers and contacts once a night, visits and purchases one week later.",
                annotation_capacity="None needed: the outcome of each contact is read from the sales system.",
                algorithm="Difference of two models, one per arm",
                algorithm_reason="It tells the effect on each person; a response model tells who would come anyway.",
                risk_tier=RiskTier.LIMITED,
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
                name="Successes per 100 people",
                unit="per 100",
                direction=Direction.UP,
                proof=Proof.EXPERIMENT,
                baseline=baseline,
                baseline_source=str(campaign.present_rule_words)[:240],
                target=None if baseline is None else baseline + 1,
                target_date=(told.start + days(7 * told.calendar.weeks)).date(),
                unit_value=Decimal(str(campaign.unit_value)),
                scale=100.0,
                outcome_delay=7,
                # Before the first model, the manual rule is compared with itself.
                counted_from=(told.start + days(7 * told.calendar.response)).date(),
                planned_n=max(100, len(told.halves.held_out)),
                proxy_metric=METRIC,
            ),
        )


def _expect(told: Told) -> None:
    """The business case of a whole roll-out: what is measured here is a sample of the customers."""
    money.set_rate(told.teller, told.cast, told.start - days(27), told.campaign.currency)
    money.expect(
        told.teller,
        told.use_case,
        told.data,
        told.business,
        told.start - days(24),
        "One success more per 100 people contacted, at the value of a success, for 60,000 people a month once every"
        " market is served; costs as planned by IT. Told for the demonstration: the weeks measured here are a sample.",
        [0, 600, 1_200, 2_100, 3_000, *[3_690] * 13],
        [11_000, 9_000, 7_500, 4_000, 1_500, *[700] * 13],
    )


def _talk_about_it(told: Told, kpi: KPI) -> None:
    converse(
        told.teller,
        "kpi",
        kpi.uid,
        told.start - days(24),
        [
            (told.business, "@amit does this count people who would have come anyway? The board will ask first."),
            (
                told.data,
                "No: only what is **gained** over the manual rule, with its interval. People who would have come"
                " anyway are in both arms.",
            ),
        ],
    )
    converse(
        told.teller,
        "use_case",
        told.use_case.uid,
        told.start - days(20),
        [
            (
                told.it,
                "Before the first Monday I need the list of markets and the hour at which the batch must be there."
                " @claire, who decides that?",
            ),
            (told.business, "The operators do. Monday 6:00, one market first; I told them on the phone."),
        ],
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
    if week == plan.second_site and _go_beyond(told, monday - days(3)):
        _go_live(told, _best(tried), told.second, monday - days(1))


# The four POCs, each put in production in one market.
TRIES = (
    Try(
        "The manual rule, through the portal",
        "The operators' own rule can be scored every Monday at 6:00 from the customer file; if it is late, or holds"
        " other keys than the campaign tool, no model would have run either.",
        "The customer file comes at 5:40 on most Mondays. Two keys differ between the file and the campaign tool: a"
        " table of correspondence was agreed on. (Told for the demonstration.)",
        plugs="baseline",
    ),
    Try(
        "A response model",
        "Whom to contact is better chosen by who answers than by the rule. It is wrong if the weekly result is not"
        " above the manual rule.",
        "Scoring takes seconds; waiting for the file takes the rest. IT put the alias in the run book.",
    ),
    Try(
        "Two-model uplift",
        "Whoever would have come anyway need not be contacted: two models, one per arm, tell them apart.",
        "Operators ask why somebody is not on the list any more: a sentence per customer was asked for.",
    ),
    Try(
        "The best of four kinds",
        "The kind that won in cross-validation keeps its lead on people nobody has seen.",
        "Nothing new was met: the same image and the same alias, with another version.",
    ),
)


def _iterate(told: Told, kpi: KPI, week: int) -> None:
    """On the Monday when another model takes over: close the iteration that ends, open the next one."""
    plan = told.calendar
    begins = (0, plan.response, plan.uplift, plan.best)
    monday = told.start + days(7 * week)
    trio = Trio(told.business, told.data, told.it)
    if week in (*begins[1:], plan.weeks):
        number = max(at for at, first in enumerate(begins) if first < week)
        end(told.teller, kpi, number, TRIES[number], trio, at=monday + days(0.3))
    if week in begins:
        number = begins.index(week)
        last = (*begins, plan.weeks)[number + 1]
        place = [told.sites[told.first]]
        until = told.start + days(7 * last)
        begin(told.teller, kpi, number, TRIES[number], place, by=told.data, at=monday + days(0.35), until=until)


def _go_beyond(told: Told, moment: datetime) -> bool:
    """Through the gate beyond the first site, if the KPI's own rule says so; whether it was passed."""
    with told.teller.at(moment), override("en"):
        gate = evaluate(told.use_case, GateKey.BEYOND)
        if gate.state == "open" and not gate.blocking:
            for person, role in ((told.business, "business"), (told.data, "data"), (told.it, "it")):
                if role in {seat.role for seat in gate.unsigned}:
                    lifecycle.sign(told.use_case, GateKey.BEYOND, by=person, role=role)
            lifecycle.pass_gate(told.use_case, GateKey.BEYOND, by=told.business)
        return evaluate(told.use_case, GateKey.BEYOND).state == "passed"


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


def _attest(told: Told, moment: datetime) -> None:
    said = {
        "lifecycle.business_case": "Read with the sponsor: the gain at the first site times the value of a success "
        "covers the cost of running it.",
        "lifecycle.users_briefed": "Two hours with the campaign operators of the first site; their questions are in "
        "the minutes. (Told for the demonstration.)",
    }
    tested = "A test alert of the check reached the on-call phone of IT and the operators' room. (Told, too.)"
    with told.teller.at(moment):
        for code, statement, person in (
            *((code, statement, told.business) for code, statement in said.items()),
            ("lifecycle.alert_channel_tested", tested, told.it),
        ):
            if not told.use_case.attestations.filter(code=code).exists():
                lifecycle.attest(told.use_case, Stage.PRODUCTION, code, statement, moment.date(), by=person)


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
    titles = [str(title) for title in campaign.arm_titles]
    return ", ".join(title[:1].lower() + title[1:] for title in titles)


def _provenance(campaign: Campaign) -> str:
    parts = [campaign.title, campaign.origin, campaign.licence, campaign.present_rule_words, campaign.sites_words]
    sentences = [str(part).rstrip(".") + "." for part in (*parts, campaign.money_words, *campaign.caveats)]
    return " ".join(sentences) + " People, dates and sign-offs are made up."


def _slug(label: str) -> str:
    return "market-" + "".join(letter if letter.isalnum() else "-" for letter in label.lower()).strip("-")
