"""What people do about deputies: name one from day to day, end it."""

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.audit.record import record
from portal.errors import BadInput, NotAllowed, Refused
from portal.people import rights
from portal.people.models import Deputy, Membership, OrganisationRole, User
from portal.signin.models import Session

LONGEST = 366  # days


@transaction.atomic
def name_deputy(membership: Membership, deputy: User, first_day: date, last_day: date, *, by: User) -> Deputy:
    """Let another person do what a role lets, with its limits, from the first day to the end of the last.

    The member names them, or an administrator does. Nobody lends what they only hold as a deputy: there is no chain.
    Raises BadInput for days that make no sense, Refused for somebody who has the role already.
    """
    member, team = membership.user, membership.team
    rights.require(by, "deputy.name", team)
    if by != member and not rights.can(by, "people.manage"):
        raise NotAllowed(_("One names a deputy for one’s own role; else an administrator does."))
    # Two at once wait for each other here.
    list(Membership.objects.select_for_update(of=("self",)).filter(pk=membership.pk).values_list("pk"))
    _require_days(first_day, last_day)
    _require_able(membership, deputy)
    since, until = _midnight(first_day), _midnight(last_day + timedelta(days=1))
    role = {name: getattr(membership, name) for name in ("team", "role", "site", "environment")}
    known = Deputy.objects.filter(member=member, deputy=deputy, since__lt=until, until__gt=since, **role)
    if known.exists():
        raise Refused(_("%(person)s is a deputy for this role in these days already.") % {"person": deputy})
    made = Deputy.objects.create(member=member, deputy=deputy, since=since, until=until, named_by=by, **role)
    _changed(deputy)
    record(
        "deputy.named",
        team,
        by=by,
        team=team,
        person=deputy,
        after={"member": str(member.uid), "role": membership.role, "limits": membership.limits},
        first_day=first_day.isoformat(),
        last_day=last_day.isoformat(),
    )
    return made


@transaction.atomic
def end_deputy(deputy: Deputy, *, by: User) -> None:
    """End it at once, or before it begins: the member, the deputy, an administrator. Raises Refused when it is over."""
    if by.pk not in (deputy.member_id, deputy.deputy_id):
        rights.require(by, "people.manage")
    moment = clock.now()
    held = Deputy.objects.select_for_update(of=("self",)).filter(pk=deputy.pk, until__gt=moment).first()
    if held is None:
        raise Refused(_("It is over already."))
    held.until, held.ended_by = max(held.since, moment), by
    held.save(update_fields=["until", "ended_by"])
    deputy.until, deputy.ended_by = held.until, by
    _changed(deputy.deputy)
    record("deputy.ended", deputy.team, by=by, team=deputy.team, person=deputy.deputy)


def _require_days(first_day: date, last_day: date) -> None:
    today = rights.today()
    wrong = {}
    if last_day < first_day:
        wrong["last_day"] = _("The last day comes before the first.")
    elif last_day < today:
        wrong["last_day"] = _("These days are over.")
    elif (last_day - first_day).days >= LONGEST:
        wrong["last_day"] = _("A deputy is named for a year at most.")
    if wrong:
        raise BadInput.of(_("The deputy was not named."), wrong)


def _require_able(membership: Membership, deputy: User) -> None:
    if deputy.pk == membership.user_id:
        raise BadInput.of(_("The deputy was not named."), {"deputy": _("A deputy is somebody else.")})
    if not deputy.is_active:
        raise Refused(_("%(person)s is deactivated: reactivate this person first.") % {"person": deputy})
    if OrganisationRole.AUDITOR in rights.organisation_roles(deputy):
        raise Refused(_("%(person)s is an auditor, who changes nothing.") % {"person": deputy})
    own = Membership.objects.filter(user=deputy, team=membership.team, role=membership.role)
    if own.reaching(membership.site_id, membership.environment_id).exists():
        raise Refused(_("%(person)s has this role there already.") % {"person": deputy})


def _midnight(day: date) -> datetime:
    """The beginning of a day in the organisation's zone."""
    return datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone())


def _changed(person: User) -> None:
    rights.forget(person)
    Session.objects.make_stale([person])
