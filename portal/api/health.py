"""What a balancer and a supervisor ask: are you there, can you serve."""

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from portal.jobs import canary


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"status": "ok"})


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """The database answers and its tables are those of this code (503 otherwise).

    What the workers do is told beside it (see `canary.Pulse`), and never a reason for 503: pages are served without
    them, and a balancer that took every process away because a worker is deaf would make it worse.
    """
    try:
        executor = MigrationExecutor(connection)
        missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        pulse = None if missing else canary.pulse()
    except DatabaseError:
        return JsonResponse({"status": "unavailable", "database": "unreachable"}, status=503)
    told = {"status": "unavailable" if missing else "ok", "database": "ok", "migrations_missing": missing}
    worker = {"worker": pulse.state if pulse else "unknown", "worker_seen_at": pulse.seen_at if pulse else None}
    return JsonResponse({**told, **worker}, status=503 if missing else 200)
