"""What the journal says of KPIs."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

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
    "measurements.validated": ngettext_lazy(
        "%(number)s measurement of “%(target)s” was validated.",
        "%(number)s measurements of “%(target)s” were validated.",
        "number",
    ),
    "verdict.better": _(
        "Better: %(kpi)s %(difference)s against the system in place (%(interval)s), grade %(grade)s, until %(day)s."
    ),
    "verdict.worse": _(
        "Worse: %(kpi)s %(difference)s against the system in place (%(interval)s), grade %(grade)s, until %(day)s."
    ),
    "verdict.not_proven": _(
        "No difference is proven: %(kpi)s %(difference)s against the system in place (%(interval)s), grade %(grade)s, "
        "until %(day)s."
    ),
    "verdict.no_worse": _(
        "No worse than the %(margin)s given away: %(kpi)s %(difference)s against the system in place (%(interval)s), "
        "grade %(grade)s, until %(day)s."
    ),
    "verdict.worse_than_margin": _(
        "Worse than the %(margin)s given away: %(kpi)s %(difference)s against the system in place (%(interval)s), "
        "grade %(grade)s, until %(day)s."
    ),
    "verdict.margin_not_proven": _(
        "Not proven to lose less than %(margin)s: %(kpi)s %(difference)s against the system in place (%(interval)s), "
        "grade %(grade)s, until %(day)s."
    ),
    "verdict.nothing": _("%(kpi)s: no period is validated and mature yet."),
    "verdict.no_system_in_place": _("%(kpi)s: nobody has said what the system in place does."),
    "verdict.no_error": _(
        "%(kpi)s %(difference)s against the system in place, without interval: send standard errors, or three periods."
    ),
    "verdict.no_sizes": _(
        "%(kpi)s %(difference)s against the system in place, without interval: send the sizes of both arms."
    ),
    "verdict.too_few": _(
        "%(kpi)s %(difference)s against the system in place: too few people or conversions in an arm for an interval."
    ),
    "verdict.mismatch": _(
        "%(kpi)s: the arms were not drawn as said (%(control)s %% in the control arm instead of %(expected)s %%): "
        "find out why before believing any figure."
    ),
    "verdict.unsigned": _("%(kpi)s: nobody has signed a decision on stated evidence yet."),
    "verdict.signed_before": _(
        "%(kpi)s was signed under version %(signed)s and is at version %(version)s now: sign again."
    ),
    "verdict.signed_better": _("%(kpi)s: signed as better on %(day)s, because: %(evidence)s"),
    "verdict.signed_not_better": _("%(kpi)s: signed as no better on %(day)s, because: %(evidence)s"),
}
