"""The machine's verb: the roles that a provider's groups give, added and taken back at each sign-in."""

import logging
from collections.abc import Collection

from portal.audit.record import record
from portal.errors import Refused
from portal.people import rights
from portal.people.actions import end_role, keep_an_administrator
from portal.people.models import Membership, OrganisationGrant, OrganisationRole, User
from portal.signin.models import GroupGrant, GroupRule, Session

MACHINE = "oidc"
log = logging.getLogger(__name__)


def apply(person: User, provider: str, groups: Collection[str]) -> None:
    """Give this person the roles of these groups, and take back those that an earlier group gave. In a transaction.

    A role that somebody gave by hand is never touched.
    """
    rules = list(GroupRule.objects.filter(provider=provider, group__in=groups).select_related("team"))
    for rule in rules:
        _give(rule, person)
    held = GroupGrant.objects.filter(user=person, rule__provider=provider).select_related("rule__team", "user")
    take_back([grant for grant in held if grant.rule not in rules])


def take_back(grants: list[GroupGrant]) -> int:
    """Remove these grants, and the roles that no other rule gives; returns how many roles."""
    return sum(_take_back(grant) for grant in grants)


def _give(rule: GroupRule, person: User) -> None:
    if _holds(rule, person):
        # By hand unless a rule gave it: then it stays the rules' business.
        if _other_grants(rule, person).exists():
            GroupGrant.objects.get_or_create(rule=rule, user=person)
        return
    if rule.team is None:
        OrganisationGrant.objects.create(user=person, role=rule.organisation_role)
        record(f"role.granted.{rule.organisation_role}", person, by=None, machine=MACHINE)
    else:
        Membership.objects.create(**rule.membership, user=person)
        record(f"team.member_added.{rule.role}", rule.team, by=None, machine=MACHINE, team=rule.team, person=person)
    GroupGrant.objects.get_or_create(rule=rule, user=person)
    _changed(person)


def _take_back(grant: GroupGrant) -> int:
    rule, person = grant.rule, grant.user
    if _other_grants(rule, person).exclude(pk=grant.pk).exists():
        grant.delete()
        return 0
    if rule.organisation_role == OrganisationRole.ADMIN:
        try:
            keep_an_administrator(person)
        except Refused:
            log.warning("The provider no longer makes the last administrator one; the role is kept.")
            return 0
    grant.delete()
    if rule.team is None:
        granted = OrganisationGrant.objects.filter(user=person, role=rule.organisation_role).first()
        gone = granted is not None and end_role(granted, by=None)
        verb, target = f"role.revoked.{rule.organisation_role}", person
        if gone:
            record(verb, target, by=None, machine=MACHINE)
    else:
        member = Membership.objects.filter(**rule.membership, user=person).first()
        gone = member is not None and end_role(member, by=None)
        if gone:
            record(
                f"team.member_removed.{rule.role}",
                rule.team,
                by=None,
                machine=MACHINE,
                team=rule.team,
                person=person,
            )
    _changed(person)
    return int(gone)


def _holds(rule: GroupRule, person: User) -> bool:
    if rule.team is None:
        return OrganisationGrant.objects.filter(user=person, role=rule.organisation_role).exists()
    return Membership.objects.filter(**rule.membership, user=person).exists()


def _other_grants(rule: GroupRule, person: User):  # type: ignore[no-untyped-def]
    same = GroupRule.objects.filter(organisation_role=rule.organisation_role, **rule.membership)
    return GroupGrant.objects.filter(user=person, rule__in=same)


def _changed(person: User) -> None:
    rights.forget(person)
    Session.objects.make_stale([person])
