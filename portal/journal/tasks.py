"""Doors of the queue: seal, export heads, verify."""

from typing import Any

from portal.audit import heads, sealing
from portal.audit.models import Seal
from portal.jobs.runner import Progress, handler
from portal.journal import inspection


@handler("audit.seal")
def seal(progress: Progress, **_arguments: Any) -> None:
    """Chain what waits; export a head at each ten thousandth seal."""
    last = Seal.objects.order_by("-sequence").values_list("sequence", flat=True).first() or 0
    if (last + sealing.seal()) // heads.EVERY > last // heads.EVERY:
        heads.export()


@handler("audit.export_head")
def export_head(progress: Progress, **_arguments: Any) -> None:
    """Write the end of the chain outside the database."""
    heads.export()


@handler("audit.verify")
def verify(progress: Progress, **_arguments: Any) -> None:
    """Read the chain from end to end, and keep what was found."""
    inspection.inspect(progress)
