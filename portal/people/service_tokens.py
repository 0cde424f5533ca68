"""Tokens of no person: of a team, with a role there, or of the organisation, which reads everything."""

import secrets
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from portal.audit.record import record
from portal.errors import BadInput, NotAllowed
from portal.people import rights
from portal.people.actions import add, new_token
from portal.people.models import AccessToken, Role, Scope, ServiceAccount, Team, User


@transaction.atomic
def create_service_token(
    *,
    by: User,
    name: str,
    scopes: Sequence[str],
    days: int,
    team: Team | None = None,
    role: str = "",
    site: Model | None = None,
    environment: Model | None = None,
) -> tuple[AccessToken, str]:
    """Make a key that acts as a service, never as a person; returns the row and the secret, never shown again.

    In a team it has a role that whoever creates it has too (or that of a viewer), within limits. Without a team it
    reads every use case. It never approves, signs, or gives rights. Raises BadInput.
    """
    rights.require(by, "service.manage" if team else "service.manage_all", team)
    if team is None:
        if role or site or environment or set(scopes) != {Scope.READ}:
            sentence = _("A service of the organisation reads everything, and nothing else.")
            raise BadInput.of(_("The token was not created."), {"scopes": sentence})
    elif role not in Role.values:
        raise BadInput.of(_("The token was not created."), {"role": _("There is no such role.")})
    elif role not in {*rights.roles_in(by, team), Role.VIEWER} and not rights.can(by, "people.manage"):
        raise NotAllowed(_("A service has no role that whoever creates it does not have."))
    account = User(username=f"service-{secrets.token_hex(6)}", first_name=name[:150], is_service=True)
    account.set_unusable_password()
    add(account)
    limits: dict[str, Any] = {"site": site, "environment": environment}
    add(ServiceAccount(user=account, team=team, role=role, created_by=by, **limits))
    token, secret = new_token(account, name, scopes, days)
    record("service_token.created", token, by=by, team=team, scopes=", ".join(token.scopes))
    return token, secret


def of_team(team: Team | None) -> QuerySet[AccessToken]:
    """The service tokens of a team; of the organisation without one."""
    columns = ("owner__service__site", "owner__service__environment", "owner__service__created_by")
    return AccessToken.objects.filter(owner__is_service=True, owner__service__team=team).select_related(*columns)
