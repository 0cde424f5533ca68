"""Whom measurements concern, and in what words."""

from django.utils.translation import gettext_lazy as _

from portal.registry import Notice

WORDS = {
    "notice.measurements_wait": _("Measurements of %(kpi)s (%(use_case_name)s) wait for your validation."),
    "notice.measurement_rejected": _("A measurement of %(kpi)s (%(use_case_name)s) was rejected: correct it."),
}
NOTICES = [
    Notice("notice.measurements_wait", _("Measurements wait for my validation"), "ruler-measure", event="kpi.measured"),
    Notice("notice.measurement_rejected", _("A measurement I may correct was rejected"), "x", event="kpi.rejected"),
]
