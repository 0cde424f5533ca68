"""`?as_of=` on the API: what the pages show of a day, the addresses of the API tell."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.urls import get_resolver

from monitoring.checks.models import Check
from monitoring.incidents.models import Incident
from monitoring.series.models import Series
from portal.api.endpoints import Endpoint
from tests.factories import UseCaseFactory
from usecases.catalog.actions import edit_use_case
from usecases.catalog.models import Stage, UseCase
from usecases.deployments.models import Deployment, Environment, Release, Target
from usecases.kpis import actions as kpis
from usecases.lifecycle.models import StageChange
from usecases.problems import actions as problems

MARCH, APRIL, MAY = (datetime(2026, month, 10, 12, tzinfo=UTC) for month in (3, 4, 5))
THEN = "?as_of=2026-03-15"
HERE = "use-cases/letters"


@pytest.fixture
def storied(team, business, data):
    """A use case of March with a KPI and a measurement: renamed and corrected in April, in POC since May."""
    with time_machine.travel(MARCH, tick=False):
        use_case = UseCaseFactory(team=team, created_by=business, name="Letters", slug="letters", stage_since=MARCH)
        kpi = kpis.define_kpi(use_case, by=business, name="Visits", unit="%", baseline=1.0)
        row = {"period_start": date(2026, 3, 2), "value": 2.5}
        kpis.record_measurements(kpi, [row], by=data, source="typed")
    with time_machine.travel(APRIL, tick=False):
        edit_use_case(use_case, by=business, name="E-mails")
        kpis.edit_kpi(kpi, by=business, name="Visits by mail")
        kpis.record_measurements(kpi, [row | {"value": 7.25}], by=data, source="typed")
        kpis.validate(kpi.measurements.get(), by=business)
    with time_machine.travel(MAY, tick=False):
        UseCase.objects.filter(pk=use_case.pk).update(stage=Stage.POC, stage_since=MAY)
        StageChange.objects.create(use_case=use_case, from_stage="exploration", to_stage="poc", gate="poc", by=business)
    return use_case


def test_a_use_case_and_its_kpis_are_told_as_they_were(storied, business, call):
    then, now = (call(business, "get", HERE + day).json() for day in (THEN, ""))
    assert [(one["name"], one["stage"]) for one in (then, now)] == [("Letters", "exploration"), ("E-mails", "poc")]
    told = call(business, "get", f"{HERE}/kpis{THEN}").json()["results"]
    assert [(one["name"], one["waiting"]) for one in told] == [("Visits", 0)]
    rows = call(business, "get", f"{HERE}/kpis/1/measurements{THEN}").json()["results"]
    assert [(one["value"], one["status"]) for one in rows] == [(2.5, "provisional")]
    assert call(business, "get", f"{HERE}/gates/poc{THEN}").json()["state"] == "open"
    assert call(business, "get", f"{HERE}/gates/poc").json()["state"] == "passed"


def test_what_was_live_then(storied, business, site, data, call):
    environment = Environment.objects.create(name="Production", slug="production", is_production=True)
    with time_machine.travel(MARCH, tick=False):
        target = Target.objects.create(use_case=storied, environment=environment, site=site)
        facts = {"kind": "in_place", "status": "ready", "digest": "a" * 64, "created_by": data}
        release = Release.objects.create(use_case=storied, number=1, title="Manual", **facts)
        Deployment.objects.create(
            use_case=storied,
            number=1,
            target=target,
            release=release,
            status="rolled_back",
            status_since=APRIL,
            live_from=MARCH,
            live_until=APRIL,
            requested_by=data,
            digest="a" * 64,
        )
    live = [call(business, "get", f"{HERE}/targets{day}").json()["results"][0]["live"] for day in (THEN, "")]
    assert live == [1, None]
    assert call(business, "get", f"{HERE}/deployments/1{THEN}").status_code == 200


def test_an_incident_is_found_in_the_status_it_had(storied, business, it, call):
    with time_machine.travel(MARCH, tick=False):
        series = Series.objects.create(use_case=storied, kind="service", name="Errors")
        rule = {"series": series, "comparator": "above", "bound": 1, "created_by": it}
        check = Check.objects.create(use_case=storied, number=1, name="Errors", **rule)
        Incident.objects.create(
            use_case=storied, number=1, check_that_failed=check, severity="error", began_at=MARCH, value=2
        )
    Incident.objects.update(status="resolved", resolved_at=APRIL, resolved_by=it, cause="The load was cut.")
    found = {
        (day, status): [
            one["status"] for one in call(business, "get", f"{HERE}/incidents{day}status={status}").json()["results"]
        ]
        for day in (f"{THEN}&", "?")
        for status in ("open", "resolved")
    }
    assert found == {
        (f"{THEN}&", "open"): ["open"],
        (f"{THEN}&", "resolved"): [],
        ("?", "open"): [],
        ("?", "resolved"): ["resolved"],
    }


def test_a_problem_is_found_in_the_status_it_had(storied, business, call):
    with time_machine.travel(MARCH, tick=False):
        problem = problems.raise_problem(storied, by=business, title="Late keys", face="data")
    with time_machine.travel(APRIL, tick=False):
        problems.solve(problem, by=business)
    asked = [f"{HERE}/problems{day}status=open" for day in (f"{THEN}&", "?")]
    assert [[one["status"] for one in call(business, "get", path).json()["results"]] for path in asked] == [
        ["open"],
        [],
    ]
    then, now = (call(business, "get", f"{HERE}/problems/1{day}").json() for day in (THEN, ""))
    assert [(one["status"], len(one["changes"])) for one in (then, now)] == [("open", 1), ("solved", 2)]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (f"{HERE}?as_of=2999-01-01", "still to come"),
        (f"{HERE}?as_of=yesterday", "is none"),
        (f"{HERE}?as_of=2026-03-01", "before, there was nothing to show"),
        (f"{HERE}?as_of=2026-03-15&as_of=2026-03-16", "as_of"),
        (f"{HERE}/kpis/1/measurements{THEN}&status=validated", "status"),
        (f"{HERE}/kpis{THEN}&ordering=name", "ordering"),
        (f"use-cases{THEN}", "as_of"),
        (f"{HERE}/health{THEN}", "as_of"),
    ],
)
def test_what_nobody_can_tell_of_a_day_is_refused_with_a_sentence(storied, business, call, path, said):
    answer = call(business, "get", path)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert said in answer.content.decode()


def test_nobody_writes_into_the_past(storied, business, call):
    answer = call(business, "patch", HERE + THEN, {"name": "Cards"}, match="*")
    assert answer.status_code == 400
    assert UseCase.objects.get(slug="letters").name == "E-mails"


def test_a_stranger_of_today_sees_no_past(storied, stranger, call):
    assert call(stranger, "get", HERE + THEN).status_code == 404
    assert call(stranger, "get", f"{HERE}/kpis/1{THEN}").status_code == 404


def test_what_follows_is_the_present_again(storied, business, call):
    assert call(business, "get", f"{HERE}/kpis/404{THEN}").status_code == 404
    assert call(business, "get", HERE).json()["name"] == "E-mails"


def test_every_address_that_looks_back_is_one_of_reading():
    """Whoever marks an endpoint has one with a GET, and says which of its filters hold."""
    views = _endpoints(get_resolver("portal.urls"))
    looking = [view for view in views if view.shows_the_past]
    assert len(looking) > 15
    for view in looking:
        filters = getattr(view, "filterset_class", None)
        assert hasattr(view, "get"), view
        assert view.past_filters <= set(filters.base_filters if filters else ()), view


def _endpoints(resolver):
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from _endpoints(pattern)
        else:
            view = getattr(pattern.callback, "cls", None)
            if isinstance(view, type) and issubclass(view, Endpoint):
                yield view
