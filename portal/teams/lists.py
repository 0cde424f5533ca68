"""The lists of a team: who held which role, and its service tokens."""

from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from portal.people import actions
from portal.people.models import AccessToken, Role, User
from portal.ui.tables import Between, Bulk, Choices, Column, Pill, Table


def _revoke(token: AccessToken, by: User) -> None:
    actions.revoke_token(token, by=by)


def _standing(token: AccessToken) -> Pill:
    if token.usable:
        return Pill("ok", _("Usable"))
    return Pill("unk", _("Revoked") if token.revoked_at else _("Expired"))


def _role(token: AccessToken) -> str:
    return str(token.owner.service.get_role_display() or _("Reads everything"))


TENURES = Table(
    key="tenures",
    title=_("History of roles"),
    prefix="h-",
    order="-since",
    search=("user__first_name", "user__last_name", "user__username"),
    search_label=_("Person"),
    filters=[
        Choices(key="role", title=_("Role"), choices=Role.choices, field="role"),
        Between(key="since", title=_("Since"), field="since"),
    ],
    columns=[
        Column(key="person", title=_("Person"), value=lambda one: str(one.user), sort=Lower("user__last_name")),
        Column(key="role", title=_("Role"), value=lambda one: one.role_label, sort="role"),
        Column(key="limits", title=_("Limited to"), value=lambda one: one.limits),
        Column(key="since", title=_("Since"), value=lambda one: one.since, sort="since"),
        Column(
            key="until",
            title=_("Until"),
            value=lambda one: one.until,
            template="portal/teams/cells/until.html",
            sort="until",
        ),
        Column(key="given", title=_("Given by"), value=lambda one: str(one.given_by or "")),
        Column(key="ended", title=_("Ended by"), value=lambda one: str(one.ended_by or ""), hidden=True),
    ],
)
SERVICE_TOKENS = Table(
    key="service_tokens",
    title=_("Service tokens"),
    order="-created",
    search=("name", "prefix"),
    search_label=_("Name"),
    bulk=[Bulk(key="revoke", label=_("Revoke"), icon="ban", act=_revoke)],
    columns=[
        Column(
            key="name", title=_("Token"), value=str, template="portal/accounts/cells/token.html", sort=Lower("name")
        ),
        Column(key="role", title=_("Role"), value=_role),
        Column(key="limits", title=_("Limited to"), value=lambda one: one.owner.service.limits),
        Column(key="scopes", title=_("What it may do"), value=lambda one: one.scope_labels, wide=True),
        Column(key="state", title=_("State"), value=_standing, sort="revoked_at"),
        Column(
            key="used",
            title=_("Last used"),
            value=lambda one: one.last_used_at,
            template="portal/accounts/cells/seen.html",
            sort="last_used_at",
        ),
        Column(key="expires", title=_("Stops on"), value=lambda one: one.expires_at, sort="expires_at"),
        Column(key="by", title=_("Created by"), value=lambda one: str(one.owner.service.created_by), hidden=True),
        Column(key="created", title=_("Created"), value=lambda one: one.occurred_at, sort="occurred_at", hidden=True),
    ],
)
