"""The life of an iteration: one compare-and-set per step, with history and journal. Nobody's rights are asked."""

from typing import Any

from django.utils.translation import gettext as _

from portal import clock
from portal.audit.record import record
from portal.errors import Refused
from portal.people.models import User
from usecases.iterations.models import Iteration, IterationStatus, IterationStep

S = IterationStatus
GRAPH: dict[str, frozenset[str]] = {
    S.OPEN: frozenset({S.CONCLUDED}),
    S.CONCLUDED: frozenset({S.OPEN, S.CLOSED}),
    S.CLOSED: frozenset(),
}


def begin(iteration: Iteration, *, by: User, **params: Any) -> None:
    """Write an iteration that is not in the database yet, with the first step of its history."""
    iteration.status_since = clock.now()
    iteration.save(force_insert=True)
    _history(iteration, by=by, verb="iteration.opened", params=params)


def move(
    iteration: Iteration,
    to: IterationStatus,
    *,
    by: User,
    verb: str,
    comment: str = "",
    params: dict[str, Any] | None = None,
    **changes: Any,
) -> None:
    """Move to another status if it still has the one, and the round, that we know; `changes` are written with it.

    Call it in a transaction. Raises Refused when there is no such step or somebody was faster.
    """
    if to not in GRAPH[iteration.status]:
        raise Refused(too_late(iteration.status))
    moment = clock.now()
    known = Iteration.objects.filter(pk=iteration.pk, status=iteration.status, round=iteration.round)
    if not known.update(status=to, status_since=moment, **changes):
        raise Refused(too_late(Iteration.objects.values_list("status", flat=True).get(pk=iteration.pk)))
    for name, value in {"status": to, "status_since": moment, **changes}.items():
        setattr(iteration, name, value)
    _history(iteration, by=by, verb=verb, comment=comment, params=params or {})


def too_late(status: str) -> str:
    """The sentence for whoever comes when it is no longer, or not yet, so far."""
    label = IterationStatus(status).label
    return _("This iteration is in another state than the page showed: it is now “%(status)s”.") % {"status": label}


def _history(iteration: Iteration, *, by: User, verb: str, comment: str = "", params: dict[str, Any]) -> None:
    IterationStep.objects.create(
        iteration=iteration, status=iteration.status, at=iteration.status_since, by=by, comment=comment
    )
    use_case = iteration.use_case
    record(verb, iteration, by=by, team=use_case.team, use_case=use_case.slug, comment=comment, **params)
