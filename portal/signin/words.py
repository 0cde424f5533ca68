"""What happened to the ways in, as the journal says it."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "second_factor.set_up": _("%(target)s set up a second factor."),
    "second_factor.codes_renewed": _("%(target)s made new recovery codes."),
    "second_factor.removed": _("%(target)s removed their second factor."),
    "second_factor.reset": _("The second factor of %(target)s was reset."),
    "session.ended": _("%(target)s ended one of their sessions."),
    "session.others_ended": _("%(target)s ended their other sessions (%(number)s)."),
    "signin.rules.nobody": _("Nobody has to have a second factor any more."),
    "signin.rules.approvers": _("Administrators and approvers must have a second factor."),
    "signin.rules.everybody": _("Everybody must have a second factor."),
    "signin.unlocked": _("%(person)s was unlocked and may try to sign in again."),
    "signin.unlocked.nobody": _("A user name that is nobody’s was unlocked."),
    "signin.linked": _("The account of %(target)s was linked to %(provider)s."),
    "signin.group_rule_added": _("A group gives a role from now on: %(target)s."),
    "signin.group_rule_removed": _("A group gives a role no longer: %(target)s. Roles taken back: %(number)s."),
}
