"""What is said of series."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    # what its jobs do
    "job.kind.series.make_partitions": _("Make room for the points of the coming months"),
    "points.sent": _("%(points)s points of %(series)s series arrived, %(changed)s of them new or changed."),
}
