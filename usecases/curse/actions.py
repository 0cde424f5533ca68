"""What administrators and steering do: say how long a use case may stay in a stage."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from portal.audit import record as audit
from portal.errors import BadInput, Problem
from portal.jobs import queue
from portal.people import rights
from portal.people.models import User
from usecases.curse.models import LIMITED, StageLimit

VERB = "stage_limit.set"
LONGEST = 3_650


def set_limits(days: Mapping[str, int | None], *, by: User) -> None:
    """Set the limit of each stage named, in days; None lifts it. The signals are looked at again.

    Raises NotAllowed; BadInput, stage by stage. Nothing is written when nothing changes.
    """
    rights.require(by, VERB)
    stages = {str(stage) for stage in LIMITED}
    wrong = [
        Problem(stage, _("From 1 to %(most)s days, or empty for no limit.") % {"most": LONGEST})
        for stage, number in days.items()
        if stage not in stages or (number is not None and not 1 <= number <= LONGEST)
    ]
    if wrong:
        raise BadInput(_("The limits were not kept."), wrong)
    with transaction.atomic():
        rows = StageLimit.objects.select_for_update().filter(stage__in=list(days))
        before = dict.fromkeys(days) | dict(rows.values_list("stage", "days"))
        changed = {stage: number for stage, number in days.items() if before[stage] != number}
        for stage, number in changed.items():
            if number is None:
                StageLimit.objects.filter(stage=stage).delete()
                continue
            limit, _made = StageLimit.objects.update_or_create(stage=stage, defaults={"days": number, "set_by": by})
            audit.record(
                f"stage_limit.set.{stage}",
                limit,
                by=by,
                before={"days": before[stage]},
                after={"days": number},
                days=number,
            )
        lifted = [stage for stage, number in changed.items() if number is None]
        for stage in lifted:
            audit.record(
                f"stage_limit.lifted.{stage}",
                StageLimit(stage=stage, days=before[stage] or 1),
                by=by,
                before={"days": before[stage]},
                after={"days": None},
            )
        if changed:
            queue.enqueue("curse.sweep", "all")


def limits() -> dict[str, int | None]:
    """The limit of each stage that can have one, in days; None where there is none. One query."""
    known = dict(StageLimit.objects.values_list("stage", "days"))
    return {str(stage): known.get(stage) for stage in LIMITED}
