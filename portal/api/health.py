"""What a balancer and a supervisor ask: are you there, can you serve."""

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from portal.jobs.models import PeriodicRun


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"status": "ok"})


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """The database answers and its tables are those of this code (503 otherwise).

    The worker's last sign of life is told, but pages are served without it.
    """
    try:
        executor = MigrationExecutor(connection)
        missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        sign = PeriodicRun.objects.order_by("-id").values_list("recorded_at", flat=True).first()
    except DatabaseError:
        return JsonResponse({"status": "unavailable", "database": "unreachable"}, status=503)
    told = {"status": "unavailable" if missing else "ok", "database": "ok", "migrations_missing": missing}
    return JsonResponse({**told, "worker_seen_at": sign}, status=503 if missing else 200)
