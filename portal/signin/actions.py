"""What people do about signing in: second factors, the rules, who is locked, sessions, which group gives which role."""

from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.audit.record import record
from portal.errors import BadInput, Refused
from portal.people import rights
from portal.people.actions import add
from portal.people.models import OrganisationRole, Role, Team, User
from portal.signin import cool_off, groups, rules, second_factor
from portal.signin.models import GroupRule, Requirement, SecondFactorReset, Session, SignInPolicy


# --- one's own -----------------------------------------------------------------------------------------------------
@transaction.atomic
def set_up_second_factor(person: User, secret: str, code: str) -> list[str]:
    """Keep an authenticator that has just shown `code`; returns the codes to recover with, shown this once.

    Raises BadInput when the code does not fit, or was used already.
    """
    _lock(person)
    if rules.has_second_factor(person):
        raise Refused(_("You have a second factor already."))
    if not second_factor.fits(secret, code) or not second_factor.once(person, code):
        wrong = _("This code does not fit. Wait for the next one, and check that your phone tells the right time.")
        raise BadInput.of(_("Your second factor was not set up."), {"code": wrong})
    codes = second_factor.keep(person, secret)
    record("second_factor.set_up", person, by=person)
    return codes


@transaction.atomic
def renew_recovery_codes(person: User) -> list[str]:
    """Replace the codes to recover with; the earlier ones stop. Returns the new ones, shown this once."""
    _lock(person)
    if not rules.has_second_factor(person):
        raise Refused(_("You have no second factor yet."))
    codes = second_factor.renew_codes(person)
    record("second_factor.codes_renewed", person, by=person)
    return codes


@transaction.atomic
def remove_second_factor(person: User) -> None:
    """Take one's own second factor away. Raises Refused when the rules ask for it, or there is none."""
    if rules.asked_of(person, rules.policy().second_factor):
        raise Refused(_("The rules of your organisation ask for a second factor: an administrator can reset it."))
    if not second_factor.forget(person):
        raise Refused(_("You have no second factor yet."))
    record("second_factor.removed", person, by=person)


@transaction.atomic
def end_session(session: Session, *, by: User) -> None:
    """End one of one's own sessions at once."""
    if session.user_id != by.pk:
        raise Refused(_("This session is not yours."))
    session.delete()
    record("session.ended", by, by=by)


@transaction.atomic
def end_other_sessions(person: User, *, but: str | None) -> int:
    """End all of one's sessions but the one of this key; returns how many."""
    gone, _rows = Session.objects.filter(user=person).exclude(session_key=but).delete()
    if gone:
        record("session.others_ended", person, by=person, number=gone)
    return gone


# --- the administration --------------------------------------------------------------------------------------------
@transaction.atomic
def reset_second_factor(person: User, *, by: User) -> None:
    """Take somebody's second factor away, when the phone is lost; they are told at their next sign-in."""
    rights.require(by, "signin.manage")
    if not second_factor.forget(person):
        raise Refused(_("%(person)s has no second factor.") % {"person": person})
    SecondFactorReset.objects.create(user=person, by=by)
    if person != by:
        Session.objects.filter(user=person).delete()
    record("second_factor.reset", person, by=by)


@transaction.atomic
def untold_resets(person: User) -> list[SecondFactorReset]:
    """The resets this person was not told yet; they are told now."""
    found = list(SecondFactorReset.objects.select_for_update().filter(user=person, told_at=None))
    SecondFactorReset.objects.filter(pk__in=[one.pk for one in found]).update(told_at=timezone.now())
    return found


@transaction.atomic
def set_rules(*, by: User, second_factor: str) -> SignInPolicy:
    """Say who must have a second factor. It counts from everybody's next request on."""
    rights.require(by, "signin.manage")
    if second_factor not in Requirement.values:
        raise BadInput.of(_("The rules were not changed."), {"second_factor": _("Choose who must have one.")})
    SignInPolicy.objects.get_or_create(pk=1)
    row = SignInPolicy.objects.select_for_update().get(pk=1)
    before, row.second_factor = row.second_factor, second_factor
    row.save()
    Session.objects.make_stale()
    record(
        f"signin.rules.{second_factor}",
        row,
        by=by,
        before={"second_factor": before},
        after={"second_factor": second_factor},
    )
    return row


@transaction.atomic
def unlock(username: str, ip: str, *, by: User) -> None:
    """Let a user name be tried again from an address, before its time is over."""
    rights.require(by, "signin.manage")
    if not cool_off.forget(username, ip):
        raise Refused(_("Nobody is locked under this name and address any more."))
    # What was typed and from where is in the table of attempts, which forgets; the chain never does.
    person = User.objects.filter(username=username).first()
    record("signin.unlocked" if person else "signin.unlocked.nobody", rules.policy(), by=by, person=person)


@transaction.atomic
def add_group_rule(
    *,
    by: User,
    provider: str,
    group: str,
    organisation_role: str = "",
    team: Team | None = None,
    role: str = "",
    site: Model | None = None,
    environment: Model | None = None,
) -> GroupRule:
    """Give whoever is in a provider's group a role, at their next sign-in. Raises BadInput unless it is one role."""
    rights.require(by, "signin.manage")
    if bool(organisation_role) == bool(team or role) or bool(team) != bool(role):
        sentence = _("Choose either a role in the organisation, or a team and a role in it.")
        raise BadInput.of(_("The rule was not added."), {"organisation_role": sentence})
    if (role and role not in Role.values) or (organisation_role and organisation_role not in OrganisationRole.values):
        raise BadInput.of(_("The rule was not added."), {"role": _("There is no such role.")})
    limits = {"site": site, "environment": environment}
    if organisation_role and any(limits.values()):
        sentence = _("A role in the organisation has no limits.")
        raise BadInput.of(_("The rule was not added."), {"site": sentence})
    rule = GroupRule(
        provider=provider, group=group, organisation_role=organisation_role, team=team, role=role, **limits
    )
    add(rule)
    record("signin.group_rule_added", rule, by=by, team=team)
    return rule


@transaction.atomic
def remove_group_rule(rule: GroupRule, *, by: User) -> int:
    """Remove a rule, and take back at once the roles that it alone gave; returns how many."""
    rights.require(by, "signin.manage")
    taken = groups.take_back(list(rule.grants.select_related("user", "rule__team")))
    record("signin.group_rule_removed", rule, by=by, team=rule.team, number=taken)
    rule.delete()
    return taken


def _lock(person: User) -> None:
    """Two windows of one person wait for each other."""
    list(User.objects.select_for_update().filter(pk=person.pk).values_list("pk"))
