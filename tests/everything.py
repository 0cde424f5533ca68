"""One of everything on a use case: what the matrix asks for at each door, and a fuzzed API finds by identifiers."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from monitoring.checks.models import Check
from monitoring.feeds.models import KpiFeed
from monitoring.incidents.models import Incident
from monitoring.series.models import Series
from portal.audit.record import record
from portal.jobs import queue
from portal.jobs.models import Job
from portal.notifications.models import ChatRoom, Delivery, Endpoint, Message, Notification
from portal.people.actions import create_token
from portal.people.models import Membership, Scope, Team, User
from portal.saved_views.actions import save_view
from portal.talk.models import Comment
from usecases.catalog.models import Site, UseCase
from usecases.deployments.models import Deployment, DeploymentKind, Environment, Release, Slot, Target
from usecases.iterations.models import Iteration
from usecases.kpis.definition import current_version
from usecases.kpis.models import KPI, Measurement
from usecases.lifecycle.models import Attestation, BreakGlass
from usecases.problems.models import Problem
from usecases.reviews.models import Document, Review, ReviewAction
from usecases.roi.models import BusinessCase, Cost
from usecases.runs.models import ModelVersion, Run, TrackingServer
from usecases.templates.models import Template

Things = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Cast:
    """On whose use case it all is; who of business and data writes it, who wrote what needs four eyes, who owns."""

    use_case: UseCase
    site: Site
    business: User
    data: User
    author: User
    owner: User

    @property
    def team(self) -> Team:
        """Whose use case it is."""
        return self.use_case.team


def one_of_everything(cast: Cast) -> Things:
    """The rows by name, those of the cast included."""
    things: Things = {"use_case": cast.use_case, "site": cast.site, "team": cast.team, "subject": "use_case"}
    for written in (_kpis, _road, _reviews, _money, _runs, _deployments, _monitoring, _jobs, _messages, _owned):
        things |= written(cast, things)
    return things


def _kpis(cast: Cast, _things: Things) -> Things:
    shared = {"use_case": cast.use_case, "unit": "%", "owner": cast.business}
    kpi = KPI.objects.create(**shared, number=1, name="Visits", is_headline=True)
    week = {"site": cast.site, "period_start": date(2026, 3, 2), "period_end": date(2026, 3, 9)}
    measurement = Measurement.objects.create(kpi=kpi, **week, value=1, source="typed", recorded_by=cast.data)
    other_kpi = KPI.objects.create(**shared, number=2, name="Orders", rule="signed")
    return {"kpi": kpi, "other_kpi": other_kpi, "measurement": measurement}


def _road(cast: Cast, things: Things) -> Things:
    now = timezone.now()
    iteration = Iteration.objects.create(
        use_case=cast.use_case,
        number=1,
        title="Constant",
        hypothesis="They read it.",
        kpi_version=current_version(things["kpi"], cast.business),
        starts_on=date(2026, 3, 2),
        ends_on=date(2026, 4, 2),
        opened_by=cast.business,
        status_since=now,
    )
    iteration.sites.add(cast.site)
    content = {"description": {"currency": "EUR"}, "kpis": []}
    template = Template.objects.create(name="Read", slug="read", content=content, created_by=cast.author)
    # Of a criterion that is no longer installed: whoever attests may withdraw it, of whatever role.
    attestation = Attestation.objects.create(
        use_case=cast.use_case, gate="production", code="gone.criterion", statement="Read.", by=cast.business
    )
    due = now + timedelta(days=1)
    BreakGlass.objects.create(
        use_case=cast.use_case, gate="poc", round=1, reason="Read.", by=cast.author, at_once=True, due_at=due
    )
    problem = {"use_case": cast.use_case, "face": "data", "raised_by": cast.data}
    return {
        "iteration": iteration,
        "template": template,
        "attestation": attestation,
        "problem": Problem.objects.create(**problem, number=1, title="Late keys", rank=1),
        "solved_problem": Problem.objects.create(**problem, number=2, title="Old keys", status="solved"),
    }


def _reviews(cast: Cast, _things: Things) -> Things:
    now, page = timezone.now(), {"title": "Spring", "line": "", "verdict": "", "sections": []}
    review = Review.objects.create(
        use_case=cast.use_case,
        number=1,
        meets_at=now,
        as_of=now,
        opened_by=cast.author,
        content={"en": page, "fr": page},
    )
    Document.objects.create(review=review, language="en", content=b"%PDF-", sha256="a" * 64, pages=1)
    agreed = {"review": review, "text": "Brief the crew", "due": date(2026, 6, 1)}
    agreed |= {"owner": cast.owner, "written_by": cast.author}
    return {
        "review": review,
        "review_action": ReviewAction.objects.create(**agreed),
        "done_action": ReviewAction.objects.create(**agreed, done_at=now, done_by=cast.owner),
    }


def _money(cast: Cast, _things: Things) -> Things:
    shared = {"use_case": cast.use_case, "number": 1, "currency": "EUR"}
    month = {"period_start": date(2026, 3, 1), "period_end": date(2026, 4, 1)}
    return {
        "cost": Cost.objects.create(**shared, **month, kind="ml", amount=100, recorded_by=cast.data),
        "business_case": BusinessCase.objects.create(**shared, assumptions="Read.", written_by=cast.data),
    }


def _runs(cast: Cast, _things: Things) -> Things:
    server = TrackingServer.objects.create(name="MLflow", url="http://127.0.0.1:5000")
    seen = {"use_case": cast.use_case, "server": server, "seen_at": timezone.now()}
    run = Run.objects.create(**seen, mlflow_id="ab" * 16, experiment_id="1", name="first", status="FINISHED")
    return {"run": run, "version": ModelVersion.objects.create(**seen, run=run, name="uplift", version="1")}


def _deployments(cast: Cast, _things: Things) -> Things:
    """Asked for; live beside, after another; and failed in another environment."""
    production = Environment.objects.create(name="Production", slug="production", is_production=True)
    integration = Environment.objects.create(name="Integration", slug="integration")
    release = Release.objects.create(
        use_case=cast.use_case,
        number=1,
        kind="in_place",
        title="Manual",
        status="ready",
        digest="a" * 64,
        created_by=cast.author,
    )
    now = timezone.now()
    shared = {"use_case": cast.use_case, "release": release, "digest": release.digest, "status_since": now}
    shared |= {"requested_by": cast.author}
    place = {"use_case": cast.use_case, "site": cast.site}
    target = Target.objects.create(**place, environment=production)
    beside = Target.objects.create(**place, environment=production, slot=Slot.CHALLENGER)
    there = Target.objects.create(**place, environment=integration, slot=Slot.CHALLENGER)
    asked = Deployment.objects.create(**shared, number=1, target=target)
    shared |= {"kind": DeploymentKind.DECLARATION}
    former = Deployment.objects.create(
        **shared, number=2, target=beside, status="replaced", live_from=now - timedelta(days=1), live_until=now
    )
    return {
        "environment": production,
        "integration": integration,
        "release": release,
        "deployment": asked,
        "live": Deployment.objects.create(
            **shared, number=3, target=beside, status="live", live_from=now, previous=former
        ),
        "failed": Deployment.objects.create(**shared, number=4, target=there, status="failed"),
    }


def _monitoring(cast: Cast, things: Things) -> Things:
    business = {"use_case": cast.use_case, "site": cast.site, "kind": "business"}
    series, fed = (Series.objects.create(**business, name=name) for name in ("Visits", "Orders"))
    one = {"use_case": cast.use_case, "number": 1}
    check = Check.objects.create(**one, name="Low", series=series, comparator="below", bound=1, created_by=cast.data)
    began = {"severity": "warning", "began_at": timezone.now(), "value": 0.5}
    since = date(2026, 3, 2)
    return {
        "series": series,
        "fed": fed,
        "feed": KpiFeed.objects.create(series=fed, kpi=things["kpi"], since=since, created_by=cast.data),
        "check": check,
        "incident": Incident.objects.create(**one, check_that_failed=check, **began),
    }


def _jobs(cast: Cast, _things: Things) -> Things:
    of = {"team": cast.team, "use_case": cast.use_case.slug}
    return {
        "job": queue.enqueue("checks.evaluate", "1", about=queue.About("Spring", cast.team, cast.use_case.slug)),
        "failed_job": Job.objects.create(kind="checks.evaluate", key="2", status="failed", **of),
    }


def _messages(cast: Cast, _things: Things) -> Things:
    message = Message.objects.create(kind="notice.test", url="/")
    shared = {"team": cast.team, "secret": "whsec_c2VjcmV0", "created_by": cast.author}
    endpoint = Endpoint.objects.create(**shared, url="https://hooks.example.org/spring")
    gone = {"disabled_at": timezone.now(), "disabled_code": "webhook.paused"}
    dead = {"status": "dead", "reason_code": "webhook.gone"}
    Delivery.objects.create(message=message, channel="webhook", endpoint=endpoint, **dead)
    room = {"name": "Spring room", "address": "slack://a/b/c", "kinds": ["notice.test"]}
    return {
        "endpoint": endpoint,
        "dead_endpoint": Endpoint.objects.create(**shared, url="https://gone.example.org/spring", **gone),
        "notification": Notification.objects.create(message=message, person=cast.owner),
        "room": ChatRoom.objects.create(team=cast.team, created_by=cast.author, **room),
    }


def _owned(cast: Cast, _things: Things) -> Things:
    portfolio: Things = {"path": "/portfolio/", "list_key": "portfolio", "list_title": "Portfolio", "query": ""}
    token, _secret = create_token(by=cast.owner, name="Night job", scopes=[Scope.POINTS], days=30)
    comment = Comment.objects.create(
        subject_type="use_case",
        subject_uid=cast.use_case.uid,
        subject_title=cast.use_case.name,
        use_case=cast.use_case.slug,
        team=cast.team,
        author=cast.author,
        body="Read.",
    )
    use_case = cast.use_case
    return {
        "membership": Membership.objects.get(team=cast.team, user=cast.owner),
        "token": token,
        "view": save_view(by=cast.owner, name="Mine", **portfolio),
        "comment": comment,
        "event": record(
            "usecase.edited", use_case, by=cast.author, team=cast.team, use_case=use_case.slug, fields="name"
        ),
    }
