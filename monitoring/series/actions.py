"""What people, and the machines that hold their tokens, do with series."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from prometheus_client import Counter

from monitoring.series import ingest
from monitoring.series.models import Batch
from monitoring.series.payload import Payload, check
from portal.audit import record as audit
from portal.errors import BadInput
from portal.jobs import queue
from portal.people import rights
from portal.people.models import User
from usecases.catalog.models import UseCase

RECEIVED = Counter("passerelle_points_received", "Points taken, those sent again apart")
CHANGED = Counter("passerelle_points_changed", "Points taken that were new or replaced another value")


def send_points(use_case: UseCase, payload: Payload, *, by: User, key: str | None = None) -> Batch:
    """Take one batch of points, all or nothing; series that are missing are created; a correction replaces.

    The same `key` with the same points is answered from the first time. Raises NotAllowed, BadInput, TooLarge, and
    KeyReused when the key came with other points.
    """
    rights.require(by, "series.send", use_case.team)
    if key is not None and not (0 < len(key) <= ingest.KEY_LENGTH and key.isprintable()):
        raise BadInput(_("An idempotency key has 1 to %(most)s printable characters.") % {"most": ingest.KEY_LENGTH})
    told = check(payload)
    with transaction.atomic():
        batch, is_new = ingest.claim(use_case, key or "", told.digest, by=by)
        if not is_new:
            return batch
        ingest.write(use_case, batch, told)
        audit.record(
            "points.sent",
            batch,
            by=by,
            team=use_case.team,
            use_case=use_case.slug,
            points=batch.points,
            changed=batch.changed,
            series=len(told.series),
            created=batch.series_created,
        )
        about = queue.About(use_case.name, use_case.team, use_case.slug)
        queue.enqueue("checks.evaluate", str(use_case.pk), about=about, use_case_id=use_case.pk)
    RECEIVED.inc(batch.points)
    CHANGED.inc(batch.changed)
    return batch
