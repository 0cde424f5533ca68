"""F5: the broker is down, or comes and goes: nobody notices, and what was asked for is done when it is back."""

import secrets
from subprocess import Popen

import pytest

from portal.celery import app
from portal.embedded import processes
from portal.embedded.valkey import Valkey
from portal.jobs import canary, queue
from portal.jobs.models import Job, JobStatus
from portal.people.actions import create_token
from portal.people.models import Scope, Team
from tests.faults.handlers import KIND


class Broker:
    """A broker of this test alone, that can be stopped and started on the same port."""

    def __init__(self, folder) -> None:
        self.folder = folder
        self.server = Valkey(folder / "valkey", processes.free_port(), secrets.token_hex(16))
        self.child: Popen[bytes] | None = None

    def start(self) -> None:
        self.server.prepare()
        self.child = processes.spawn(self.server.command(), log=self.folder / "valkey.log")
        assert processes.wait_until(self.server.answers, self.child, within=20)

    def stop(self) -> None:
        if self.child is not None:
            self.child.kill()
            self.child.wait()
            self.child = None


@pytest.fixture
def broker(tmp_path, monkeypatch):
    own = Broker(tmp_path)
    own.start()
    with monkeypatch.context() as patched:
        patched.setattr(app.conf, "broker_url", own.server.url(0))
        patched.setattr(app.conf, "broker_read_url", own.server.url(0))
        patched.setattr(app.conf, "broker_write_url", own.server.url(0))
        patched.setattr(app, "_pool", None)
        patched.setattr(app.amqp, "_producer_pool", None)
        yield own
    own.stop()


def test_f5_points_are_taken_while_the_broker_is_down(committed_db, use_case, data, client, broker):
    broker.stop()
    _token, secret = create_token(by=data, name="t", scopes=list(Scope), days=1)
    body = {
        "series": [{"name": "Visits", "kind": "business"}],
        "index": [0],
        "ts": ["2026-05-02T06:00:00Z"],
        "value": [1],
    }
    answer = client.post(
        f"/api/v1/use-cases/{use_case.slug}/points",
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}", "Idempotency-Key": "one"},
    )
    assert answer.status_code in (200, 201)
    job = queue.latest("checks.evaluate", str(use_case.pk))
    assert job is not None
    assert job.status == JobStatus.QUEUED


@pytest.mark.proof
def test_f5_a_backlog_is_drained_when_the_broker_is_back_though_it_flaps(
    start_worker, sweep_until, outside, broker, figure
):
    start_worker(BROKER_URL=broker.server.url(0))
    broker.stop()
    jobs = []
    for number in range(50):
        team = Team.objects.create(name=f"open b{number}", slug=f"b{number}")
        jobs.append(queue.enqueue(KIND, team.slug, team_id=team.pk, url=outside.url).pk)
    for _flap in range(3):
        broker.start()
        broker.stop()
    broker.start()
    done = Job.objects.filter(pk__in=jobs, status=JobStatus.SUCCEEDED)
    figure("jobs", len(jobs))
    figure("drained_after_seconds", sweep_until(lambda: done.count() == len(jobs), within=120))
    assert Team.objects.filter(name__startswith="effect ").count() == len(jobs)
    sweep_until(lambda: canary.pulse().state == "ok")
