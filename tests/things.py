"""One of everything on the use case of the cast, written for each test: what a fuzzed API finds by identifiers."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from monitoring.checks.models import Check
from monitoring.feeds.models import KpiFeed
from monitoring.incidents.models import Incident
from monitoring.series.models import Series
from portal.audit.record import record
from portal.jobs import queue
from portal.jobs.models import Job
from portal.notifications.models import ChatRoom, Delivery, Endpoint, Message, Notification
from portal.people import actions as people
from portal.people import service_tokens
from portal.people.models import Deputy, Membership, Scope, User
from portal.saved_views.actions import save_view
from portal.signin.models import Session
from portal.talk.models import Comment
from tests.factories import OrganisationGrantFactory, UseCaseFactory, UserFactory
from usecases.deployments.models import Deployment, DeploymentKind, Environment, Release, Slot, Target
from usecases.iterations.models import Iteration
from usecases.kpis.definition import current_version
from usecases.kpis.models import KPI, Measurement
from usecases.lifecycle.models import Attestation, BreakGlass
from usecases.problems.models import Problem
from usecases.reviews.models import Review, ReviewAction
from usecases.roi.models import BusinessCase, Cost
from usecases.runs.models import ModelVersion, Run, TrackingServer
from usecases.templates.models import Template


def own(world: dict[str, Any], person: User) -> dict[str, object]:
    """What only its owner may touch, owned by this person."""
    names = ("subject_type", "subject_uid", "subject_title", "use_case", "team", "body")
    said = {name: getattr(world["comment"], name) for name in names}
    page: dict[str, Any] = {"path": "/portfolio/", "list_key": "portfolio", "list_title": "Portfolio", "query": ""}
    began = timezone.now()
    return {
        "session": Session.objects.create(
            session_key=f"{person.pk:032d}", user=person, expire_date=began + timedelta(days=1), began_at=began
        ),
        "notification": Notification.objects.create(message=world["notification"].message, person=person),
        "view": save_view(by=person, name="Mine too", **page),
        "comment": Comment.objects.create(author=person, **said),
    }


@pytest.fixture
def world(use_case, site, team, business, data, it) -> dict[str, object]:
    """One of everything, on the use case of the cast."""
    now = timezone.now()
    kpi = KPI.objects.create(use_case=use_case, number=1, name="Visits", unit="%", owner=business, is_headline=True)
    other_kpi = KPI.objects.create(use_case=use_case, number=2, name="Orders", unit="%", owner=business, rule="signed")
    measurement = Measurement.objects.create(
        kpi=kpi,
        period_start=date(2026, 3, 2),
        period_end=date(2026, 3, 9),
        value=1,
        source="typed",
        recorded_by=data,
    )
    page = {"title": "Spring", "line": "", "verdict": "", "sections": []}
    review = Review.objects.create(
        use_case=use_case, number=1, meets_at=now, as_of=now, opened_by=it, content={"en": page, "fr": page}
    )
    agreed = {"review": review, "text": "Brief", "owner": data, "due": date(2026, 6, 1), "written_by": it}
    problem = Problem.objects.create(
        use_case=use_case, number=1, face="data", title="Late keys", rank=1, raised_by=data
    )
    cost = Cost.objects.create(
        use_case=use_case,
        number=1,
        kind="ml",
        period_start=date(2026, 3, 1),
        period_end=date(2026, 4, 1),
        amount=100,
        currency="EUR",
        recorded_by=data,
    )
    business_case = BusinessCase.objects.create(
        use_case=use_case, number=1, currency="EUR", assumptions="Read.", written_by=data
    )
    iteration = Iteration.objects.create(
        use_case=use_case,
        number=1,
        title="Constant",
        hypothesis="They read it.",
        kpi_version=current_version(kpi, business),
        starts_on=date(2026, 3, 2),
        ends_on=date(2026, 4, 2),
        opened_by=business,
        status_since=now,
    )
    iteration.sites.add(site)
    template = Template.objects.create(
        name="T", slug="t", content={"description": {"currency": "EUR"}, "kpis": []}, created_by=it
    )
    due = now + timedelta(days=1)
    BreakGlass.objects.create(use_case=use_case, gate="poc", round=1, reason="R.", by=it, at_once=True, due_at=due)
    server = TrackingServer.objects.create(name="MLflow", url="http://127.0.0.1:5000")
    run = Run.objects.create(
        use_case=use_case,
        server=server,
        mlflow_id="ab" * 16,
        experiment_id="1",
        name="first",
        status="FINISHED",
        seen_at=now,
    )
    version = ModelVersion.objects.create(
        use_case=use_case, server=server, run=run, name="uplift", version="1", seen_at=now
    )
    environment = Environment.objects.create(name="Production", slug="production", is_production=True)
    target = Target.objects.create(use_case=use_case, environment=environment, site=site)
    release = Release.objects.create(
        use_case=use_case, number=1, kind="in_place", title="Manual", status="ready", digest="a" * 64, created_by=it
    )
    deployment = Deployment.objects.create(
        use_case=use_case,
        number=1,
        target=target,
        release=release,
        status_since=now,
        requested_by=data,
        digest=release.digest,
    )
    live, failed = _deployed(target, release, data)
    series = Series.objects.create(use_case=use_case, kind="business", name="Visits")
    fed = Series.objects.create(use_case=use_case, kind="business", name="Orders")
    feed = KpiFeed.objects.create(series=fed, kpi=kpi, since=date(2026, 3, 2), created_by=data)
    check = Check.objects.create(
        use_case=use_case, number=1, name="Low", series=series, comparator="below", bound=1, created_by=data
    )
    incident = Incident.objects.create(
        use_case=use_case, number=1, check_that_failed=check, severity="warning", began_at=now, value=0.5
    )
    attestation = Attestation.objects.create(
        use_case=use_case, gate="production", code="lifecycle.business_case", statement="Read.", by=business
    )
    view = save_view(by=data, name="Mine", path="/portfolio/", list_key="portfolio", list_title="Portfolio", query="")
    token, _secret = people.create_token(by=data, name="Night job", scopes=[Scope.POINTS], days=30)
    job = queue.enqueue("checks.evaluate", "1", about=queue.About("Spring", team, use_case.slug))
    failed_job = Job.objects.create(kind="checks.evaluate", key="2", team=team, use_case=use_case.slug, status="failed")
    message = Message.objects.create(kind="notice.test", url="/")
    endpoint = Endpoint.objects.create(
        team=team, url="https://hooks.example.org/spring", secret="whsec_c2VjcmV0", created_by=it
    )
    Delivery.objects.create(
        message=message, channel="webhook", endpoint=endpoint, status="dead", reason_code="webhook.gone"
    )
    return {
        "session": Session(session_key="0" * 32),
        "dead_endpoint": Endpoint.objects.create(
            team=team,
            url="https://gone.example.org/spring",
            secret="whsec_c2VjcmV0",
            created_by=it,
            disabled_at=now,
            disabled_code="webhook.paused",
        ),
        "notification": Notification.objects.create(message=message, person=data),
        "endpoint": endpoint,
        "room": ChatRoom.objects.create(
            team=team, name="Spring room", address="slack://a/b/c", kinds=["notice.test"], created_by=it
        ),
        "job": job,
        "failed_job": failed_job,
        "use_case": use_case,
        "soon": (now + timedelta(days=7)).isoformat(),
        "site": site,
        "team": team,
        "deputy": Deputy.objects.create(
            team=team,
            role="it",
            member=it,
            deputy=business,
            since=now,
            until=now + timedelta(days=1),
            named_by=it,
        ),
        "service_token": service_tokens.create_service_token(
            by=it, name="Night job", scopes=[Scope.POINTS], days=30, team=team, role="it"
        )[0],
        "role": "auditor",
        "held_role": "steering",
        "colleague": OrganisationGrantFactory(user__username="colleague", role="steering").user,
        "gone": UserFactory(username="gone", is_active=False),
        "membership": Membership.objects.get(user=data),
        "environment": environment,
        "kpi": kpi,
        "other_kpi": other_kpi,
        "measurement": measurement,
        "run": run,
        "business_case": business_case,
        "cost": cost,
        "problem": problem,
        "review": review,
        "review_action": ReviewAction.objects.create(**agreed),
        "done_action": ReviewAction.objects.create(**agreed, done_at=now, done_by=data),
        "solved_problem": Problem.objects.create(
            use_case=use_case, number=2, face="data", title="Old keys", status="solved", raised_by=data
        ),
        "release": release,
        "deployment": deployment,
        "live": live,
        "failed": failed,
        "version": version,
        "series": series,
        "feed": feed,
        "fed": fed,
        "check": check,
        "incident": incident,
        "iteration": iteration,
        "template": template,
        "attestation": attestation,
        "token": token,
        "event": record("usecase.edited", use_case, by=data, team=team, use_case="spring", fields="name"),
        "view": view,
        "stage": "poc",
        "signed_stage": "industrialisation",
        "trying": UseCaseFactory(team=team, slug="trying", stage="poc", created_by=business),
        "subject": "use_case",
        "comment": Comment.objects.create(
            subject_type="use_case",
            subject_uid=use_case.uid,
            subject_title=use_case.name,
            use_case=use_case.slug,
            team=team,
            author=data,
            body="Read.",
        ),
    }


def _deployed(target: Target, release: Release, by: User) -> tuple[Deployment, Deployment]:
    """One that is live beside, after another, and one that failed in another environment."""
    integration = Environment.objects.create(name="Integration", slug="integration")
    kind, now = DeploymentKind.DECLARATION, timezone.now()
    shared = {"use_case": target.use_case, "release": release, "digest": release.digest, "requested_by": by}
    shared |= {"kind": kind, "status_since": now}
    beside = Target.objects.create(
        use_case=target.use_case, environment=target.environment, site=target.site, slot=Slot.CHALLENGER
    )
    there = Target.objects.create(
        use_case=target.use_case, environment=integration, site=target.site, slot=Slot.CHALLENGER
    )
    former = Deployment.objects.create(
        **shared, number=2, target=beside, status="replaced", live_from=now - timedelta(days=1), live_until=now
    )
    live = Deployment.objects.create(**shared, number=3, target=beside, status="live", live_from=now, previous=former)
    return live, Deployment.objects.create(**shared, number=4, target=there, status="failed")
