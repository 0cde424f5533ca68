"""The machine's verb: who a provider says is at the door, and what they may do here."""

import logging
from collections.abc import Mapping
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.audit.record import record
from portal.errors import NotAllowed, Refused
from portal.people.actions import new_person
from portal.people.models import OrganisationGrant, OrganisationRole, User
from portal.signin import groups
from portal.signin.providers import Provider

log = logging.getLogger(__name__)


@transaction.atomic
def arrive(provider: Provider, subject: str, claims: Mapping[str, Any]) -> User:
    """The person whom the provider calls `subject`, known here or added, with the roles of their groups.

    Claims that say nothing of groups leave every role as it is: unknown is not "none". Raises NotAllowed for whoever
    may not come in, Refused when the claims do not say enough.
    """
    known = SocialAccount.objects.select_related("user").filter(provider=provider.key, uid=subject).first()
    person = known.user if known else _of_this_email(provider, claims) or _added(provider, claims)
    if not person.is_active:
        raise NotAllowed(_("Your account is deactivated. An administrator can reactivate it."))
    if known is None:
        SocialAccount.objects.create(provider=provider.key, uid=subject, user=person)
        record("signin.linked", person, by=None, machine=groups.MACHINE, provider=provider.label)
    said = _groups(claims.get(provider.groups_claim))
    if said is None:
        log.warning("The provider %s says nothing of groups: roles stay as they are.", provider.key)
    else:
        groups.apply(person, provider.key, said)
    return person


def _of_this_email(provider: Provider, claims: Mapping[str, Any]) -> User | None:
    """The one person here with the address that the provider has verified; never an administrator."""
    email = _text(claims, "email")
    if not provider.link_by_email or not email or claims.get("email_verified") is not True:
        return None
    found = list(User.objects.filter(email__iexact=email)[:2])
    if len(found) != 1:
        return None
    if OrganisationGrant.objects.filter(user=found[0], role=OrganisationRole.ADMIN).exists():
        raise NotAllowed(
            _("An administrator has this e-mail address, and is never linked unasked. Sign in with your password.")
        )
    return found[0]


def _added(provider: Provider, claims: Mapping[str, Any]) -> User:
    if not provider.create:
        raise NotAllowed(
            _("%(provider)s knows you, but you have no account here yet. Ask an administrator for one.")
            % {"provider": provider.label}
        )
    username = _text(claims, "preferred_username") or _text(claims, "email")
    if not username:
        raise Refused(
            _("%(provider)s did not say your user name or e-mail address. Ask those who run it to send them.")
            % {"provider": provider.label}
        )
    if User.objects.filter(username__iexact=username).exists():
        raise NotAllowed(
            _("The user name “%(name)s” is somebody's here already. Ask an administrator to sort it out.")
            % {"name": username}
        )
    first, _space, last = _text(claims, "name").partition(" ")
    person = new_person(
        username=username,
        first_name=_text(claims, "given_name") or first,
        last_name=_text(claims, "family_name") or last,
        email=_text(claims, "email"),
    )
    record("person.created", person, by=None, machine=groups.MACHINE)
    return person


def _text(claims: Mapping[str, Any], name: str) -> str:
    found = claims.get(name)
    return found.replace("\0", "").strip()[:150] if isinstance(found, str) else ""


def _groups(said: Any) -> list[str] | None:
    if isinstance(said, str):
        return [said]
    if not isinstance(said, list):
        return None
    return [one for one in said if isinstance(one, str) and "\0" not in one]
