"""The machine's part: owners learn once, on the day after, that something of theirs is overdue."""

from django.db import transaction

from portal.notifications.actions import tell
from usecases.problems.models import Problem, today

# Told in one run; the rest is told by the next.
AT_ONCE = 500


def tell_overdue() -> int:
    """Tell each owner of each open problem whose day has passed, once per day set; returns how many were told."""
    told = 0
    owned = Problem.objects.overdue(today()).filter(owner__is_active=True).order_by("-due", "pk")
    for problem in owned.select_related("use_case__team", "owner")[:AT_ONCE]:
        if problem.owner is None:
            continue
        with transaction.atomic():
            message = tell(
                "notice.problem_overdue",
                [problem.owner],
                url=problem.get_absolute_url(),
                team=problem.use_case.team,
                use_case=problem.use_case.slug,
                data={"use_case": problem.use_case.slug, "problem": problem.number},
                cause=f"problem-overdue:{problem.uid}:{problem.due}",
                title=problem.title,
                use_case_name=problem.use_case.name,
                due=f"{problem.due}",
            )
        told += message is not None
    return told
