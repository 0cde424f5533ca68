"""Whom iterations concern, and in what words."""

from django.utils.translation import gettext_lazy as _

from portal.registry import Notice

WORDS = {
    "notice.iteration_opened": _("%(who)s opened %(iteration)s (%(use_case_name)s)."),
    "notice.iteration_concluded": _("%(who)s concluded %(iteration)s (%(use_case_name)s): it waits for signatures."),
    "notice.iteration_closed": _("%(iteration)s (%(use_case_name)s) is signed by business, data and IT."),
}
NOTICES = [
    Notice("notice.iteration_opened", _("An iteration of my team was opened"), "refresh", event="iteration.opened"),
    Notice(
        "notice.iteration_concluded",
        _("An iteration of my team waits for signatures"),
        "writing-sign",
        event="iteration.concluded",
    ),
    Notice("notice.iteration_closed", _("An iteration of my team was closed"), "flag", event="iteration.closed"),
]
