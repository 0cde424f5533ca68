"""The lists of accounts: people, teams, tokens."""

from django.db.models import F, QuerySet
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.people import actions
from portal.people.models import AccessToken, OrganisationGrant, OrganisationRole, Scope, Team, User
from portal.ui.tables import Between, Bulk, Choices, Column, Pick, Pill, Table

CELLS = "portal/accounts/cells/"


def _state(person: User) -> Pill:
    if not person.is_active:
        return Pill("unk", _("Deactivated"))
    if person.has_usable_password():
        return Pill("ok", _("Active"))
    return Pill("unk", _("Demonstration")) if person.is_demo else Pill("warn", _("To be invited"))


def _active(found: QuerySet[User], values: tuple[str, ...]) -> QuerySet[User]:
    return found.filter(is_active__in=[value == "active" for value in values])


def _playing(found: QuerySet[User], values: tuple[str, ...]) -> QuerySet[User]:
    return found.filter(pk__in=OrganisationGrant.objects.filter(role__in=values).values("user"))


def _in_teams(found: QuerySet[User], values: tuple[str, ...]) -> QuerySet[User]:
    return found.filter(pk__in=User.objects.filter(memberships__team__slug__in=values).values("pk"))


def _roles(person: User) -> list[str]:
    own = [grant.get_role_display() for grant in person.organisation_grants.all()]
    return own + [f"{one.get_role_display()}, {one.team.name}" for one in person.memberships.all()]


def _teams(_user: User) -> QuerySet[Team]:
    return Team.objects.all()


def _deactivate(person: User, by: User) -> None:
    actions.deactivate_person(person, by=by)


def _reactivate(person: User, by: User) -> None:
    actions.reactivate_person(person, by=by)


def _revoke(token: AccessToken, by: User) -> None:
    actions.revoke_token(token, by=by)


def _standing(token: AccessToken) -> Pill:
    if token.usable:
        return Pill("ok", _("Usable"))
    return Pill("unk", _("Revoked") if token.revoked_at else _("Expired"))


def _scopes(token: AccessToken) -> list[str]:
    return [str(scope.label) for scope in Scope if scope in token.scopes]


PEOPLE = Table(
    key="people",
    title=_("People"),
    order="person",
    search=("first_name", "last_name", "username", "email"),
    search_label=_("Person"),
    link=lambda person: reverse("accounts:person", args=[person.uid]),
    filters=[
        Choices(
            key="state",
            title=_("State"),
            choices=[("active", _("Active")), ("inactive", _("Deactivated"))],
            narrow=_active,
        ),
        Choices(key="role", title=_("Role in the organisation"), choices=OrganisationRole.choices, narrow=_playing),
        Pick(key="team", title=_("Team"), source=_teams, narrow=_in_teams),
        Between(key="seen", title=_("Last sign-in"), field="last_login"),
    ],
    bulk=[
        Bulk(key="deactivate", label=_("Deactivate"), icon="ban", act=_deactivate),
        Bulk(key="reactivate", label=_("Reactivate"), icon="user-check", act=_reactivate),
    ],
    columns=[
        Column(key="person", title=_("Person"), value=str, template=CELLS + "person.html", sort=Lower("last_name")),
        Column(key="username", title=_("User name"), value=lambda one: one.username, sort="username", hidden=True),
        Column(key="email", title=_("E-mail"), value=lambda one: one.email, sort="email", hidden=True),
        Column(key="roles", title=_("Roles"), value=_roles, template=CELLS + "roles.html", wide=True),
        Column(key="state", title=_("State"), value=_state, sort="is_active"),
        Column(
            key="seen",
            title=_("Last sign-in"),
            value=lambda one: one.last_login,
            template=CELLS + "seen.html",
            sort="last_login",
        ),
    ],
)
TEAMS = Table(
    key="teams",
    title=_("Teams"),
    prefix="t-",
    order="team",
    size=25,
    search=("name",),
    search_label=_("Team"),
    link=lambda team: reverse("team", args=[team.slug]),
    columns=[
        Column(key="team", title=_("Team"), value=lambda team: team.name, sort=Lower("name")),
        Column(key="people", title=_("People"), value=lambda team: team.people, sort=F("people"), numeric=True),
    ],
)
TOKENS = Table(
    key="tokens",
    title=_("Tokens"),
    order="-created",
    search=("name", "prefix"),
    search_label=_("Name"),
    bulk=[Bulk(key="revoke", label=_("Revoke"), icon="ban", act=_revoke)],
    columns=[
        Column(key="name", title=_("Token"), value=str, template=CELLS + "token.html", sort=Lower("name")),
        Column(key="scopes", title=_("What it may do"), value=_scopes, wide=True),
        Column(key="state", title=_("State"), value=_standing, sort="revoked_at"),
        Column(
            key="used",
            title=_("Last used"),
            value=lambda one: one.last_used_at,
            template=CELLS + "seen.html",
            sort="last_used_at",
        ),
        Column(key="expires", title=_("Stops on"), value=lambda one: one.expires_at, sort="expires_at"),
        Column(key="created", title=_("Created"), value=lambda one: one.occurred_at, sort="occurred_at", hidden=True),
    ],
)
