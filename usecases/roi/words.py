"""What the journal says of cost and value."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "cost.of.ml": _("ML from %(since)s"),
    "cost.of.integration": _("Integration from %(since)s"),
    "cost.of.run": _("Run from %(since)s"),
    "cost.of.debt": _("Debt from %(since)s"),
    "cost.recorded": _("A cost was recorded (%(target)s)."),
    "costs.recorded": _("%(number)s costs were recorded (#%(first)s to #%(last)s)."),
    "cost.corrected": _("A cost was corrected (%(target)s)."),
    "cost.struck": _("A cost was struck out (%(target)s): %(reason)s"),
    "rate.set": _("The day rate was set to %(target)s from %(day)s on."),
    "case.written": _("%(target)s was written; it waits for the business."),
    "case.validated": _("%(target)s was validated by the business."),
}
