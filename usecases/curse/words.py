"""What the journal says of signals and of stage limits; the reasons of the signal of this folder."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "job.kind.curse.sweep": _("Look for curse signals"),
    "curse.looked_at": _("Use cases looked at."),
    "curse.raised.stayed": _("A signal was raised: it has been in its stage for too long."),
    "curse.cleared.stayed": _("A signal is gone: it is within the time of its stage."),
    "curse.stayed.exploration": _("In exploration for %(days)s days; the portfolio allows %(limit)s."),
    "curse.stayed.exploration.do": _("Look at the gate"),
    "curse.stayed.poc": _("In POC for %(days)s days; the portfolio allows %(limit)s."),
    "curse.stayed.poc.do": _("Look at the gate"),
    "curse.stayed.industrialisation": _("In industrialisation for %(days)s days; the portfolio allows %(limit)s."),
    "curse.stayed.industrialisation.do": _("Look at the gate"),
    "stage_limit.set.exploration": _("The limit of exploration was set to %(days)s days."),
    "stage_limit.set.poc": _("The limit of the POC was set to %(days)s days."),
    "stage_limit.set.industrialisation": _("The limit of industrialisation was set to %(days)s days."),
    "stage_limit.lifted.exploration": _("The limit of exploration was lifted."),
    "stage_limit.lifted.poc": _("The limit of the POC was lifted."),
    "stage_limit.lifted.industrialisation": _("The limit of industrialisation was lifted."),
}
