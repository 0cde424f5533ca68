"""The API of environments, releases and deployments."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.http import urlencode

from portal.jobs.models import Job
from usecases.catalog.models import UseCaseSite
from usecases.deployments import actions, transitions
from usecases.deployments.models import Deployment, DeploymentStatus, Environment, Release

PATH = "use-cases/spring/deployments"


def numbers(answer):
    return [row["number"] for row in answer.json()["results"]]


@pytest.fixture
def live(use_case, environment, site, it) -> Deployment:
    """The system in place, declared at the site."""
    return actions.declare_in_place(use_case, environment, [site], "Letters", by=it).deployments.get()


def test_deployments_are_listed_as_one_may_see_them(request_it, viewer, stranger, call):
    request_it()
    told = call(viewer, "get", "deployments").json()["results"]
    assert [(row["use_case"], row["release"], row["site"], row["environment"]) for row in told] == [
        ("spring", 1, "rural", "production")
    ]
    assert numbers(call(viewer, "get", PATH)) == [1]
    assert call(stranger, "get", "deployments").json()["results"] == []
    assert call(stranger, "get", PATH).status_code == 404


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("status=live", [1]),
        ("status=requested", []),
        ("site=rural&environment=production", [1]),
        ("site=elsewhere", []),
        ("q=letter", [1]),
        ("since=2100-01-01", []),
    ],
)
def test_filters(query, expected, live, data, call):
    assert numbers(call(data, "get", f"{PATH}?{query}")) == expected


def test_what_ran_at_a_site_at_a_moment(live, data, call):
    now = timezone.now()
    for moment, expected in ((now, [1]), (live.live_from - timedelta(days=1), [])):
        query = urlencode({"site": "rural", "live_at": moment.isoformat()})
        assert numbers(call(data, "get", f"{PATH}?{query}")) == expected
    assert call(data, "get", f"{PATH}?live_at=yesterday").status_code == 400


def test_the_lists_cost_the_same_for_ten_and_for_sixty(seal, live, use_case, data, call, count_queries):
    call(data, "get", "me")
    counted = []
    for more in (range(10), range(10, 60)):
        for number in more:
            seal(f"Release {number}")
            shared = {"target": live.target, "release": live.release, "digest": live.digest}
            shared |= {"requested_by": data, "status": "withdrawn", "status_since": timezone.now()}
            Deployment.objects.create(use_case=use_case, number=number + 50, kind="declaration", **shared)
        counted.append([count_queries(lambda one=one: call(data, "get", one)) for one in ("deployments", PATH)])
        counted[-1].append(count_queries(lambda: call(data, "get", "use-cases/spring/releases")))
    assert counted[0] == counted[1]


def test_a_deployment_is_requested_once(seal, environment, site, author, viewer, call):
    seal()
    sent = {"release": 1, "environment": "production", "site": "rural", "reason": "Rehearsed."}
    made = call(author, "post", PATH, sent)
    assert (made.status_code, made["Location"], made.json()["status"]) == (201, f"/api/v1/{PATH}/1", "requested")
    assert call(author, "post", PATH, sent).status_code == 409
    assert call(viewer, "post", PATH, sent).status_code == 403
    for field, wrong in (("release", 9), ("site", "elsewhere"), ("environment", "moon"), ("reason", "")):
        refused = call(author, "post", PATH, {**sent, field: wrong})
        assert (refused.status_code, [one["field"] for one in refused.json()["errors"]]) == (400, [field])


def test_it_approves_the_digest_that_was_read(request_it, data, it, second_it, call):
    deployment = request_it()
    read = call(it, "get", f"{PATH}/1")
    assert read.json()["digest"] == deployment.digest
    assert read.json()["review"]["checks"][0]["title"] == "Four eyes"
    assert call(data, "post", f"{PATH}/1/approve", {}, match=read["ETag"]).status_code == 403
    done = call(it, "post", f"{PATH}/1/approve", {"comment": "Seen"}, match=read["ETag"])
    assert (done.json()["status"], done.json()["approvals"][0]["comment"]) == ("approved", "Seen")
    assert done.json()["job"] == str(Job.objects.get(kind="deployments.execute").uid)
    assert call(second_it, "post", f"{PATH}/1/approve", {}, match=read["ETag"]).status_code == 412
    assert call(second_it, "post", f"{PATH}/1/approve", {}, match="*").status_code == 409


def test_who_asked_may_not_approve(seal, environment, site, author, it, call):
    actions.request_deployment(seal(), environment, site, by=it)
    refused = call(it, "post", f"{PATH}/1/approve", {}, match="*")
    assert (refused.status_code, refused.json()["detail"][:16]) == (403, "You asked for it")


def test_a_request_whose_site_changed_is_void_and_stays_so(request_it, it, call):
    deployment = request_it()
    UseCaseSite.objects.update(specifics="Another rule")
    refused = call(it, "post", f"{PATH}/1/approve", {}, match="*")
    assert refused.status_code == 409
    assert "void" in refused.json()["detail"]
    deployment.refresh_from_db()
    assert deployment.status == "expired"


@pytest.mark.parametrize(("verb", "status"), [("ask-changes", "changes_asked"), ("reject", "rejected")])
def test_it_says_no_and_why(verb, status, request_it, data, it, call):
    request_it()
    assert call(it, "post", f"{PATH}/1/{verb}", {}, match="*").status_code == 400
    assert call(data, "post", f"{PATH}/1/{verb}", {"comment": "No."}, match="*").status_code == 403
    done = call(it, "post", f"{PATH}/1/{verb}", {"comment": "Not on a Friday."}, match="*").json()
    assert (done["status"], done["steps"][-1]["comment"]) == (status, "Not on a Friday.")


def test_a_request_is_withdrawn(request_it, data, viewer, call):
    request_it()
    assert call(viewer, "post", f"{PATH}/1/withdraw", match="*").status_code == 403
    assert call(data, "post", f"{PATH}/1/withdraw", match="*").json()["status"] == "withdrawn"
    assert call(data, "post", f"{PATH}/1/withdraw", match="*").status_code == 409


def test_a_failed_one_runs_again(live, it, data, call):
    Deployment.objects.filter(pk=live.pk).update(status="failed", live_from=None)
    assert call(data, "post", f"{PATH}/1/retry", match="*").status_code == 403
    assert call(it, "post", f"{PATH}/1/retry", match="*").json()["status"] == "approved"
    assert call(it, "post", f"{PATH}/1/retry", match="*").status_code == 409


def test_a_roll_back_tells_the_deployment_that_goes_back(live, it, data, call):
    assert call(data, "post", f"{PATH}/1/roll-back", {"comment": "Visits fell."}, match="*").status_code == 403
    assert call(it, "post", f"{PATH}/1/roll-back", {"comment": "Visits fell."}, match="*").status_code == 409
    transitions.move(live, DeploymentStatus.REPLACED, by=None, machine="m", live_until=timezone.now())
    shared = {"use_case": live.use_case, "target": live.target, "release": live.release, "digest": live.digest}
    shared |= {"requested_by": data, "status": "live", "status_since": timezone.now(), "live_from": timezone.now()}
    Deployment.objects.create(number=2, kind="roll_back", previous=live, **shared)
    told = call(it, "post", f"{PATH}/2/roll-back", {"comment": "Visits fell."}, match="*").json()
    assert (told["number"], told["kind"], told["status"]) == (3, "roll_back", "approved")


def test_a_release_is_prepared_and_told_with_its_digest(version, seal, data, viewer, call):
    sent = {"model_version": str(version.uid), "title": "Uplift", "configuration": {"threshold": 0.5}}
    made = call(data, "post", "use-cases/spring/releases", sent)
    assert (made.status_code, made["Location"]) == (201, "/api/v1/use-cases/spring/releases/1")
    told = call(viewer, "get", "use-cases/spring/releases/1").json()
    assert (told["status"], told["configuration"], told["model"]) == ("preparing", {"threshold": 0.5}, "uplift")
    assert told["job"] == str(Job.objects.get(kind="releases.prepare").uid)
    assert call(viewer, "post", "use-cases/spring/releases", sent).status_code == 403
    release = seal()
    told = call(viewer, "get", f"use-cases/spring/releases/{release.number}").json()
    assert (told["digest"], told["manifest"]["model"]["version"]) == (release.digest, "4")


def test_the_system_in_place_is_declared(use_case, environment, site, it, data, call):
    sent = {"title": "Letters", "environment": "production", "sites": ["rural"]}
    assert call(data, "post", "use-cases/spring/releases/in-place", sent).status_code == 403
    assert call(it, "post", "use-cases/spring/releases/in-place", sent).status_code == 201
    assert call(it, "post", "use-cases/spring/releases/in-place", sent).status_code == 409
    assert call(data, "get", "use-cases/spring/targets").json()["results"][0]["live"] == 1
    assert Release.objects.count() == 1


def test_environments_are_the_administrators_to_create(environment, admin, data, call):
    sent = {"name": "Rehearsal", "slug": "rehearsal"}
    assert call(data, "post", "environments", sent).status_code == 403
    assert call(admin, "post", "environments", sent).json()["is_production"] is False
    assert call(admin, "post", "environments", sent).status_code == 409
    assert [row["slug"] for row in call(data, "get", "environments").json()["results"]] == ["production", "rehearsal"]
    assert Environment.objects.count() == 2
