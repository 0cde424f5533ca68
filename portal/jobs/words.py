"""What jobs say."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "job.worker_lost": _("The worker stopped in the middle, several times."),
    "job.refused": _("%(sentence)s"),
    "job.crashed": _("It stopped on an error (%(error)s); the log of the worker says where."),
}
