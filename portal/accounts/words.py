"""What happened to people, teams, roles and tokens, as the journal says it."""

from django.db.models import TextChoices
from django.utils.functional import Promise, lazy
from django.utils.translation import gettext_lazy as _

from portal.people.models import OrganisationRole, Role
from portal.registry import Text


def _for_each(verb: str, roles: type[TextChoices], text: Promise) -> dict[str, Text]:
    """One code per role, so that the role is worded in the reader's language too."""
    return {f"{verb}.{role.value}": _named(text, role) for role in roles}


def _named(text: Promise, role: TextChoices) -> Text:
    return lazy(lambda: str(text).replace("%(role)s", str(role.label)), str)()


WORDS = {
    "person.created": _("%(target)s was added."),
    "person.deactivated": _("%(target)s was deactivated."),
    "person.reactivated": _("%(target)s was reactivated."),
    "person.pseudonymised": _("%(target)s was given this pseudonym; the name is gone."),
    "person.invited": _("A link to set a password was made for %(target)s."),
    "person.password_set": _("%(target)s chose a new password."),
    "person.first_administrator": _("%(target)s became the first administrator."),
    "link.first_administrator": _("A link for the first administrator was made."),
    "team.created": _("The team %(target)s was created."),
    "token.created": _("The token “%(target)s” was created (%(scopes)s)."),
    "token.revoked": _("The token “%(target)s” of %(person)s was revoked."),
    "service_token.created": _("The service token “%(target)s” was created (%(scopes)s)."),
    "service_token.revoked": _("The service token “%(target)s” was revoked."),
    "deputy.named": _("%(person)s was named deputy in %(target)s, from %(first_day)s to %(last_day)s."),
    "deputy.ended": _("%(person)s is no longer deputy in %(target)s."),
    **_for_each("team.member_limited", Role, _("%(person)s joined %(target)s as “%(role)s”, limited to %(limits)s.")),
    **_for_each("role.granted", OrganisationRole, _("%(target)s was given the role “%(role)s”.")),
    **_for_each("role.revoked", OrganisationRole, _("The role “%(role)s” was taken from %(target)s.")),
    **_for_each("team.member_added", Role, _("%(person)s joined %(target)s as “%(role)s”.")),
    **_for_each("team.member_removed", Role, _("%(person)s is no longer “%(role)s” in %(target)s.")),
}
