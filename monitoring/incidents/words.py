"""What is said of incidents, and of a health that checks tell."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

WORDS = {
    # what its jobs do
    "job.kind.incidents.sweep": _("Open and close incidents"),
    "incident.opened": _("%(target)s was opened: %(rule)s, seen %(value)s."),
    "incident.recovered": _("%(target)s: the check is healthy again; the cause is still to be said."),
    "incident.failed_again": _("%(target)s: the check fails again."),
    "incident.acknowledged": _("%(target)s was taken in hand."),
    "incident.resolved": _("%(target)s was resolved: %(cause)s"),
    "health.check_failing": _("“%(check)s” fails: %(rule)s, seen %(value)s."),
    "health.check_unknown": _("“%(check)s” has no point yet."),
    "health.checks_healthy": ngettext_lazy("Its only check is healthy.", "Its %(count)s checks are healthy.", "count"),
}
