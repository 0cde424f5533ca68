"""What the journal says of iterations."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "iteration.opened": _("Iteration %(number)s was opened on %(kpi)s, version %(version)s of what was agreed."),
    "iteration.amended": _("%(target)s: its sites or its last day changed; it ends on %(ends_on)s."),
    "iteration.agreed_again": _("%(target)s: %(kpi)s was agreed on again, version %(version)s."),
    "iteration.concluded_go": _("Iteration %(number)s was concluded: go. %(comment)s"),
    "iteration.concluded_pivot": _("Iteration %(number)s was concluded: pivot. %(comment)s"),
    "iteration.concluded_stop": _("Iteration %(number)s was concluded: stop. %(comment)s"),
    "iteration.taken_back": _("The conclusion of iteration %(number)s was taken back: %(comment)s"),
    "iteration.signed": _("The conclusion of iteration %(number)s was signed."),
    "iteration.closed_go": _("Iteration %(number)s was closed, go: business, data and IT have signed."),
    "iteration.closed_pivot": _("Iteration %(number)s was closed, pivot: business, data and IT have signed."),
    "iteration.closed_stop": _("Iteration %(number)s was closed, stop: business, data and IT have signed."),
}
