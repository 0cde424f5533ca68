"""`?as_of=` on the pages of one thing: problem, iteration, run, release, series, check, measurement."""

from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest
import time_machine
from django.urls import reverse

from monitoring.checks.models import Check
from monitoring.series.models import Series
from monitoring.series.points import Sorted, upsert
from portal.audit import record as audit
from tests.factories import UserFactory
from usecases.catalog.actions import leave_site, serve_site
from usecases.deployments.models import Release
from usecases.deployments.transitions import prepared
from usecases.iterations import actions as iterations
from usecases.kpis import actions as kpis
from usecases.problems import actions as problems
from usecases.problems.models import IceFace
from usecases.runs import actions as runs
from usecases.runs.models import Run, TrackingServer

pytestmark = pytest.mark.django_db

MARCH, APRIL, MAY = (datetime(2026, month, 10, 12, tzinfo=UTC) for month in (3, 4, 5))
ON_MARCH, ON_APRIL, ON_MAY = "2026-03-15", "2026-04-15", "2026-05-15"


@pytest.fixture
def spring(use_case):
    """The use case, there since March."""
    type(use_case).objects.filter(pk=use_case.pk).update(occurred_at=MARCH, stage="poc")
    use_case.refresh_from_db()
    return use_case


@pytest.fixture
def then(business, sign_in):
    """Ask for a page as of a day."""
    client = sign_in(business)

    def _then(route, *args, day, **query):
        answer = client.get(reverse(route, args=["spring", *args]), {"as_of": day, **query})
        assert answer.status_code == 200
        assert answer.streaming or b'method="post"' not in answer.content.partition(b"<main")[2]
        return answer

    return _then


@pytest.fixture
def arrive():
    """Write points of a series."""

    def _arrive(series, points):
        ts = np.array([int(moment.timestamp() * 1_000_000) for moment in points], dtype=np.int64)
        key = np.full(len(ts), series.pk, dtype=np.int64)
        upsert(Sorted.of(key, ts, np.array(list(points.values()))))

    return _arrive


def at(moment):
    return time_machine.travel(moment, tick=False)


def test_a_problem_solved_later_was_open_with_its_words_and_its_owner(spring, business, data, then, call):
    with at(MARCH):
        one = problems.raise_problem(
            spring, by=business, title="No identifiers", face=IceFace.DATA, kind="problem", owner=business
        )
    with at(APRIL):
        problems.edit_problem(one, by=business, title="Late identifiers", face=IceFace.DATA, kind="debt", owner=data)
    with at(MAY):
        problems.solve(one, by=business, comment="Came by mail")
    march = then("problem", 1, day=ON_MARCH)
    shown = march.context["problem"]
    assert (shown.title, shown.status, shown.owner, shown.rank) == ("No identifiers", "open", business, None)
    assert b"Came by mail" not in march.content
    assert b">None<" not in then("overview", day=ON_MARCH).content
    april = then("problems", day=ON_APRIL)
    assert [(row.title, row.status, row.owner) for row in april.context["table"].items] == [
        ("Late identifiers", "open", data)
    ]
    assert then("problems", day=ON_MAY).context["table"].items == []
    told = call(data, "get", f"use-cases/spring/problems/1?as_of={ON_MARCH}").json()
    assert (told["title"], told["status"], told["owner"]) == ("No identifiers", "open", "business")
    listed = call(data, "get", f"use-cases/spring/problems?as_of={ON_APRIL}").json()["results"]
    assert [(row["title"], row["status"]) for row in listed] == [("Late identifiers", "open")]
    assert [row.pk for row in then("problems", day=ON_MAY, status="solved").context["table"].items] == [one.pk]


def test_a_problem_written_down_later_is_not_there(spring, business, sign_in):
    with at(APRIL):
        problems.raise_problem(spring, by=business, title="Late", face=IceFace.DATA, kind="problem")
    client = sign_in(business)
    assert client.get(reverse("problem", args=["spring", 1]), {"as_of": ON_MARCH}).status_code == 404
    assert b"Late" not in client.get(reverse("problems", args=["spring"]), {"as_of": ON_MARCH}).content


def test_an_iteration_says_what_was_agreed_where_and_concluded_then(spring, site, team, business, then, call):
    other = type(site).objects.create(name="Suburban", slug="suburban")
    with at(MARCH):
        for place in (site, other):
            spring.sites.add(place)
        kpi = kpis.define_kpi(spring, by=business, name="Visits", unit="%", baseline=1.0)
        told: dict[str, Any] = {"kpi": kpi, "title": "Constant", "hypothesis": "It helps.", "plugs": "constant"}
        days: dict[str, Any] = {"starts_on": date(2026, 3, 9), "ends_on": date(2026, 4, 20)}
        one = iterations.open_iteration(spring, by=business, sites=[site], **told, **days)
    with at(APRIL):
        iterations.amend(one, by=business, ends_on=date(2026, 5, 20), sites=[other])
        kpis.edit_kpi(kpi, by=business, name="Visits", baseline=1.5)
        one.refresh_from_db()
        iterations.agree_again(one, by=business)
        iterations.conclude(one, by=business, decision="pivot", reason="Too early", findings="Keys differ")
    with at(MAY):
        iterations.take_back(one, by=business, reason="Wrong figures")
        iterations.conclude(one, by=business, decision="go", reason="It works", findings="Keys agree")
    march = then("iteration", 0, day=ON_MARCH)
    shown = march.context["iteration"]
    assert (shown.status, shown.decision, shown.ends_on) == ("open", "", date(2026, 4, 20))
    assert [place.slug for place in march.context["where"]] == ["rural"]
    assert shown.kpi_version.number == 1
    assert [line.now for line in march.context["agreed"] if line.now] == []
    april = then("iteration", 0, day=ON_APRIL)
    shown = april.context["iteration"]
    assert (shown.status, shown.decision, shown.reason, shown.findings) == ("concluded", "pivot", "Too early", "")
    assert [place.slug for place in april.context["where"]] == ["suburban"]
    assert b"This conclusion was rewritten since" in april.content
    may = then("iteration", 0, day=ON_MAY).context["iteration"]
    assert (may.decision, may.findings) == ("go", "Keys agree")
    told = call(business, "get", f"use-cases/spring/iterations/0?as_of={ON_MARCH}").json()
    assert (told["status"], told["sites"], told["ends_on"]) == ("open", ["rural"], "2026-04-20")
    where = call(business, "get", f"use-cases/spring/iterations/0/conditions?as_of={ON_APRIL}").json()["results"]
    assert [place["site"] for place in where] == ["suburban"]


def test_a_measurement_says_what_it_said(spring, business, then):
    with at(MARCH):
        kpi = kpis.define_kpi(spring, by=business, name="Visits", unit="%", baseline=1.0)
        kpis.record_measurements(kpi, [{"period_start": date(2026, 3, 2), "value": 2.5}], by=business, source="typed")
    uid = kpi.measurements.get().uid
    with at(APRIL):
        kpis.record_measurements(kpi, [{"period_start": date(2026, 3, 2), "value": 7.25}], by=business, source="typed")
    march = then("measurement", 1, uid, day=ON_MARCH)
    assert (march.context["measurement"].value, list(march.context["revisions"])) == (2.5, [])
    april = then("measurement", 1, uid, day=ON_APRIL)
    assert (april.context["measurement"].value, len(april.context["revisions"])) == (7.25, 1)
    assert then("kpi_versions", 1, day=ON_MARCH).status_code == 200
    assert b",2.5," in then("measurements_csv", 1, day=ON_MARCH).content


def test_a_release_hashed_later_was_being_prepared(spring, data, then, call):
    with at(MARCH):
        one = Release.objects.create(use_case=spring, number=1, kind="in_place", title="By hand", created_by=data)
    with at(APRIL):
        prepared(one, {"commit": "abc"}, "1" * 64)
    march = then("release", 1, day=ON_MARCH).context["release"]
    assert (march.status, march.digest, march.manifest) == ("preparing", "", {})
    assert then("release", 1, day=ON_APRIL).context["release"].digest == "1" * 64
    told = call(data, "get", f"use-cases/spring/releases/1?as_of={ON_MARCH}").json()
    assert (told["status"], told["digest"]) == ("preparing", "")


def test_a_run_had_the_mark_and_the_state_of_then(spring, data, then):
    server = TrackingServer.objects.create(name="MLflow", url="http://127.0.0.1:5000")
    with at(MARCH):
        one = Run.objects.create(
            use_case=spring,
            server=server,
            mlflow_id="a" * 32,
            status="FINISHED",
            started_at=MARCH,
            ended_at=APRIL,
            metrics={"auuc": 0.5},
            seen_at=APRIL,
        )
    with at(MAY):
        runs.mark(one, "candidate", by=data)
    march = then("run", "a" * 32, day=ON_MARCH)
    assert (march.context["run"].status, march.context["run"].mark, march.context["metrics"]) == ("RUNNING", "", [])
    assert b"were not kept for that day" in march.content
    assert then("run", "a" * 32, day=ON_APRIL).context["metrics"] != []
    assert then("run", "a" * 32, day=ON_MAY).context["run"].mark == "candidate"


def test_a_series_and_its_check_end_on_the_day(spring, data, team, arrive, then, call):
    with at(MARCH):
        series = Series.objects.create(use_case=spring, kind="model", name="AUUC")
        check = Check.objects.create(
            use_case=spring, number=1, name="Low", series=series, comparator="below", bound=1, created_by=data
        )
    arrive(series, {MARCH: 3.0, APRIL: 0.5})
    with at(APRIL):
        Check.objects.filter(pk=check.pk).update(state="error", state_since=APRIL, last_ts=APRIL, last_value=0.5)
        audit.record("check.became_error", check, by=None, team=team, before={"state": "healthy"})
    march = then("series", series.uid, day=ON_MARCH)
    assert march.context["newest"] == [(MARCH, 3.0)]
    assert "0.5" not in march.context["sentence"]
    csv = b"".join(then("series_csv", series.uid, day=ON_MARCH).streaming_content)
    assert csv.count(b"\n") == 2
    shown = then("check", 1, day=ON_MARCH)
    assert (shown.context["check"].state, shown.context["check"].last_value) == ("healthy", None)
    assert len(shown.context["figure"]["data"][0]["x"]) == 1
    assert then("check", 1, day=ON_APRIL).context["check"].state == "error"
    assert call(data, "get", f"use-cases/spring/checks/1?as_of={ON_MARCH}").json()["state"] == "healthy"


def test_a_stranger_learns_nothing_of_it(spring, business, sign_in):
    with at(MARCH):
        problems.raise_problem(spring, by=business, title="No identifiers", face=IceFace.DATA, kind="problem")
    client = sign_in(UserFactory())
    assert client.get(reverse("problem", args=["spring", 1]), {"as_of": ON_MARCH}).status_code == 404


def test_the_sites_of_then_are_there_also_those_that_were_left(spring, site, business, then):
    other = type(site).objects.create(name="Suburban", slug="suburban")
    spring.served_sites.all().delete()
    with at(MARCH):
        serve_site(spring, site, by=business, specifics="Two letters")
    with at(APRIL):
        serve_site(spring, site, by=business, specifics="One letter")
        serve_site(spring, other, by=business)
    with at(MAY):
        leave_site(spring, site, by=business)
    told = [
        [(one.site.name, one.specifics) for one in then("use_case_sites", day=day).context["served"]]
        for day in (ON_MARCH, ON_APRIL, ON_MAY)
    ]
    assert told == [
        [("Rural", "Two letters")],
        [("Rural", "One letter"), ("Suburban", "")],
        [("Suburban", "")],
    ]
