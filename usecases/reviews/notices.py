"""Whom reviews concern, and in what words."""

from django.utils.translation import gettext_lazy as _

from portal.registry import Notice

WORDS = {
    "notice.review_opened": _("A review is ready to be read: %(what)s, number %(number)s."),
    "notice.review_closed": _("A review is closed: %(what)s, number %(number)s. Read what was decided."),
    "notice.action_yours": _("“%(title)s” is yours to do, until %(due)s."),
    "notice.action_due": _("“%(title)s” is due tomorrow, %(due)s."),
}
NOTICES = [
    Notice("notice.review_opened", _("A review is ready to be read"), "clipboard-check", event="review.opened"),
    Notice("notice.review_closed", _("A review is closed"), "clipboard-check", event="review.closed"),
    Notice("notice.action_yours", _("An action is given to me"), "flag", event="action.agreed"),
    Notice("notice.action_due", _("The evening before an action of mine is due"), "bell", event="action.due"),
]
