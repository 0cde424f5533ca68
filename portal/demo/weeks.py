"""A week of the campaign's story: people scored by what is live, points and measurements sent, checks looked after."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.utils.translation import override

from monitoring.checks import actions as checks
from monitoring.incidents import actions as incidents
from monitoring.incidents.models import Incident, IncidentStatus
from monitoring.series import actions as series
from monitoring.series.models import Series
from monitoring.series.payload import Payload, SeriesIn
from portal.demo.cast import Cast
from portal.demo.datasets.campaign import Campaign
from portal.demo.learning import policies, split, value
from portal.demo.learning.tracking import load_live
from portal.demo.teller import Teller, days
from portal.people.models import User
from usecases.catalog.models import Site, UseCase
from usecases.kpis import actions as kpis
from usecases.kpis.models import KPI, MeasurementStatus, Source

NAME = "Spring campaign"


@dataclass(frozen=True, slots=True)
class Calendar:
    """How many weeks there are people for, and in which week (from 0) each thing happens."""

    weeks: int
    response: int
    uplift: int
    best: int
    second_site: int


ENOUGH = 80  # held-out people a week, of whom a third or more were given what is decided

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
        """The label of the site where each model is tried first: the smallest that has enough people a week."""
        held_out = self.campaign.sites[self.halves.held_out]
        sizes = {label: int((held_out == label).sum()) / self.calendar.weeks for label in self.sites}
        enough = [label for label, size in sizes.items() if size >= ENOUGH]
        return min(enough, key=sizes.__getitem__) if enough else max(sizes, key=sizes.__getitem__)

    @property
    def second(self) -> str:
        """The label of the site that follows."""
        return sorted(set(self.sites) - {self.first})[0]


def measure(told: Told, kpi: KPI, week: int, batches: Sequence[split.Batch]) -> None:
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
    """One row per site, and one for all of them: the mean weighted by people."""
    period = {"period_start": (end - days(7)).date(), "period_end": end.date()}
    found: list[dict[str, object]] = [
        period
        | {
            "site": told.sites[batch.site].slug,
            "value": measured.policy.value,
            "standard_error": measured.policy.error,
            "n": measured.policy.n,
            "reference_value": measured.present.value,
            "reference_standard_error": measured.present.error,
            "reference_n": measured.present.n,
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
            "n": sum(one.n for one in ours),
            "reference_value": float(share @ [one.value for one in theirs]),
            "reference_standard_error": float(np.sqrt(share**2 @ [one.error**2 for one in theirs])),
            "reference_n": sum(one.n for one in theirs),
        }
    )
    return found


def _points(told: Told, rows: Sequence[tuple[split.Batch, value.BatchMeasure, float]], end: datetime) -> Payload:
    columns: list[tuple[SeriesIn, float]] = []
    for batch, measured, seconds in rows:
        slug = told.sites[batch.site].slug
        columns += [
            (SeriesIn("Successes per 100 people", "business", "per 100", slug), measured.policy.value),
            (SeriesIn("Gain over the manual rule", "model", "points", slug), measured.gain.value),
            (SeriesIn("People in the batch", "data", "people", slug), float(len(batch.rows))),
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
    watched = Series.objects.filter(
        use_case=told.use_case, name="Successes per 100 people", site=told.sites[told.first]
    ).first()
    if watched is None:
        return
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
