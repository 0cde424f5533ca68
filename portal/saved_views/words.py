"""What saved views say in the journal."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "view.saved": _("The view “%(target)s” of a list was saved."),
    "view.changed": _("The view “%(target)s” of a list was changed."),
    "view.deleted": _("The view “%(target)s” of a list was deleted."),
}
