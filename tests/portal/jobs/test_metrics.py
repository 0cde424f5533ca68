"""What Prometheus reads, and who may."""

import subprocess
import sys

import pytest
from django.db.models.functions import Now
from django.urls import reverse

from portal.embedded.home import ROOT
from portal.jobs import canary, queue
from portal.jobs.models import Heartbeat, Job

pytestmark = pytest.mark.django_db


def _read(client, **headers):
    return client.get("/metrics", **headers).content.decode()


def test_jobs_are_counted_by_kind_and_status(client):
    queue.enqueue("test.job", "a")
    queue.claim(queue.enqueue("test.job", "b").pk)
    told = _read(client)
    assert 'passerelle_jobs{kind="test.job",status="queued"} 1.0' in told
    assert 'passerelle_jobs{kind="test.job",status="running"} 1.0' in told
    assert "passerelle_jobs_held 1.0" in told
    assert "passerelle_database_up 1.0" in told


def test_requests_are_counted_by_view_and_no_slug_is_told(client, use_case, data, sign_in):
    sign_in(data).get(reverse("overview", args=[use_case.slug]))
    told = _read(client)
    assert 'status="200",view="overview"' in told
    assert "spring" not in told


def test_the_canary_tells_its_age(client):
    assert "passerelle_canary_age_seconds NaN" in _read(client)
    Heartbeat.objects.create(done_at=Now() - 2 * canary.LATE)
    told = _read(client)
    assert "passerelle_worker_up 0.0" in told
    assert float(told.rpartition("\npasserelle_canary_age_seconds ")[2].split()[0]) >= 120


def test_a_worker_that_is_late_but_holds_jobs_is_busy_and_not_deaf(client):
    Heartbeat.objects.create(done_at=Now() - 2 * canary.LATE)
    assert client.get("/readyz").json()["worker"] == "deaf"
    queue.claim(queue.enqueue("test.job", "a").pk)
    assert client.get("/readyz").json()["worker"] == "busy"
    Job.objects.update(lease_until=Now() - canary.LATE)
    assert client.get("/readyz").json()["worker"] == "deaf"


def test_a_deaf_worker_does_not_take_the_pages_away(client):
    Heartbeat.objects.create(done_at=Now() - 2 * canary.LATE)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


@pytest.mark.parametrize(
    "asked",
    [{"REMOTE_ADDR": "10.1.2.3"}, {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, {"REMOTE_ADDR": "not an address"}],
)
def test_another_machine_finds_nothing(client, asked):
    assert client.get("/metrics", **asked).status_code == 404


def test_with_a_token_only_its_holder_reads(client, settings):
    settings.METRICS_TOKEN = "of-the-scraper"
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer another"}).status_code == 404
    answer = client.get("/metrics", headers={"Authorization": "Bearer of-the-scraper"}, REMOTE_ADDR="10.1.2.3")
    assert answer.status_code == 200


def test_counters_of_two_processes_are_added(client, tmp_path, monkeypatch):
    """Each process counts in a file of its own; the answer of any of them is the sum."""
    count = "from prometheus_client import Counter; Counter('passerelle_counted', 'x').inc(2)"
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    for _process in range(2):
        subprocess.run([sys.executable, "-c", count], check=True, cwd=ROOT)
    assert "passerelle_counted_total 4.0" in _read(client)
