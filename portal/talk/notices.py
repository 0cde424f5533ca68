"""What people hear of talk: being named, at once; what is said of the things they follow."""

from django.utils.translation import gettext_lazy as _

from portal.registry import Notice

NOTICES = [
    Notice("notice.mentioned", _("Somebody mentions me"), "message", urgent=True, event="comment.mentioned"),
    Notice("notice.commented", _("Something is said of what I follow"), "message", event="comment.written"),
]
# Without what was said: it can be erased, a message cannot.
WORDS = {
    "notice.mentioned": _("%(who)s mentions you about “%(subject)s”."),
    "notice.commented": _("%(who)s commented on “%(subject)s”."),
}
