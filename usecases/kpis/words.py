"""What the journal says of KPIs."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "kpi.defined": _("The KPI “%(target)s” was defined."),
    "kpi.edited": _("The KPI “%(target)s” was changed (%(fields)s)."),
    "kpi.headline_moved": _("“%(target)s” became the headline of the use case."),
    "measurements.recorded": _("“%(target)s” was measured: %(recorded)s new, %(updated)s corrected."),
    "measurement.validated": _("The measurement “%(target)s” was validated."),
    "measurements.validated": _("%(number)s measurements of “%(target)s” were validated."),
}
