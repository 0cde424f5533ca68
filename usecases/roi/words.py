"""What the journal says of cost and value."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "cost.of.ml": _("ML"),
    "cost.of.integration": _("Integration"),
    "cost.of.run": _("Run"),
    "cost.of.debt": _("Debt"),
    "cost.recorded": _("A cost was recorded (%(what)s, from %(since)s)."),
    "costs.recorded": _("%(number)s costs were recorded (#%(first)s to #%(last)s)."),
    "cost.corrected": _("A cost was corrected (%(what)s, from %(since)s)."),
    "cost.struck": _("A cost was struck out (%(what)s, from %(since)s): %(reason)s"),
    "rate.set": _("The day rate was set to %(target)s from %(day)s on."),
    "case.written": _("%(target)s was written; it waits for the business."),
    "case.validated": _("%(target)s was validated by the business."),
}
