"""The job of the demonstration is tried again from its page: a worker goes on with the story, or says why not."""

from datetime import UTC, datetime

import pytest
import requests

from portal.demo import story
from portal.demo.tasks import load
from portal.jobs import actions, runner
from portal.jobs.models import Job, JobStatus

ANCHOR = datetime(2026, 5, 4, tzinfo=UTC)


@pytest.fixture
def again(admin) -> Job:
    arguments = {"anchor": ANCHOR.isoformat()}
    failed = Job.objects.create(kind="demo.load", key="demo", status="failed", max_attempts=1, arguments=arguments)
    return actions.retry(failed, by=admin)


def test_the_worker_tells_on_from_the_same_moment(again, settings, monkeypatch):
    settings.DEMO = True
    told = []
    monkeypatch.setattr(story, "tell", lambda teller, anchor: told.append((teller.job.pk, anchor)))
    runner.run(again.pk)
    assert told == [(again.pk, ANCHOR)]
    assert Job.objects.get().status == JobStatus.SUCCEEDED


def test_where_the_demo_is_off_it_says_so(again, settings):
    settings.DEMO = False
    runner.run(again.pk)
    job = Job.objects.get()
    assert job.status == JobStatus.FAILED
    assert "The demo is off" in job.note


def test_a_tracking_server_that_is_away_is_waited_for(again, settings, monkeypatch):
    def away(*_told):
        raise requests.ConnectionError("no")

    settings.DEMO = True
    monkeypatch.setattr(story, "tell", away)
    runner.run(again.pk)
    assert Job.objects.get().note == "The MLflow server does not answer."


def test_its_door_is_registered():
    assert runner._handlers["demo.load"] is load
