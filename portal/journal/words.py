"""What is said of the journal's own seals."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

WORDS = {
    "journal.verification_asked": _("A verification of the journal was asked for."),
    "journal.verification_failed": ngettext_lazy(
        "The journal did not stand its verification: %(number)s fault.",
        "The journal did not stand its verification: %(number)s faults.",
        "number",
    ),
    "chain.reading": _("Reading the chain of the journal."),
    "chain.gap": _("Seals %(first)s to %(last)s are missing: they were taken out."),
    "chain.deleted": _("Seal %(sequence)s has no event any more: it was deleted."),
    "chain.edited": _("Event %(event)s (seal %(sequence)s) was altered, or what stood before it was taken out."),
    "chain.moved": _(
        "Event %(event)s (seal %(sequence)s) is whole but not where it was sealed: something was moved or put in."
    ),
    "chain.cut": _(
        "The chain ends at seal %(last)s, but a head of %(at)s (%(file)s) went to %(sequence)s: its end was cut off."
    ),
    "chain.rewritten": _(
        "Seal %(sequence)s is not the one exported on %(at)s (%(file)s, line %(line)s): the past was written anew."
    ),
    "chain.unsealed": _("%(number)s events wait too long for their seal, the first is %(event)s (%(verb)s)."),
    "head.unreadable": _("%(file)s, line %(line)s: this is no head."),
    "head.stranger": _("%(file)s, line %(line)s: this head is of another key."),
    "head.forged": _("%(file)s, line %(line)s: the signature of this head does not hold."),
}
