"""What the journal says of comments and of following."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "comment.written": _("Something was said about “%(target)s”."),
    "comment.edited": _("A comment on “%(target)s” was edited."),
    "comment.removed": _("A comment on “%(target)s” was removed by its author."),
    "comment.moderated": _("A comment on “%(target)s” was removed by a moderator."),
    "follow.started": _("%(target)s follows “%(subject)s”."),
    "follow.stopped": _("%(target)s no longer follows “%(subject)s”."),
    "follow.chosen": _("%(target)s chose what is followed."),
}
