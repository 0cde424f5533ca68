"""What the journal says of KPIs."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "kpi.defined": _("The KPI “%(target)s” was defined."),
    "kpi.edited": _("The KPI “%(target)s” was changed (%(fields)s)."),
    "kpi.agreed": _("Version %(version)s of the KPI “%(target)s” was agreed on (%(about)s)."),
    "kpi.decided_better": _("“%(target)s” was signed as better than the system in place (v%(version)s)."),
    "kpi.decided_not_better": _("“%(target)s” was signed as no better than the system in place (v%(version)s)."),
    "kpi.headline_moved": _("“%(target)s” became the headline of the use case."),
    "measurements.recorded": _("“%(target)s” was measured: %(recorded)s new, %(updated)s corrected."),
    "measurement.validated": _("The measurement “%(target)s” was validated."),
    "measurement.corrected": _("The measurement “%(target)s” was corrected: %(reason)s"),
    "measurement.rejected": _("The measurement “%(target)s” was rejected: %(reason)s"),
    "measurements.validated": _("%(number)s measurements of “%(target)s” were validated."),
}
