"""Every list: ten rows and sixty cost the same queries, a page is light, and files hold what the page asks for."""

from collections.abc import Callable
from datetime import date, timedelta
from gzip import compress
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from monitoring.checks.models import Check
from monitoring.incidents.models import Incident
from monitoring.series.models import Series
from portal.jobs import queue
from portal.people import actions as people
from portal.people import service_tokens
from portal.people.models import OrganisationGrant, OrganisationRole, Role, Scope
from portal.saved_views.models import SavedView
from tests.factories import MembershipFactory, SiteFactory, TeamFactory, UseCaseFactory
from usecases.curse.models import Raised
from usecases.deployments.models import Deployment, Environment, Release, Target
from usecases.kpis.models import KPI, Measurement
from usecases.lifecycle.models import StageChange
from usecases.problems.models import Problem
from usecases.reviews.models import Review, ReviewAction
from usecases.roi.models import Cost, DayRate
from usecases.runs.models import ExternalIdentity, Run, TrackingServer
from usecases.steering.models import Lesson, SteeringDecision

CASE = "/use-cases/spring/"
LISTS = {
    "use_cases": ["/portfolio/", "/monitoring/", "/steering/"],
    "runs": ["/runs/", CASE + "runs/"],
    "deployments": ["/deployments/", CASE + "deployments/"],
    "watched": [CASE + "monitoring/", "/monitoring/"],
    "measurements": [CASE + "kpis/1/"],
    "problems": [CASE + "problems/"],
    "reviews": ["/reviews/", CASE + "reviews/"],
    "actions": ["/reviews/actions/"],
    "money": [CASE + "roi/", "/administration/day-rates/"],
    "persons": ["/accounts/administration/"],
    "tokens": ["/accounts/tokens/"],
    "service_tokens": ["/teams/harbour/tokens/"],
    "tenures": ["/teams/harbour/roles/"],
    "places": ["/administration/environments/", "/administration/servers/", "/administration/identities/"],
    "views": ["/views/"],
    "jobs": ["/jobs/"],
    "cursed": ["/steering/curse/"],
    "decided": ["/steering/decisions/"],
    "stopped": ["/steering/stopped/"],
}
# Of a page, with the session, the person, their rights and the bell.
MOST_QUERIES = 15


@pytest.fixture
def reader(use_case, data):
    """A data scientist who is an administrator, too: sees every list, and what all its rows may offer."""
    OrganisationGrant.objects.create(user=data, role=OrganisationRole.ADMIN)
    return data


def _of_steering(use_case, it) -> dict[str, Callable[[int], object]]:
    def cursed(number: int) -> None:
        told = {"reason": "curse.stayed.poc", "params": {"days": number, "limit": 1}, "url": "/"}
        Raised.objects.create(use_case=UseCaseFactory(team=TeamFactory()), code="stayed", **told)

    def decided(number: int) -> None:
        facts = {"kind": "fund", "reason": f"Reason {number}", "currency": "EUR", "by": it}
        SteeringDecision.objects.create(use_case=use_case, **facts)

    def stopped(number: int) -> None:
        case = UseCaseFactory(team=TeamFactory(), stage="stopped")
        facts = {"from_stage": "poc", "to_stage": "stopped", "reason": f"Reason {number}", "by": it}
        StageChange.objects.create(use_case=case, move="stopped", **facts)
        Lesson.objects.create(use_case=case, text="Ask first.", by=it)

    return {"cursed": cursed, "decided": decided, "stopped": stopped}


def _of_reviews(use_case, reader, it) -> dict[str, Callable[[int], object]]:
    now = timezone.now()

    def reviewed(number: int) -> None:
        facts = {"number": number, "meets_at": now, "as_of": now, "opened_by": it}
        sealed = {"status": "closed", "digest": "a" * 64, "closed_at": now, "closed_by": it}
        Review.objects.create(use_case=use_case, **facts, **sealed)

    def agreed(number: int) -> None:
        kept = {"number": 900, "meets_at": now, "as_of": now, "opened_by": it}
        one, _made = Review.objects.get_or_create(use_case=use_case, status="open", defaults=kept)
        facts = {"text": f"Action {number}", "owner": reader, "due": date(2030, 1, 1), "written_by": it}
        ReviewAction.objects.create(review=one, **facts)

    return {"reviews": reviewed, "actions": agreed}


@pytest.fixture
def add(use_case, team, business, it, reader) -> dict[str, Callable[[int], object]]:
    """For each kind, what makes the row of this number."""
    now = timezone.now()
    server = TrackingServer.objects.create(name="MLflow", url="http://127.0.0.1:5000")
    kpi = KPI.objects.create(use_case=use_case, number=1, name="Visits", unit="%", owner=business, is_headline=True)
    production = Environment.objects.create(name="Production", slug="production", is_production=True)

    def run(number: int) -> None:
        facts = {"name": f"run {number}", "author": "amit", "params": {"seed": str(number)}, "metrics": {"auc": 0.5}}
        ids = {"mlflow_id": f"{number:032x}", "experiment_id": "1", "seen_at": now, "started_at": now}
        Run.objects.create(use_case=use_case, server=server, status="FINISHED", **facts, **ids)

    def deployment(number: int) -> None:
        target = Target.objects.create(use_case=use_case, environment=production, site=SiteFactory())
        made = {"number": number, "title": f"Release {number}", "digest": "a" * 64, "created_by": it}
        release = Release.objects.create(use_case=use_case, kind="in_place", status="ready", **made)
        asked = {"number": number, "status_since": now, "requested_by": reader, "digest": release.digest}
        Deployment.objects.create(use_case=use_case, target=target, release=release, **asked)

    def watched(number: int) -> None:
        series = Series.objects.create(use_case=use_case, kind="model", name=f"auc {number}", site=SiteFactory())
        rule = {"comparator": "below", "bound": 1, "created_by": it}
        check = Check.objects.create(use_case=use_case, number=number, name=f"Low {number}", series=series, **rule)
        failed = {"check_that_failed": check, "severity": "warning", "began_at": now, "value": 0.5}
        Incident.objects.create(use_case=use_case, number=number, owner=it, **failed)

    def measurement(number: int) -> None:
        start = date(2020, 1, 6) + timedelta(weeks=number)
        known = {"value": 1.5, "n": 10, "source": "typed", "recorded_by": reader, "site": SiteFactory()}
        Measurement.objects.create(kpi=kpi, period_start=start, period_end=start + timedelta(weeks=1), **known)

    def problem(number: int) -> None:
        facts = {"face": "data", "title": f"Problem {number}", "owner": it, "raised_by": reader}
        Problem.objects.create(use_case=use_case, number=number, rank=number, **facts)

    def money(number: int) -> None:
        period = {"period_start": date(2020, 1, 6) + timedelta(weeks=number), "period_end": date(2026, 1, 1)}
        facts = {"kind": "ml", "person_days": 3, "currency": "EUR", "note": f"Model {number}", "recorded_by": reader}
        Cost.objects.create(use_case=use_case, number=number, **period, **facts)
        DayRate.objects.create(amount=640, currency="EUR", valid_from=period["period_start"], set_by=reader)

    def places(number: int) -> None:
        Environment.objects.create(name=f"Stage {number}", slug=f"stage-{number}")
        TrackingServer.objects.create(name=f"Server {number}", url=f"http://mlflow-{number}.example")
        ExternalIdentity.objects.create(name=f"author-{number}", user=it)

    def service_token(number: int) -> None:
        facts: dict[str, Any] = {"name": f"s{number}", "scopes": [Scope.POINTS], "days": 3, "role": "it"}
        service_tokens.create_service_token(by=reader, team=team, site=SiteFactory(), **facts)

    def view(number: int) -> None:
        kept = {"path": "/portfolio/", "list_key": "portfolio", "list_title": "Portfolio", "query": "health=error"}
        SavedView.objects.create(owner=reader, name=f"View {number}", **kept)

    return {
        "use_cases": lambda number: UseCaseFactory(team=TeamFactory()).sites.add(SiteFactory()),
        "runs": run,
        "deployments": deployment,
        "watched": watched,
        "measurements": measurement,
        "problems": problem,
        **_of_reviews(use_case, reader, it),
        **_of_steering(use_case, it),
        "money": money,
        "persons": lambda number: MembershipFactory(team=TeamFactory(), role=Role.DATA),
        "tokens": lambda number: people.create_token(by=reader, name=f"t{number}", scopes=[Scope.POINTS], days=3),
        "service_tokens": service_token,
        "tenures": lambda number: MembershipFactory(team=team, role=Role.DATA, site=SiteFactory(), given_by=it),
        "places": places,
        "views": view,
        "jobs": lambda number: queue.enqueue("checks.evaluate", str(number), about=queue.About(f"j{number}", team)),
    }


@pytest.mark.parametrize(("kind", "address"), [(kind, one) for kind, all_ in LISTS.items() for one in all_])
def test_ten_rows_and_sixty_cost_the_same_queries(add, reader, sign_in, kind, address):
    browser, make = sign_in(reader), add[kind]
    for number in range(1, 11):
        make(number)
    browser.get(address)
    with CaptureQueriesContext(connection) as few:
        assert browser.get(address).status_code == 200
    for number in range(11, 61):
        make(number)
    with CaptureQueriesContext(connection) as many:
        page = browser.get(address)
    told = f"{address}: {len(many)} queries, {len(compress(page.content))} bytes"
    print(told)
    assert len(many) == len(few) <= MOST_QUERIES, told
    assert len(compress(page.content)) < 30_000, told


@pytest.mark.parametrize(("kind", "address"), [(kind, one) for kind, all_ in LISTS.items() for one in all_])
def test_files_can_be_taken_of_every_list(add, reader, sign_in, kind, address):
    add[kind](1)
    browser = sign_in(reader)
    for prefix in ("", "i-", "t-", "r-", "m-", "h-", "c-"):
        for form in ("csv", "xlsx"):
            answer = browser.get(f"{address}?{prefix}export={form}")
            assert answer.status_code == 200
            if "attachment" in answer.get("Content-Disposition", ""):
                assert len(answer.getvalue()) > 100
