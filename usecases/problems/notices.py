"""Whom problems and debts concern, and in what words."""

from django.utils.translation import gettext_lazy as _

from portal.registry import Notice

WORDS = {
    "notice.problem_yours": _("“%(title)s” (%(use_case_name)s) is yours to solve."),
    "notice.problem_overdue": _("“%(title)s” (%(use_case_name)s) was due on %(due)s."),
}
NOTICES = [
    Notice("notice.problem_yours", _("A problem or a debt is given to me"), "flag", event="problem.assigned"),
    Notice("notice.problem_overdue", _("A problem or a debt of mine is overdue"), "clock-exclamation"),
]
