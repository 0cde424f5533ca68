"""The API of runs, experiments, servers and identities."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from portal.jobs.models import Job
from tests.factories import UseCaseFactory
from usecases.runs.models import Experiment, ExternalIdentity, Mark, TrackingServer

PATH = "use-cases/spring/runs"


def names(answer):
    return [row["name"] for row in answer.json()["results"]]


def test_runs_are_listed_as_one_may_see_them(add_run, viewer, stranger, call):
    add_run("first", params={"depth": "4"}, metrics={"auc": 0.8})
    add_run("elsewhere", use_case=UseCaseFactory())
    told = call(viewer, "get", "runs").json()["results"]
    assert [(row["name"], row["use_case"], row["params"], row["metrics"]) for row in told] == [
        ("first", "spring", {"depth": "4"}, {"auc": 0.8})
    ]
    assert names(call(viewer, "get", PATH)) == ["first"]
    assert names(call(stranger, "get", "runs")) == []
    assert call(stranger, "get", PATH).status_code == 404


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("status=FAILED", ["broken"]),
        ("mark=candidate", ["good"]),
        ("q=GOO", ["good"]),
        ("author=eva", ["broken"]),
        ("since=2026-03-02&until=2026-03-03", ["good"]),
        ("ordering=-started", ["good", "broken", "never"]),
        ("ordering=started&limit=200", ["never", "broken", "good"]),
    ],
)
def test_filters_and_orders(query, expected, add_run, data, call):
    zone = ZoneInfo("Europe/Paris")
    add_run("good", Mark.CANDIDATE, started_at=datetime(2026, 3, 2, 9, tzinfo=zone))
    add_run("broken", status="FAILED", author="eva", started_at=datetime(2026, 3, 1, 9, tzinfo=zone))
    add_run("never", status="SCHEDULED", started_at=None)
    assert names(call(data, "get", f"{PATH}?{query}")) == expected


def test_runs_that_never_started_are_not_lost_between_pages(add_run, data, call):
    for number in range(5):
        add_run(f"run{number}", **({"started_at": None} if number % 2 else {}))
    path, walked = f"{PATH}?ordering=started&limit=2", []
    while path:
        page = call(data, "get", path)
        walked += names(page)
        path = (page.json()["next"] or "").partition("/api/v1/")[2]
    assert sorted(walked) == [f"run{number}" for number in range(5)]


@pytest.mark.parametrize("query", ["status=LOST", "mark=best", "since=yesterday", "metric=auc"])
def test_what_the_list_does_not_know_is_a_400(query, use_case, data, call):
    assert call(data, "get", f"{PATH}?{query}").status_code == 400


def test_the_list_costs_the_same_for_ten_and_for_sixty(add_run, data, call, count_queries):
    call(data, "get", "me")
    counted = []
    for numbers in (range(10), range(10, 60)):
        for number in numbers:
            add_run(f"run{number}")
        counted.append(count_queries(lambda: call(data, "get", "runs")))
    assert counted[0] == counted[1]


def test_a_run_tells_who_wrote_it(add_run, data, business, call):
    add_run("first", tags={"team.note": "x"})
    assert call(data, "get", f"{PATH}/id-first").json()["person"] is None
    ExternalIdentity.objects.create(name="ana", user=business)
    told = call(data, "get", f"{PATH}/id-first").json()
    assert (told["person"]["name"], told["tags"]) == ("Business Martin", {"team.note": "x"})


def test_a_run_is_marked_when_it_is_the_one_that_was_read(add_run, data, it, call):
    add_run("first")
    tag = call(data, "get", f"{PATH}/id-first")["ETag"]
    assert call(it, "post", f"{PATH}/id-first/mark", {"mark": "candidate"}, match=tag).status_code == 403
    assert call(data, "post", f"{PATH}/id-first/mark", {"mark": "best"}, match=tag).status_code == 400
    assert call(data, "post", f"{PATH}/id-first/mark", {"mark": "candidate"}, match=tag).json()["mark"] == "candidate"
    assert call(data, "post", f"{PATH}/id-first/mark", {"mark": ""}, match=tag).status_code == 412
    assert call(data, "post", f"{PATH}/id-first/mark", {"mark": ""}, match="*").json()["mark"] == ""


def test_the_candidate_is_compared_with_the_simple_baseline(add_run, viewer, call):
    assert call(viewer, "get", "use-cases/spring/comparison").json()["met"] is False
    add_run("simple", Mark.BASELINE, metrics={"auc": 0.7})
    add_run("new", Mark.CANDIDATE, metrics={"auc": 0.8}, tags={"passerelle.metric": "auc"})
    told = call(viewer, "get", "use-cases/spring/comparison").json()
    assert (told["met"], told["metric"], told["baseline"], told["candidate"]) == (True, "auc", "id-simple", "id-new")


def test_an_experiment_is_linked_once(use_case, server, data, viewer, call):
    sent = {"server": "Lab", "name": "uplift"}
    assert call(data, "post", "use-cases/spring/experiments", sent).status_code == 201
    assert call(data, "post", "use-cases/spring/experiments", sent).status_code == 409
    assert call(data, "post", "use-cases/spring/experiments", {**sent, "server": "x"}).status_code == 400
    assert call(viewer, "post", "use-cases/spring/experiments", sent).status_code == 403
    assert names(call(viewer, "get", "use-cases/spring/experiments")) == ["uplift"]
    assert Experiment.objects.count() == 1


def test_all_is_read_again_when_asked(use_case, data, viewer, call):
    assert call(data, "post", "use-cases/spring/synchronisations").status_code == 409
    TrackingServer.objects.create(name="Lab", url="http://mlflow.example:5000")
    assert call(viewer, "post", "use-cases/spring/synchronisations").status_code == 403
    asked = call(data, "post", "use-cases/spring/synchronisations").json()["jobs"]
    assert asked == [str(Job.objects.get().uid)]


def test_servers_and_identities_are_the_administrators(admin, data, call):
    made = call(admin, "post", "tracking-servers", {"name": "Research", "url": "https://mlflow.example.org/"})
    assert (made.status_code, made.json()["url"]) == (201, "https://mlflow.example.org")
    refused = call(admin, "post", "tracking-servers", {"name": "Bad", "url": "file:///etc/passwd"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "url")
    assert call(admin, "post", "identities", {"name": "ana", "user": str(data.uid)}).status_code == 201
    assert call(admin, "get", "identities").json()["results"][0]["user"]["name"] == "Data Martin"
    for path in ("tracking-servers", "identities"):
        assert call(data, "get", path).status_code == 403
