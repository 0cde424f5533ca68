"""What is said of series."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "points.sent": _("%(points)s points of %(series)s series arrived, %(changed)s of them new or changed."),
}
