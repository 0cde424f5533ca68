"""The API of checks, incidents and health: each verb works, is refused to who may not, and once it is too late."""

import pytest
from django.utils import timezone

from monitoring.checks.models import Check
from monitoring.incidents.models import Incident
from monitoring.series.models import Series
from tests.factories import UseCaseFactory

OF = "use-cases/spring/"


@pytest.fixture
def series(use_case) -> Series:
    return Series.objects.create(use_case=use_case, kind="business", name="Visits", unit="%")


@pytest.fixture
def check(use_case, series, data) -> Check:
    facts = {"name": "Few visits", "series": series, "comparator": "below", "bound": 0.1, "created_by": data}
    return Check.objects.create(use_case=use_case, number=1, **facts)


@pytest.fixture
def incident(use_case, check) -> Incident:
    facts = {"check_that_failed": check, "severity": "error", "began_at": timezone.now(), "value": 0.05}
    return Incident.objects.create(use_case=use_case, number=1, **facts)


def test_a_check_is_defined_as_on_its_page(series, data, viewer, stranger, call):
    sent = {"name": "Few visits", "series": str(series.uid), "comparator": "below", "bound": 0.1, "k": 2, "window": 3}
    assert call(stranger, "post", OF + "checks", sent).status_code == 404
    assert call(viewer, "post", OF + "checks", sent).status_code == 403
    made = call(data, "post", OF + "checks", sent)
    assert made.status_code == 201, made.content
    assert made.json()["rule"] == "Visits < 0.1 % (2/3)"
    assert made.json()["state"] == "unknown"
    refused = call(data, "post", OF + "checks", {**sent, "k": 4})
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["field"] == "k"


def test_a_check_is_on_a_series_of_its_use_case(team, business, data, use_case, call):
    other = UseCaseFactory(team=team, created_by=business, slug="other")
    series = Series.objects.create(use_case=other, kind="business", name="Visits")
    sent = {"name": "Few", "series": str(series.uid), "comparator": "below", "bound": 1}
    refused = call(data, "post", OF + "checks", sent)
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["field"] == "series"


def test_checks_are_filtered(check, viewer, call):
    assert [one["number"] for one in call(viewer, "get", OF + "checks?state=unknown").json()["results"]] == [1]
    assert call(viewer, "get", OF + "checks?state=error").json()["results"] == []
    assert call(viewer, "get", OF + "checks?colour=red").status_code == 400


def test_a_check_is_switched_off_once(check, data, viewer, call):
    where = OF + "checks/1"
    tag = call(data, "get", where)["ETag"]
    assert call(data, "post", where + "/switch", {"on": False}).status_code == 428
    assert call(viewer, "post", where + "/switch", {"on": False}, match=tag).status_code == 403
    off = call(data, "post", where + "/switch", {"on": False}, match=tag)
    assert off.json()["is_active"] is False
    assert call(data, "post", where + "/switch", {"on": True}, match=tag).status_code == 412
    assert call(data, "post", where + "/switch", {"on": False}, match=off["ETag"]).status_code == 409


def test_an_incident_is_taken_and_resolved_with_its_cause(incident, it, viewer, call):
    where = OF + "incidents/1"
    tag = call(it, "get", where)["ETag"]
    assert call(viewer, "post", where + "/acknowledge", match=tag).status_code == 403
    taken = call(it, "post", where + "/acknowledge", match=tag)
    assert (taken.json()["status"], taken.json()["owner"]) == ("acknowledged", "it")
    assert call(it, "post", where + "/acknowledge", match="*").status_code == 409
    assert call(it, "post", where + "/resolve", {"cause": "   short    "}, match="*").status_code == 400
    assert call(it, "post", where + "/resolve", {"cause": "The file came twice."}, match=tag).status_code == 412
    over = call(it, "post", where + "/resolve", {"cause": "The file came twice."}, match=taken["ETag"])
    assert over.json()["status"] == "resolved"
    assert over.json()["cause"] == "The file came twice."


def test_incidents_of_all_use_cases_are_those_one_may_see(incident, steering, stranger, call):
    assert [one["use_case"] for one in call(steering, "get", "incidents?status=open").json()["results"]] == ["spring"]
    assert call(stranger, "get", "incidents").json()["results"] == []
    assert call(stranger, "get", OF + "incidents/1").status_code == 404


def test_health_says_why_and_counts(incident, series, viewer, stranger, call):
    told = call(viewer, "get", OF + "health").json()
    assert (told["health"], told["unresolved_incidents"], told["series"]) == ("unknown", 1, 1)
    assert told["checks"] == {"healthy": 0, "warning": 0, "error": 0, "unknown": 1}
    assert [one["use_case"] for one in call(viewer, "get", "health?health=unknown").json()["results"]] == ["spring"]
    assert call(stranger, "get", "health").json()["results"] == []
    assert call(stranger, "get", OF + "health").status_code == 404


@pytest.mark.parametrize("what", ["use-cases/spring/checks", "use-cases/spring/incidents", "incidents", "health"])
def test_a_list_costs_the_same_however_long(what, team, business, data, series, incident, call, count_queries):
    call(data, "get", what)
    few = count_queries(lambda: call(data, "get", what))
    for number in range(2, 8):
        facts = {"series": series, "comparator": "below", "bound": 0.1, "created_by": data, "name": f"c{number}"}
        check = Check.objects.create(use_case=series.use_case, number=number, **facts)
        more = {"check_that_failed": check, "severity": "error", "began_at": timezone.now(), "value": 0.05}
        Incident.objects.create(use_case=series.use_case, number=number, owner=business, **more)
        UseCaseFactory(team=team, created_by=business, slug=f"u{number}")
    assert count_queries(lambda: call(data, "get", what)) == few
