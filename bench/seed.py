"""The data set of P2, at any fraction of its size: the same shape and the same names each time.

`fill(Size.at(fraction))` writes to the database that Django is connected to and returns what a bench needs to walk it.
One use case, the *busy* one, is where lists are longest: it holds half of the runs and of the models and a tenth of
the series. The reader is a member of three teams, the busy one's among them.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from bench import business, readers
from bench.readers import Reader
from monitoring.checks.models import Check
from monitoring.feeds.models import KpiFeed
from monitoring.incidents.models import Incident
from monitoring.series import points
from monitoring.series.models import Series
from portal.audit import sealing
from portal.audit.models import Event
from portal.jobs.models import Job
from portal.notifications.models import ChatRoom, Endpoint, Notification
from portal.people.models import Membership, Role, Team, User
from portal.records import Record
from portal.saved_views.models import SavedView
from portal.signin.models import Session
from portal.talk.models import Comment
from usecases.catalog.models import Health, Site, Stage, UseCase, UseCaseSite
from usecases.deployments.models import Deployment, Environment, Release, Target
from usecases.kpis.models import KPI, Measurement
from usecases.reviews.models import Review
from usecases.runs.models import Experiment, ModelVersion, Run, TrackingServer
from usecases.templates.models import Template

ROWS = 5_000  # of one INSERT
WEEKS = 12
AGE = timedelta(days=400)
COUNTRIES, PER_COUNTRY = 20, 10
STAGES = (Stage.EXPLORATION, Stage.POC, Stage.INDUSTRIALISATION, Stage.PRODUCTION, Stage.STOPPED)
HEALTHS = (Health.HEALTHY, Health.WARNING, Health.ERROR, Health.UNKNOWN)
NAMES = ("Visits", "Latency", "Null rate", "Uplift", "Drift", "Alarms", "Lead time", "Freshness", "Answers", "Score")


@dataclass(frozen=True, slots=True)
class Size:
    """How many rows of each kind."""

    use_cases: int = 10_000
    teams: int = 500
    runs: int = 10_000
    models: int = 10_000
    series: int = 100_000
    points: int = 10_000_000

    @classmethod
    def at(cls, fraction: float) -> "Size":
        """The whole data set times `fraction` (0 < fraction ≤ 1)."""
        whole = cls()
        return cls(*(max(10, round(getattr(whole, name) * fraction)) for name in cls.__slots__))


@dataclass(frozen=True, slots=True)
class World:
    """What a bench walks: who reads, with which token, and one thing of each kind on the busy use case."""

    reader: User
    # "member" is the reader; "colleague" is IT in the busy team, "head" has every role of the organisation.
    readers: dict[str, Reader]
    use_case: UseCase
    team: Team
    kpi: KPI
    run: Run
    release: Release
    deployment: Deployment
    series: Series
    check: Check
    incident: Incident
    event: Event
    job: Job
    site: Site
    measurement: Measurement
    membership: Membership
    feed: KpiFeed
    review: Review
    template: Template
    comment: Comment
    notification: Notification
    endpoint: Endpoint
    room: ChatRoom
    view: SavedView
    session: Session
    stage: str = "industrialisation"  # the gate ahead of the busy use case
    subject: str = "use_case"


def fill(size: Size) -> World:
    """Write everything; the tables must be empty but for what migrations put there."""
    now = timezone.now()
    head = readers.head_of_all()
    everybody = [User(username=f"person{n}", first_name=f"Person {n}", last_name="Martin") for n in range(size.teams)]
    people = _write(User, everybody)
    teams = _write(Team, [Team(name=f"Team {n}", slug=f"team-{n}") for n in range(size.teams)])
    memberships = [
        Membership(team=team, user=people[(n + shift) % len(people)], role=role)
        for n, team in enumerate(teams)
        for shift, role in enumerate((Role.BUSINESS, Role.DATA, Role.IT))
    ]
    _write(Membership, memberships)
    # As memberships go round, the third person is business in a team, data in another and IT in a third.
    reader = people[2]
    sites = _sites()
    cases = _use_cases(size.use_cases, teams, people, sites, now)
    busy = next(case for case in cases if case.team_id == teams[1].pk)
    kpis = _kpis(cases, people)
    runs = _runs(size, cases, busy, now)
    series = _series(size, cases, busy, sites)
    checks, incidents = _checks(cases, series, people[0], now)
    releases, deployments = _deployments(cases, sites, people[0], now)
    events = _events(cases, people[0], now)
    jobs = _write(
        Job, [Job(kind="checks.evaluate", key=f"bench-{n}", status="succeeded") for n in range(size.use_cases)]
    )
    endpoint, room = readers.receivers(busy.team, reader)
    readers.services(busy.team, reader)
    business.fill(busy.pk, head.pk, now)
    _points(size, now)
    sealing.seal()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    kpi = _first(kpis, busy)
    return World(
        reader=reader,
        readers={
            "member": readers.with_token(reader, now, readers.TOKENS),
            "colleague": readers.with_token(people[3], now),
            "head": readers.with_token(head, now),
        },
        use_case=busy,
        team=busy.team,
        kpi=kpi,
        run=_first(runs, busy),
        release=_first(releases, busy),
        deployment=_first(deployments, busy),
        series=_first(series, busy),
        check=_first(checks, busy),
        incident=_first(incidents, busy),
        event=next(event for event in events if event.use_case == busy.slug),
        job=jobs[0],
        site=sites[1],
        measurement=Measurement.objects.filter(kpi=kpi).latest("period_start"),
        membership=next(one for one in memberships if one.team_id == busy.team_id and one.user_id == reader.pk),
        feed=KpiFeed.objects.get(kpi=kpi),
        review=Review.objects.get(use_case=busy, number=2),
        template=Template.objects.latest("pk"),
        comment=Comment.objects.filter(use_case=busy.slug, author=reader).latest("occurred_at"),
        notification=Notification.objects.filter(person=reader).latest("pk"),
        endpoint=endpoint,
        room=room,
        view=SavedView.objects.get(owner=reader),
        session=readers.session(reader, now),
    )


def _write(model: Any, rows: list[Any]) -> list[Any]:
    """Write rows; what people speak about has been there for a year, so that pages of the past show it."""
    for row in rows:
        if isinstance(row, Record):
            row.occurred_at -= AGE
    return model.objects.bulk_create(rows, batch_size=ROWS)


def _first(rows: list[Any], busy: UseCase) -> Any:
    return next(row for row in rows if row.use_case_id == busy.pk)


def _sites() -> list[Site]:
    places = []
    for n in range(COUNTRIES):
        country = Site.objects.create(name=f"Country {n}", slug=f"country-{n}", kind="country")
        places += [
            Site.objects.create(name=f"Place {n}-{m}", slug=f"place-{n}-{m}", kind="place", parent=country)
            for m in range(PER_COUNTRY)
        ]
    return places


def _use_cases(number: int, teams: list[Team], people: list[User], sites: list[Site], now: datetime) -> list[UseCase]:
    cases = [
        UseCase(
            name=f"Use case {n} of {teams[n % len(teams)].name}",
            slug=f"use-case-{n}",
            team=teams[n % len(teams)],
            decision="Each Monday, decide whom to contact and on which channel",
            decision_users="Campaign operators",
            stage=STAGES[n % len(STAGES)],
            stage_since=now - timedelta(days=n % 400),
            health=HEALTHS[n % len(HEALTHS)],
            health_since=now,
            created_by=people[n % len(people)],
            tags=[f"Programme {n % 7}"],
            value_score=n % 5 + 1,
            feasibility_score=n // 5 % 5 + 1,
            scored_at=now,
            scored_by=people[n % len(people)],
        )
        for n in range(number)
    ]
    _write(UseCase, cases)
    served = [
        UseCaseSite(use_case=case, site=sites[(n + shift * 7) % len(sites)])
        for n, case in enumerate(cases)
        for shift in range(3)
    ]
    _write(UseCaseSite, served)
    return cases


def _kpis(cases: list[UseCase], people: list[User]) -> list[KPI]:
    kpis = _write(
        KPI,
        [
            KPI(
                use_case=case,
                number=1,
                name="Visits per 100 people",
                unit="visits",
                owner=people[n % len(people)],
                baseline=10.6,
                target=12,
                is_headline=True,
            )
            for n, case in enumerate(cases)
        ],
    )
    first = date(2026, 1, 5)
    measurements = [
        Measurement(
            kpi=kpi,
            period_start=first + timedelta(weeks=week),
            period_end=first + timedelta(weeks=week + 1),
            value=11 + (n + week) % 7 / 10,
            standard_error=0.2,
            n=1_000,
            source="api",
            recorded_by_id=kpi.owner_id,
            validated_by_id=kpi.owner_id,
            status="validated",
        )
        for n, kpi in enumerate(kpis)
        for week in range(WEEKS)
    ]
    _write(Measurement, measurements)
    return kpis


def _spread(number: int, share: float, cases: list[UseCase], busy: UseCase) -> list[UseCase]:
    """The use case of each of `number` rows: a share on the busy one, the others in turn."""
    own = max(1, round(number * share))
    return [busy] * own + [cases[n % len(cases)] for n in range(number - own)]


def _runs(size: Size, cases: list[UseCase], busy: UseCase, now: datetime) -> list[Run]:
    server = TrackingServer.objects.create(name="MLflow", url="http://127.0.0.1:5000", complete_as_of=now)
    _write(Experiment, [Experiment(use_case=case, server=server, name=case.slug) for case in cases])
    runs = _write(
        Run,
        [
            Run(
                use_case=case,
                server=server,
                mlflow_id=f"{n:032x}",
                experiment_id="1",
                name=f"run {n}",
                status="FINISHED",
                author="person",
                started_at=now - timedelta(days=30, minutes=n),
                ended_at=now - timedelta(days=30, minutes=n - 1),
                params={"depth": n % 8, "rate": 0.1},
                metrics={"auuc": n % 100 / 100, "qini": n % 90 / 100},
                tags={"passerelle.use_case": case.slug},
                seen_at=now,
            )
            for n, case in enumerate(_spread(size.runs, 0.5, cases, busy))
        ],
    )
    versions = [
        ModelVersion(use_case=run.use_case, server=server, run=run, name=f"model {n}", version="1", seen_at=now)
        for n, run in enumerate((runs * (size.models // len(runs) + 1))[: size.models])
    ]
    _write(ModelVersion, versions)
    return runs


def _series(size: Size, cases: list[UseCase], busy: UseCase, sites: list[Site]) -> list[Series]:
    kinds = ("business", "model", "data", "service")
    series = [
        Series(use_case=case, kind=kinds[n % 4], name=f"{NAMES[n % 10]} {n}", unit="%", site=sites[n % len(sites)])
        for n, case in enumerate(_spread(size.series, 0.1, cases, busy))
    ]
    return _write(Series, series)


def _checks(
    cases: list[UseCase], series: list[Series], person: User, now: datetime
) -> tuple[list[Check], list[Incident]]:
    one_each = {one.use_case_id: one for one in reversed(series)}
    watched = [case for case in cases if case.pk in one_each]
    checks = _write(
        Check,
        [
            Check(
                use_case=case,
                number=1,
                name="Too low",
                series=one_each[case.pk],
                comparator="below",
                bound=-1,
                state=Health.HEALTHY,
                created_by=person,
            )
            for case in watched
        ],
    )
    incidents = [
        Incident(
            use_case=check.use_case, number=1, check_that_failed=check, severity="warning", began_at=now, value=0.5
        )
        for n, check in enumerate(checks)
        if n % 10 == 1 or n < 10
    ]
    return checks, _write(Incident, incidents)


def _deployments(
    cases: list[UseCase], sites: list[Site], person: User, now: datetime
) -> tuple[list[Release], list[Deployment]]:
    environment = Environment.objects.create(name="Production", slug="production", is_production=True)
    targets = _write(
        Target,
        [Target(use_case=case, environment=environment, site=sites[n % len(sites)]) for n, case in enumerate(cases)],
    )
    releases = _write(
        Release,
        [
            Release(
                use_case=case,
                number=1,
                kind="in_place",
                title="Manual rule",
                manifest={"kind": "in_place", "sites": {}},
                digest=hashlib.sha256(case.slug.encode()).hexdigest(),
                status="ready",
                created_by=person,
            )
            for case in cases
        ],
    )
    deployments = [
        Deployment(
            use_case=target.use_case,
            number=1,
            kind="declaration",
            target=target,
            release=release,
            status="live",
            status_since=now,
            live_from=now - timedelta(days=30),
            requested_by=person,
            digest=release.digest,
        )
        for target, release in zip(targets, releases, strict=True)
    ]
    return releases, _write(Deployment, deployments)


def _events(cases: list[UseCase], person: User, now: datetime) -> list[Event]:
    events = [
        Event(
            actor=person,
            verb="usecase.edited",
            target_type="usecases.usecase",
            target_uid=case.uid,
            target_label=case.name,
            team_id=case.team_id,
            use_case=case.slug,
            occurred_at=now - timedelta(hours=n),
        )
        for case in cases
        for n in range(10)
    ]
    return _write(Event, events)


def _points(size: Size, now: datetime) -> None:
    """The same number of points on every series, ten minutes apart up to now, and their latest values."""
    each = max(1, size.points // size.series)
    start = now - timedelta(minutes=10 * each)
    for months in range(4):
        points.make_partition(now - timedelta(days=31 * months))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO monitoring_point (series_id, ts, value)"
            " SELECT s.id, %s + n * interval '10 minutes', sin(s.id + n / 20.0)"
            " FROM monitoring_series s, generate_series(1, %s) AS n ORDER BY s.id, n",
            [start, each],
        )
        cursor.execute(
            "INSERT INTO monitoring_latestvalue (series_id, ts, value)"
            " SELECT DISTINCT ON (series_id) series_id, ts, value FROM monitoring_point ORDER BY series_id, ts DESC"
        )
