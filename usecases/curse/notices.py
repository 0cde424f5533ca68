"""Whom a signal of the curse concerns, and in what words."""

from django.utils.translation import gettext_lazy as _

from portal.registry import Notice

WORDS = {
    "notice.curse_raised": _("%(use_case_name)s: %(what)s %(why)s"),
    "notice.curse_cleared": _("%(use_case_name)s: %(what)s"),
}
NOTICES = [
    Notice("notice.curse_raised", _("A curse signal is raised on my use case"), "flag", event="curse_signal.raised"),
    Notice("notice.curse_cleared", _("A curse signal on my use case is gone"), "circle-check"),
]
