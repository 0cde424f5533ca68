"""The life of a problem: open ⇄ solved, open ⇄ dropped. Each edge is a compare-and-set, with history and journal."""

from django.db.models import F, Max
from django.utils.translation import gettext as _

from portal import clock
from portal.audit import record as audit
from portal.errors import Refused
from portal.people.models import User
from usecases.problems.models import Problem, ProblemChange, ProblemStatus

S = ProblemStatus
VERBS: dict[tuple[str, str], str] = {
    (S.OPEN, S.SOLVED): "problem.solved",
    (S.OPEN, S.DROPPED): "problem.dropped",
    (S.SOLVED, S.OPEN): "problem.reopened",
    (S.DROPPED, S.OPEN): "problem.reopened",
}


def move(problem: Problem, to: ProblemStatus, *, by: User, comment: str = "") -> None:
    """Move to another status if it still has the one we know; what is closed leaves the ranking, what opens is last.

    Call it in a transaction that holds the use case. Raises Refused when there is no such step or somebody was faster.
    """
    known = problem.status
    verb = VERBS.get((known, to))
    if verb is None:
        already = _("This is %(status)s already.") % {"status": problem.get_status_display().lower()}
        raise Refused(already if known == to else _("This is closed: open it again first."))
    now = clock.now()
    ranked = Problem.objects.filter(use_case=problem.use_case_id, rank__isnull=False)
    rank = 1 + (ranked.aggregate(last=Max("rank"))["last"] or 0) if to == S.OPEN else None
    same = Problem.objects.filter(pk=problem.pk, status=known)
    gap = same.values_list("rank", flat=True).first()
    if not same.update(status=to, status_since=now, rank=rank):
        raise Refused(_("Somebody was faster: look at it again."))
    if gap is not None and to != S.OPEN:
        ranked.filter(rank__gt=gap).update(rank=F("rank") - 1)
    problem.status, problem.status_since, problem.rank = to, now, rank
    keep(problem, known, by=by, comment=comment)
    audit.record(
        verb,
        problem,
        by=by,
        team=problem.use_case.team,
        use_case=problem.use_case.slug,
        before={"status": known},
        after={"status": to.value},
        comment=comment,
    )


def keep(problem: Problem, known: str, *, by: User, comment: str = "") -> None:
    """Write a step into the history of a problem."""
    ProblemChange.objects.create(problem=problem, from_status=known, to_status=problem.status, comment=comment, by=by)
