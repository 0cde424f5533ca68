"""What the journal says of steering."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "portfolio.fund": _("Steering decided to fund the use case: “%(reason)s”"),
    "portfolio.pause": _("Steering decided to pause the use case: “%(reason)s”"),
    "portfolio.stop": _("Steering decided to stop the use case: “%(reason)s”"),
    "lesson.written": _("What was learnt from it: “%(text)s”"),
}
