"""Is there a worker that consumes? A process that lives and a broker that answers do not prove it: a message does."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Max
from django.db.models.functions import Now

from portal.jobs.models import Heartbeat

LATE = timedelta(seconds=120)


@dataclass(frozen=True, slots=True)
class Pulse:
    """The workers' last sign of life: the newest canary that came through, its age in seconds, and how many hold jobs.

    `age` is None while none ever came through.
    """

    seen_at: datetime | None
    age: float | None
    held: int

    @property
    def state(self) -> str:
        """`ok`; `busy` (late, but jobs under way are being renewed); `deaf` (late, nothing held); `unknown`."""
        if self.age is None:
            return "busy" if self.held else "unknown"
        if self.age <= LATE.total_seconds():
            return "ok"
        return "busy" if self.held else "deaf"


def send() -> None:
    """Send a canary through the broker."""
    from kombu.exceptions import OperationalError

    from portal.jobs.tasks import answer as task

    heartbeat = Heartbeat.objects.create()
    try:
        task.apply_async((heartbeat.pk,), expires=int(LATE.total_seconds()))
    except OperationalError:
        # It stays undone, which is exactly what it says.
        return


def answer(heartbeat_id: int) -> None:
    """A worker got it; a second delivery changes nothing."""
    Heartbeat.objects.filter(pk=heartbeat_id, done_at__isnull=True).update(done_at=Now())


def newest() -> datetime | None:
    """When the newest canary came through."""
    moment: datetime | None = Heartbeat.objects.aggregate(newest=Max("done_at"))["newest"]
    return moment


def pulse() -> Pulse:
    """The state of the workers now, by the database's clock (one query)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT newest, extract(epoch FROM now() - newest),"
            " (SELECT count(*) FROM portal_job WHERE status = 'running' AND lease_until >= now())"
            " FROM (SELECT max(done_at) AS newest FROM portal_heartbeat) AS canary"
        )
        seen_at, age, held = cursor.fetchone()
    return Pulse(seen_at, None if age is None else float(age), held)
