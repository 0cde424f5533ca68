"""The API of jobs."""

import pytest

from portal.jobs import queue
from portal.jobs.models import Job, JobStatus
from portal.people.actions import create_token
from portal.people.models import Scope


@pytest.fixture
def job(use_case) -> Job:
    return queue.enqueue("test.job", "a", about=queue.About("Release 4", use_case.team, use_case.slug))


@pytest.fixture
def ask(client):
    """`ask(person, method, path)`: with a token of theirs that may change things."""

    def _ask(person, method: str, path: str, **headers):
        _token, secret = create_token(by=person, name="t", scopes=[Scope.WRITE], days=1)
        return getattr(client, method)(f"/api/v1/jobs{path}", headers={"Authorization": f"Bearer {secret}", **headers})

    return _ask


def test_a_member_lists_and_filters_their_jobs(job, data, ask):
    queue.enqueue("jobs.purge", "all")
    assert [row["subject"] for row in ask(data, "get", "").json()["results"]] == ["Release 4"]
    assert ask(data, "get", "?status=failed").json()["results"] == []
    assert ask(data, "get", "?nothing=1").status_code == 400


def test_a_job_tells_its_tries_and_not_the_technical_error(job, data, ask):
    claimed = queue.claim(job.pk)
    assert claimed is not None
    queue.fail(claimed, code="job.worker_lost", params={}, error="secret place", again=True)
    told = ask(data, "get", f"/{job.uid}")
    assert [one["outcome"] for one in told.json()["tries"]] == ["again"]
    assert told.json()["next_try"]
    assert b"secret place" not in told.content


def test_a_job_is_cancelled_and_tried_again_when_it_is_the_one_that_was_read(job, data, ask):
    assert ask(data, "post", f"/{job.uid}/cancel").status_code == 428
    tag = ask(data, "get", f"/{job.uid}")["ETag"]
    cancelled = ask(data, "post", f"/{job.uid}/cancel", **{"If-Match": tag})
    assert cancelled.json()["status"] == JobStatus.CANCELLED
    assert ask(data, "post", f"/{job.uid}/retry", **{"If-Match": tag}).status_code == 412
    again = ask(data, "post", f"/{job.uid}/retry", **{"If-Match": cancelled["ETag"]})
    assert again.json()["status"] == JobStatus.QUEUED


def test_a_viewer_reads_and_may_not_cancel(job, viewer, ask):
    tag = ask(viewer, "get", f"/{job.uid}")["ETag"]
    assert ask(viewer, "post", f"/{job.uid}/cancel", **{"If-Match": tag}).status_code == 403


def test_a_stranger_finds_nothing(job, stranger, ask):
    assert ask(stranger, "get", "").json()["results"] == []
    assert ask(stranger, "get", f"/{job.uid}").status_code == 404
    for verb in ("retry", "cancel"):
        assert ask(stranger, "post", f"/{job.uid}/{verb}", **{"If-Match": '"x"'}).status_code == 404
