"""What the journal says of problems and debts."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "problem.raised": _("“%(target)s” was written down."),
    "problem.edited": _("“%(target)s” was changed (%(fields)s)."),
    "problem.ranked": _("“%(target)s” was put in place %(place)s."),
    "problem.solved": _("“%(target)s” was solved."),
    "problem.dropped": _("“%(target)s” was dropped: %(comment)s"),
    "problem.reopened": _("“%(target)s” was opened again."),
    "job.kind.problems.tell_overdue": _("Tell owners what is overdue"),
}
