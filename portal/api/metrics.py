"""What Prometheus reads: requests by view and status, jobs, the workers' canary, the database's connections.

Addresses are named by their view, never by what they hold: no slug, no name of anybody.
"""

import hmac
import ipaddress
import os
from collections.abc import Iterator

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from portal.jobs import canary

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")

# Jobs that are open, and those that ended within the hour: the index of what ended serves it, whatever is kept.
JOBS = """
    SELECT kind, status, count(*) FROM portal_job
    WHERE ended_at IS NULL OR ended_at > now() - interval '1 hour' GROUP BY kind, status ORDER BY kind, status
"""
WAITING = """
    SELECT coalesce(extract(epoch FROM max(now() - run_after)), 0) FROM portal_job
    WHERE status = 'queued' AND run_after <= now()
"""
CONNECTIONS = """
    SELECT coalesce(state, 'other'), count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' GROUP BY 1 ORDER BY 1
"""


class Facts:
    """What is read from the database at each scrape; of a database that does not answer, only that."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Every family; raises nothing when the database is away."""
        try:
            families = [*_jobs(), *_worker(), *_connections()]
        except Error:
            families = []
        yield GaugeMetricFamily("passerelle_database_up", "Whether the database answers", value=bool(families))
        yield from families


def _rows(question: str) -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchall()


def _jobs() -> Iterator[GaugeMetricFamily]:
    told = "Jobs by kind and status: open ones, and those that ended within the hour"
    family = GaugeMetricFamily("passerelle_jobs", told, labels=("kind", "status"))
    for kind, status, count in _rows(JOBS):
        family.add_metric((kind, status), float(count))
    yield family
    age = float(_rows(WAITING)[0][0])
    yield GaugeMetricFamily("passerelle_jobs_waiting_seconds", "How long the job that waits longest is due", value=age)


def _worker() -> Iterator[GaugeMetricFamily]:
    pulse = canary.pulse()
    age = float("nan") if pulse.age is None else pulse.age
    told = "Age of the newest canary that came through a worker; NaN when none ever did"
    yield GaugeMetricFamily("passerelle_canary_age_seconds", told, value=age)
    yield GaugeMetricFamily("passerelle_jobs_held", "Jobs whose lease a worker is renewing", value=pulse.held)
    well = float(pulse.state in ("ok", "busy"))
    yield GaugeMetricFamily("passerelle_worker_up", "Whether a worker consumes, or is busy", value=well)


def _connections() -> Iterator[GaugeMetricFamily]:
    family = GaugeMetricFamily("passerelle_database_connections", "Connections by state", labels=("state",))
    for state, count in _rows(CONNECTIONS):
        family.add_metric((state,), float(count))
    yield family
    most = float(_rows("SELECT setting FROM pg_settings WHERE name = 'max_connections'")[0][0])
    yield GaugeMetricFamily("passerelle_database_connections_max", "How many the database takes", value=most)


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Everything, in the text format of Prometheus; 404 to who may not read it.

    Counters are those of all processes of this web group when PROMETHEUS_MULTIPROC_DIR names the folder they share.
    """
    if not _may_read(request):
        raise Http404
    counted = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        counted = CollectorRegistry()
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    asked = CollectorRegistry()
    asked.register(Facts())
    return HttpResponse(generate_latest(counted) + generate_latest(asked), content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    """With METRICS_TOKEN: who holds it. Without: this machine, and nothing that a proxy on it passed on."""
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode())
    if any(request.META.get(name) for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
