"""What the journal says of templates."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "template.made": _("The template “%(target)s” was made."),
    "template.archived": _("The template “%(target)s” was archived."),
    "usecase.started_from": _("The use case started from what another one had learnt."),
}
