"""What is said of checks."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    # what its jobs do
    "job.kind.checks.evaluate": _("Evaluate the checks of a use case"),
    "job.kind.checks.evaluate_due": _("Evaluate every check"),
    "check.defined": _("The check “%(target)s” was defined: %(rule)s."),
    "check.switched_on": _("The check “%(target)s” was switched on."),
    "check.switched_off": _("The check “%(target)s” was switched off."),
    "check.became_healthy": _("The check “%(target)s” became healthy (%(value)s)."),
    "check.became_warning": _("The check “%(target)s” went to warning (%(value)s)."),
    "check.became_error": _("The check “%(target)s” went to error (%(value)s)."),
    "check.became_unknown": _("The check “%(target)s” became unknown: its series has no point."),
}
