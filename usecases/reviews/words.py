"""What reviews say in the journal, in jobs and in notifications."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

WORDS = {
    "review.of": _("Review %(number)s of “%(use_case)s”"),
    "review.of_portfolio": _("Portfolio review %(number)s"),
    "review.opened": _("%(target)s was opened, and its page frozen."),
    "review.prepared": _("The page of %(target)s was frozen anew."),
    "review.decided": _("Decided in %(target)s: %(text)s"),
    "review.agreed": _("Agreed in %(target)s: %(text)s (%(person)s, until %(due)s)"),
    "review.action_done": _("Done: %(text)s"),
    "review.action_reopened": _("To do again: %(text)s"),
    "review.attendance": ngettext_lazy(
        "Who attends %(target)s was written down: %(number)s person.",
        "Who attends %(target)s was written down: %(number)s people.",
        "number",
    ),
    "review.closed": _("%(target)s was closed, under the seal %(digest)s."),
    "job.kind.reviews.print": _("Print a review"),
    "job.kind.reviews.remind": _("Remind of actions due tomorrow"),
    "reviews.printing": _("Printing (%(language)s)."),
}
