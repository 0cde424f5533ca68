"""What the catalogue says in the journal, and of a health that nothing watches."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "health.not_kept": _("How it was that day was not kept."),
    "usecase.created": _("The use case “%(target)s” was created in the team %(team_name)s."),
    "usecase.edited": _("The description of the use case was changed (%(fields)s)."),
    "usecase.scored": _("Its value was judged %(value)s of 5, its feasibility %(feasibility)s of 5."),
    "usecase.site_served": _("%(target)s is now served."),
    "usecase.site_specifics": _("What is particular at %(target)s was rewritten."),
    "usecase.site_left": _("%(target)s is no longer served."),
    "usecase.became_healthy": _("The use case became healthy."),
    "usecase.became_warning": _("The use case went to warning."),
    "usecase.became_error": _("The use case went to error."),
    "usecase.became_unknown": _("The health of the use case became unknown."),
    "site.created": _("The site %(target)s was created."),
    "health.unwatched": _("Nothing watches it yet."),
}
