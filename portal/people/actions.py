"""What people do to people: create, invite, give roles, make teams, hold tokens."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Model
from django.db.models.functions import Greatest, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.audit.record import record
from portal.errors import BadInput, NotAllowed, Problem, Refused
from portal.people import keys, rights
from portal.people.models import (
    AccessToken,
    Deputy,
    Membership,
    OneTimeLink,
    OrganisationGrant,
    OrganisationRole,
    Role,
    Scope,
    Team,
    Tenure,
    User,
)
from portal.signin.models import Session

LONGEST_TOKEN = 365  # days
FIRST_LINK = timedelta(hours=24)
INVITATION = timedelta(days=7)


# --- people --------------------------------------------------------------------------------------------------------
@transaction.atomic
def create_person(*, by: User, username: str, first_name: str, last_name: str, email: str = "") -> User:
    """Add a person, who has no password until they follow an invitation. Raises BadInput for a taken user name."""
    rights.require(by, "people.manage")
    person = new_person(username=username, first_name=first_name, last_name=last_name, email=email)
    record("person.created", person, by=by)
    return person


@transaction.atomic
def deactivate_person(person: User, *, by: User) -> None:
    """Close the doors to a person: sessions and tokens stop at the next request. Nothing of theirs is deleted."""
    rights.require(by, "people.manage")
    keep_an_administrator(person)
    if not User.objects.filter(pk=person.pk, is_active=True).update(is_active=False):
        raise Refused(_("%(person)s is already deactivated.") % {"person": person})
    person.is_active = False
    rights.forget(person)
    Session.objects.filter(user=person).delete()
    record("person.deactivated", person, by=by)


@transaction.atomic
def reactivate_person(person: User, *, by: User) -> None:
    """Let a person in again, with the roles they had."""
    rights.require(by, "people.manage")
    if person.pseudonymised_at:
        raise Refused(_("%(person)s was pseudonymised: this cannot be undone.") % {"person": person})
    if not User.objects.filter(pk=person.pk, is_active=False).update(is_active=True):
        raise Refused(_("%(person)s is already active.") % {"person": person})
    person.is_active = True
    rights.forget(person)
    record("person.reactivated", person, by=by)


@transaction.atomic
def grant_role(person: User, role: OrganisationRole, *, by: User) -> None:
    """Give a role for the whole organisation."""
    rights.require(by, "people.manage")
    _refuse_deactivated(person)
    if {role, *rights.organisation_roles(person)} >= {OrganisationRole.ADMIN, OrganisationRole.AUDITOR}:
        raise Refused(_("An auditor does not administer: take the other role back first."))
    _grant, created = OrganisationGrant.objects.get_or_create(user=person, role=role, defaults={"given_by": by})
    if not created:
        raise Refused(_("%(person)s already has this role.") % {"person": person})
    _forget(person, by)
    record(f"role.granted.{role}", person, by=by)


@transaction.atomic
def revoke_role(person: User, role: OrganisationRole, *, by: User) -> None:
    """Take a role for the whole organisation back; the last administrator keeps theirs."""
    rights.require(by, "people.manage")
    if role == OrganisationRole.ADMIN:
        keep_an_administrator(person)
    grant = OrganisationGrant.objects.filter(user=person, role=role).first()
    if grant is None or not end_role(grant, by=by):
        raise Refused(_("%(person)s does not have this role.") % {"person": person})
    _forget(person, by)
    record(f"role.revoked.{role}", person, by=by)


@transaction.atomic
def change_password(person: User, current: str, new: str) -> None:
    """Give oneself a new password. Raises BadInput when the current one is wrong or the new one too weak."""
    if not person.check_password(current):
        raise BadInput.of(_("Your password was not changed."), {"current": _("This is not your current password.")})
    _set_password(person, new)
    record("person.password_set", person, by=person)


# --- teams ---------------------------------------------------------------------------------------------------------
@transaction.atomic
def create_team(*, by: User, name: str, slug: str) -> Team:
    """Create a feature team, empty. Raises BadInput for a taken name."""
    rights.require(by, "team.create")
    team = Team(name=name, slug=slug)
    add(team)
    record("team.created", team, by=by, team=team)
    return team


@transaction.atomic
def add_member(
    team: Team, person: User, role: Role, *, by: User, site: Model | None = None, environment: Model | None = None
) -> Membership:
    """Give a person a role in a team, everywhere, or only below a site and in an environment.

    Nobody but an administrator gives a role to oneself.
    """
    rights.require(by, "team.manage", team)
    _not_to_oneself(person, by)
    _refuse_deactivated(person)
    limits = {"site": site, "environment": environment}
    membership, created = Membership.objects.get_or_create(
        team=team, user=person, role=role, **limits, defaults={"given_by": by}
    )
    if not created:
        raise Refused(_("%(person)s already has this role in the team.") % {"person": person})
    _forget(person, by)
    where: dict[str, Any] = {"limits": membership.limits} if membership.limits else {}
    verb = "team.member_limited" if where else "team.member_added"
    record(f"{verb}.{role}", team, by=by, team=team, person=person, **where)
    return membership


@transaction.atomic
def change_member(
    membership: Membership, role: Role, *, by: User, site: Model | None = None, environment: Model | None = None
) -> Membership:
    """Give a member another role, or other limits: the former ends, with its deputies, at the same moment."""
    rights.require(by, "team.manage", membership.team)
    _not_to_oneself(membership.user, by)
    before = (membership.role, membership.site_id, membership.environment_id)
    if before == (role, site and site.pk, environment and environment.pk):
        return membership
    end_membership(membership, by=by)
    return add_member(membership.team, membership.user, role, by=by, site=site, environment=environment)


@transaction.atomic
def end_membership(membership: Membership, *, by: User) -> None:
    """Take a role in a team back, as it was given. Deputies named for it end too."""
    team, person = membership.team, membership.user
    rights.require(by, "team.manage", team)
    if not end_role(membership, by=by):
        raise Refused(_("%(person)s no longer has this role in the team.") % {"person": person})
    _forget(person, by)
    record(f"team.member_removed.{membership.role}", team, by=by, team=team, person=person)


@transaction.atomic
def remove_member(team: Team, person: User, role: Role, *, by: User) -> None:
    """Take a role in a team back, whatever its limits."""
    rights.require(by, "team.manage", team)
    found = list(Membership.objects.filter(team=team, user=person, role=role).select_related("team", "user"))
    if not found:
        raise Refused(_("%(person)s no longer has this role in the team.") % {"person": person})
    for membership in found:
        end_membership(membership, by=by)


def end_role(held: Membership | OrganisationGrant, *, by: User | None) -> bool:
    """Take a membership or a grant away, and write in its history when and by whom; whether it was there."""
    moment = clock.now()
    same: dict[str, Any] = {"user_id": held.user_id, "until": None}
    if isinstance(held, Membership):
        role = {name: getattr(held, name) for name in ("team_id", "role", "site_id", "environment_id")}
        deputies = Deputy.objects.filter(member_id=held.user_id, until__gt=moment, **role)
        deputies.filter(since__gt=moment).update(until=models.F("since"), ended_by=by)
        deputies.filter(since__lte=moment).update(until=moment, ended_by=by)
        same |= role
    else:
        same |= {"team": None, "organisation_role": held.role}
    Tenure.objects.filter(**same).update(until=Greatest("since", moment), ended_by=by)
    gone, _rows = type(held)._base_manager.filter(pk=held.pk).delete()
    return bool(gone)


# --- tokens --------------------------------------------------------------------------------------------------------
@transaction.atomic
def create_token(*, by: User, name: str, scopes: Sequence[str], days: int) -> tuple[AccessToken, str]:
    """Make a key for a machine that acts for `by`; returns the row and the secret, which is never shown again.

    Raises BadInput without a scope, or for a life outside 1 to 365 days.
    """
    if not by.is_active:
        raise NotAllowed(_("A deactivated person holds no token."))
    token, secret = new_token(by, name, scopes, days)
    record("token.created", token, by=by, scopes=", ".join(token.scopes))
    return token, secret


def new_token(owner: User, name: str, scopes: Sequence[str], days: int) -> tuple[AccessToken, str]:
    """A token of a person or a service, and its secret. Raises BadInput: no scope, a life out of bounds."""
    if not scopes or not set(scopes) <= set(Scope.values):
        raise BadInput.of(_("The token was not created."), {"scopes": _("Choose what the token is for.")})
    if not 1 <= days <= LONGEST_TOKEN:
        sentence = _("A token lives 1 to %(longest)s days.") % {"longest": LONGEST_TOKEN}
        raise BadInput.of(_("The token was not created."), {"days": sentence})
    secret = keys.new_token()
    token = AccessToken(
        owner=owner,
        name=name,
        prefix=secret[:12],
        digest=keys.digest(secret),
        scopes=sorted(set(scopes)),
        expires_at=timezone.now() + timedelta(days=days),
    )
    add(token)
    return token, secret


@transaction.atomic
def revoke_token(token: AccessToken, *, by: User) -> None:
    """Stop a token at once: one's own, or anybody's for an administrator."""
    service = token.owner.service if token.owner.is_service else None
    if service is not None:
        rights.require(by, "service.manage" if service.team else "service.manage_all", service.team)
    elif token.owner_id != by.pk:
        rights.require(by, "people.manage")
    now = timezone.now()
    if not AccessToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
        raise Refused(_("This token is already revoked."))
    token.revoked_at = now
    if service is not None:
        record("service_token.revoked", token, by=by, team=service.team)
    else:
        record("token.revoked", token, by=by, person=token.owner)


# --- one-time links ------------------------------------------------------------------------------------------------
@transaction.atomic
def invite(person: User, *, by: User) -> str:
    """Make the link with which a person sets a password, once, within 7 days; earlier ones stop. Returns its secret."""
    rights.require(by, "people.manage")
    _refuse_deactivated(person)
    secret = _new_link(person, INVITATION)
    record("person.invited", person, by=by)
    return secret


@transaction.atomic
def offer_first_administrator() -> str | None:
    """Make the link that lets its bearer become the first administrator, valid once and 24 hours; earlier ones stop.

    Returns its secret, or None when there is an administrator already.
    """
    if has_administrator():
        return None
    secret = _new_link(None, FIRST_LINK)
    record("link.first_administrator", OneTimeLink.objects.latest("id"), by=None, machine="first_admin_link")
    return secret


def has_administrator() -> bool:
    """Whether somebody real (not of the demo) administers this installation."""
    return OrganisationGrant.objects.filter(
        role=OrganisationRole.ADMIN, user__is_active=True, user__is_demo=False
    ).exists()


def usable_link(secret: str) -> OneTimeLink:
    """The link with this secret. Raises Refused when it was used, has expired, or never was."""
    link = _usable(secret).select_related("user").first()
    if link is None or (link.user is not None and not link.user.is_active):
        raise _gone()
    return link


@transaction.atomic
def become_first_administrator(secret: str, *, username: str, first_name: str, last_name: str, password: str) -> User:
    """Follow the first administrator's link: the person, a password, the role. Raises Refused, BadInput."""
    # Two bearers of two links: the second waits here, then finds its link used.
    waiting = OneTimeLink.objects.filter(user=None, used_at=None)
    list(waiting.select_for_update().order_by("id").values_list("pk"))
    _use(secret, user=None)
    waiting.update(used_at=Now())
    if has_administrator():
        raise _gone()
    person = new_person(username=username, first_name=first_name, last_name=last_name)
    _set_password(person, password)
    OrganisationGrant.objects.create(user=person, role=OrganisationRole.ADMIN, given_by=person)
    record("person.first_administrator", person, by=person)
    return person


@transaction.atomic
def accept_invitation(secret: str, *, password: str) -> User:
    """Follow an invitation: set one's password. Raises Refused when the link is gone, BadInput for a weak password."""
    person = usable_link(secret).user
    if person is None:
        raise _gone()
    _use(secret, user=person)
    _set_password(person, password)
    record("person.password_set", person, by=person)
    return person


# --- what several verbs share --------------------------------------------------------------------------------------
def add(thing: models.Model) -> None:
    """Write a new row. Raises BadInput, worded by the model's own validation, for what it cannot hold."""
    try:
        thing.full_clean()
        with transaction.atomic():
            thing.save(force_insert=True)
    except ValidationError as error:
        problems = [Problem(field, " ".join(texts)) for field, texts in error.message_dict.items()]
        raise BadInput(_("This cannot be saved as it is."), problems) from error
    except IntegrityError as error:
        raise Refused(_("Somebody else has just taken this name.")) from error


def new_person(**names: str) -> User:
    """A person of the demo's story is part of its cast."""
    person = User(**names, is_demo=clock.is_story())
    person.set_unusable_password()
    add(person)
    return person


def _set_password(person: User, password: str) -> None:
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise BadInput.of(_("Choose another password."), {"password": " ".join(error.messages)}) from error
    person.set_password(password)
    person.save(update_fields=["password"])
    # The door that changed it begins a new session for the one who did.
    Session.objects.filter(user=person).delete()


def keep_an_administrator(person: User) -> None:
    """Raise Refused when nobody would administer any more. Locks the grants: two cannot remove each other at once."""
    grants = OrganisationGrant.objects.filter(role=OrganisationRole.ADMIN)
    list(grants.select_for_update().order_by("id").values_list("pk"))
    # A second statement, so that it sees what whoever held the lock has committed.
    if set(grants.filter(user__is_active=True).values_list("user_id", flat=True)) == {person.pk}:
        raise Refused(_("The last administrator stays: make somebody else administrator first."))


def _not_to_oneself(person: User, by: User) -> None:
    if person.pk == by.pk and not rights.can(by, "people.manage"):
        raise NotAllowed(_("Nobody gives a role to themselves: ask another member of the team, or an administrator."))


def _refuse_deactivated(person: User) -> None:
    if not person.is_active:
        raise Refused(_("%(person)s is deactivated: reactivate this person first.") % {"person": person})


def _forget(person: User, by: User) -> None:
    """Roles changed: they are read again, and every session of this person gets a new key."""
    rights.forget(person)
    Session.objects.make_stale([person])
    if person.pk == by.pk:
        rights.forget(by)


def _new_link(user: User | None, life: timedelta) -> str:
    secret = keys.new_link()
    OneTimeLink.objects.filter(user=user, used_at=None, expires_at__gt=Now()).update(expires_at=Now())
    OneTimeLink.objects.create(user=user, digest=keys.digest(secret), expires_at=timezone.now() + life)
    return secret


def _usable(secret: str) -> models.QuerySet[OneTimeLink]:
    return OneTimeLink.objects.filter(digest=keys.digest(secret), used_at=None, expires_at__gt=Now())


def _use(secret: str, *, user: User | None) -> None:
    if not _usable(secret).filter(user=user).update(used_at=Now()):
        raise _gone()


def _gone() -> Refused:
    return Refused(_("This link was already used, or has expired. Ask an administrator for a new one."))
