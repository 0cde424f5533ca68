"""One table, role × verb, decides everywhere: page, API, task, command. It is also the documentation page."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum, auto
from typing import Any

from django.db.models import F, Q, Value
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.errors import NotAllowed
from portal.people import holders
from portal.people.holders import Place as Place
from portal.people.limits import SiteWithin
from portal.people.models import OrganisationRole, Role, Team, User

B, D, IT, U, V = Role.BUSINESS, Role.DATA, Role.IT, Role.USER, Role.VIEWER
# People named in a refusal.
NAMED = 5
ADMIN, STEERING, AUDITOR = OrganisationRole.ADMIN, OrganisationRole.STEERING, OrganisationRole.AUDITOR


class Reach(Enum):
    """How a role counts that is limited to a site or to an environment."""

    # It does not: the thing concerns the whole team.
    TEAM = auto()
    # Where it reaches; without a place, somewhere.
    PLACE = auto()
    # Like any other.
    ANYWHERE = auto()


PLACE, ANYWHERE = Reach.PLACE, Reach.ANYWHERE


@dataclass(frozen=True, slots=True)
class Verb:
    """A thing people do: its label, the team roles and the organisation roles that may.

    `signs`: it commits a person by name, so that no service does it. `reads`: it changes nothing, so that an auditor
    may. `reach`: how a limited role counts.
    """

    label: Promise
    roles: tuple[Role, ...] = ()
    organisation: tuple[OrganisationRole, ...] = ()
    reach: Reach = Reach.TEAM
    signs: bool = False
    reads: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """A role in a team that a person has now: its limits, and the key of the person they stand in for."""

    team: int
    role: str
    site: int | None = None
    environment: int | None = None
    stands_for: int | None = None

    @property
    def limited(self) -> bool:
        """Whether it does not count everywhere."""
        return self.site is not None or self.environment is not None


VERBS: dict[str, Verb] = {
    # the organisation
    "people.manage": Verb(_("Create people and give organisation roles"), (), (ADMIN,)),
    "signin.manage": Verb(_("Set the rules of signing in, unlock people, reset second factors"), (), (ADMIN,)),
    "people.pseudonymise": Verb(_("Take the name of a deactivated person away for good"), (), (ADMIN,)),
    "team.create": Verb(_("Create a team"), (), (ADMIN,)),
    "team.manage": Verb(_("Add and remove members of the team"), (B, D, IT), (ADMIN,), signs=True),
    "deputy.name": Verb(_("Name a deputy for one’s role"), (B, D, IT, U), (ADMIN,), reach=ANYWHERE, signs=True),
    "service.manage": Verb(_("Create and revoke service tokens of the team"), (D, IT), (ADMIN,), signs=True),
    "service.manage_all": Verb(_("Create service tokens that read every use case"), (), (ADMIN,), signs=True),
    "site.manage": Verb(_("Create and rename sites"), (), (ADMIN,)),
    "environment.manage": Verb(_("Create environments"), (), (ADMIN,)),
    "server.declare": Verb(_("Declare a tracking server"), (), (ADMIN,)),
    "identity.map": Verb(_("Say which person is behind an MLflow user"), (), (ADMIN,)),
    "criteria.edit": Verb(_("Edit the criteria of a gate"), (), (ADMIN,)),
    "job.retry": Verb(_("Try a job again that failed, or cancel one that waits"), (D, IT), (ADMIN,)),
    "view.share_team": Verb(_("Share a view of a list with the team"), (B, D, IT), reach=ANYWHERE),
    "view.share_organisation": Verb(_("Share a view of a list with the organisation"), (), (ADMIN, STEERING)),
    "channel.manage": Verb(_("Manage webhooks and chat rooms"), (D, IT), (ADMIN,)),
    # the use case
    "usecase.view": Verb(
        _("See the use case"), (B, D, IT, U, V), (ADMIN, STEERING, AUDITOR), reach=ANYWHERE, reads=True
    ),
    "usecase.create": Verb(_("Create a use case"), (B, D, IT), (ADMIN,)),
    "template.make": Verb(_("Make a template of a use case"), (B, D, IT)),
    "template.archive": Verb(_("Archive a template"), (), (ADMIN,)),
    "usecase.edit": Verb(_("Edit the use case and its sites"), (B, D, IT)),
    "usecase.score": Verb(_("Judge the value and the feasibility of the use case"), (B, D, IT), (STEERING,)),
    "steering.view": Verb(_("See the steering of the portfolio"), (), (ADMIN, STEERING, AUDITOR), reads=True),
    "lesson.write": Verb(_("Say what was learnt from a use case that was stopped"), (B, D, IT), (STEERING,)),
    "portfolio.decide": Verb(_("Decide to fund, pause or stop a use case"), (), (STEERING,), signs=True),
    "comment.write": Verb(_("Comment, and answer comments"), (B, D, IT, U), reach=ANYWHERE),
    "comment.moderate": Verb(_("Remove anybody’s comment"), (), (ADMIN,)),
    "journal.inspect": Verb(
        _("See the exceptions and the seals of the journal"), (), (ADMIN, STEERING, AUDITOR), reads=True
    ),
    "journal.verify": Verb(_("Ask for a verification of the journal"), (), (ADMIN, AUDITOR), reads=True),
    "journal.view": Verb(_("Read the journal"), (B, D, IT, V), (ADMIN, STEERING, AUDITOR), reach=ANYWHERE, reads=True),
    # KPIs
    "kpi.define": Verb(_("Define a KPI, its baseline and its target"), (B, D)),
    # A figure may stand for all sites together: then a limited role does not reach it.
    "kpi.measure": Verb(_("Record measurements"), (B, D, IT), reach=PLACE),
    "kpi.validate": Verb(_("Validate and reject measurements"), (B,), reach=PLACE, signs=True),
    "kpi.decide": Verb(_("Sign that a KPI is better, or not, on stated evidence"), (B,), signs=True),
    # reviews
    "review.hold": Verb(_("Open, write and close a review of a use case"), (B, D, IT), (STEERING,), signs=True),
    "review.hold_portfolio": Verb(_("Open, write and close a review of the portfolio"), (), (STEERING,), signs=True),
    # problems and debts
    "problem.keep": Verb(_("Write down, rank and close problems and debts"), (B, D, IT)),
    # cost and value
    "roi.record": Verb(_("Record costs and write the business case"), (B, D, IT)),
    "roi.validate": Verb(_("Validate the business case"), (B,), signs=True),
    "rate.set": Verb(_("Set the day rate of the team"), (B,), (ADMIN,)),
    "rate.set_organisation": Verb(_("Set the day rate of the organisation"), (), (ADMIN,)),
    # the curse
    "stage_limit.set": Verb(_("Set how long a use case may stay in a stage"), (), (ADMIN, STEERING)),
    # runs
    "experiment.link": Verb(_("Link an experiment"), (D, IT)),
    "run.sync": Verb(_("Ask for a synchronisation"), (D, IT)),
    "run.mark": Verb(_("Mark a run as simple baseline or candidate"), (D,)),
    # iterations
    "iteration.open": Verb(_("Open an iteration, change its sites and last day, agree on its KPI again"), (B, D)),
    "iteration.conclude": Verb(_("Conclude an iteration, or take the conclusion back"), (B, D, IT), signs=True),
    "iteration.sign": Verb(_("Sign the conclusion of an iteration for one's role"), (B, D, IT), signs=True),
    # gates
    "gate.attest": Verb(_("Attest a criterion"), (B, D, IT), signs=True),
    "gate.sign": Verb(_("Sign a gate for one's role"), (B, D, IT), signs=True),
    "gate.pass": Verb(_("Pass a gate"), (B, D, IT), signs=True),
    "gate.break_glass": Verb(_("Break the glass of a gate in an emergency"), (B, IT), signs=True),
    "gate.second": Verb(_("Answer as second person for a broken glass"), (B, D, IT), (STEERING,), signs=True),
    "stage.step_back": Verb(_("Step back to an earlier stage"), (B, D, IT), signs=True),
    "stage.stop": Verb(_("Stop a use case, and resume it"), (B,), (STEERING,), signs=True),
    "stage.retire": Verb(_("Retire a product"), (B, IT), signs=True),
    # deployments
    "release.prepare": Verb(_("Prepare a release"), (D, IT), reach=ANYWHERE),
    "release.declare": Verb(_("Declare the system in place"), (IT,), reach=PLACE),
    "deployment.request": Verb(_("Request a deployment"), (D, IT), reach=PLACE),
    "deployment.withdraw": Verb(_("Withdraw a request"), (D, IT), reach=PLACE),
    "deployment.approve": Verb(_("Approve or reject a deployment"), (IT,), reach=PLACE, signs=True),
    "deployment.roll_back": Verb(_("Roll back"), (IT,), reach=PLACE, signs=True),
    "deployment.retry": Verb(_("Run a failed deployment again"), (IT,), reach=PLACE),
    # monitoring
    "series.send": Verb(_("Send points"), (D, IT), reach=ANYWHERE),
    "check.define": Verb(_("Define a check"), (B, D, IT)),
    # Steering reads every use case, never a row about a customer.
    "customers.view": Verb(_("Read rows about customers"), (B, D, IT, U), (AUDITOR,), reads=True),
    "incident.handle": Verb(_("Acknowledge and resolve incidents"), (B, D, IT), reach=PLACE),
}


def roles_in(user: User, team: Team) -> frozenset[str]:
    """The roles this person plays in all of this team, as a deputy too."""
    return frozenset(one.role for one in _held(user) if one.team == team.pk and not one.limited)


def team_ids(user: User) -> list[int]:
    """The teams this person belongs to, in whatever role."""
    return list(dict.fromkeys(one.team for one in _held(user)))


def teams_where(user: User, verb: str) -> list[int]:
    """The teams in which a role of this person may do this, somewhere."""
    return list(dict.fromkeys(one.team for one in roles_for(user, verb)))


def reached(user: User, verb: str, site: str, *, team: Team | str) -> Q:
    """The condition for rows where this person may do this: `site` is the path of their site.

    `team` is the team all of them belong to, or the path of theirs. Where the site is null (all sites together), and
    from within an environment, only a role without a limit reaches. Organisation roles are not asked.
    """
    found = Q(pk__in=[])
    for one in roles_for(user, verb):
        there = [Q(SiteWithin(F(site), Value(one.site)))] if one.site is not None else []
        if isinstance(team, str):
            there.append(Q(**{team: one.team}))
        elif one.team != team.pk:
            continue
        if one.environment is None:
            found = found | Q(*there) if there else ~Q(pk__in=[])
    return found


def organisation_roles(user: User) -> frozenset[str]:
    """The organisation roles of this person; a service of the organisation reads like an auditor."""
    return _read(user)[1]


def sees_everything(user: User) -> bool:
    """Whether an organisation role lets this person read every use case."""
    return bool(organisation_roles(user) & set(VERBS["usecase.view"].organisation))


def held_for(user: User, verb: str, team: Team, at: Place | None = None) -> list[Held]:
    """The roles in a team by which this person may do this there: their own first, the widest first."""
    found = [one for one in roles_for(user, verb) if one.team == team.pk]
    if at is not None and VERBS[verb].reach is PLACE:
        found = [one for one in found if _reaches(user, one, at)]
    return sorted(found, key=lambda one: (one.stands_for is not None, one.limited))


def can(user: User, verb: str, team: Team | None = None, at: Place | None = None) -> bool:
    """Whether this person may do this, in a team, at a place; KeyError for a verb that is not in the table.

    Nobody changes the past.
    """
    rule = VERBS[verb]
    if not user.is_authenticated or not user.is_active:
        return False
    if clock.past() is not None and not rule.reads:
        return False
    if team is not None and held_for(user, verb, team, at):
        return True
    return not (user.is_service and rule.signs) and bool(organisation_roles(user) & set(rule.organisation))


def require(user: User, verb: str, team: Team | None = None, at: Place | None = None) -> None:
    """Raise NotAllowed, with who can, unless this person may do this. Who may as a deputy only is noted as one."""
    if not can(user, verb, team, at):
        raise NotAllowed(_refusal(user, verb, team, at))
    if team is not None:
        act_as(user, next(iter(held_for(user, verb, team, at)), None), team)


@dataclass(frozen=True, slots=True)
class Could:
    """Who could, at which moment."""

    moment: datetime
    holders: list[holders.Holder]


def who_could(team: Team, verb: str, day: date, site: Any = None, environment: Any = None) -> Could:
    """Who could do this in a team at the end of a day (today: now), at a place if one is named (three queries)."""
    rule = VERBS[verb]
    # Before there were zones, and at the ends of the calendar, a day is one of UTC.
    zone = timezone.get_default_timezone() if 1900 < day.year < 2200 else UTC
    begin = datetime.combine(day, time.min, tzinfo=zone)
    moment = max(begin, min(begin + timedelta(days=1, microseconds=-1), clock.now()))
    at = Place(getattr(site, "pk", None), getattr(environment, "pk", None)) if site or environment else None
    found = holders.in_team(team, rule.roles, moment, at if rule.reach is PLACE else None)
    if rule.reach is Reach.TEAM:
        found = [one for one in found if not one.limits]
    return Could(moment, [*found, *holders.in_organisation(rule.organisation, moment)])


def today() -> date:
    """The day it is, in the organisation's zone."""
    return clock.now().astimezone(timezone.get_default_timezone()).date()


def act_as(user: User, held: Held | None, team: Team) -> None:
    """Note by which role this person acts in a team from now on: the journal says for whom."""
    user._acting = (team.pk, held.stands_for if held else None)  # type: ignore[attr-defined]


def stands_for(user: User, team: Team | None) -> int | None:
    """The key of the person for whom this one acts in a team, as last required; None when in their own name."""
    acting: tuple[int, int | None] | None = getattr(user, "_acting", None)
    return acting[1] if acting and team is not None and acting[0] == team.pk else None


def forget(user: User) -> None:
    """Read this person's roles again at the next question (after a membership changed)."""
    for name in ("_roles", "_sites_above", "_acting"):
        if hasattr(user, name):
            delattr(user, name)


def roles_for(user: User, verb: str) -> list[Held]:
    """The roles of this person, in whatever team, that may do this somewhere."""
    rule = VERBS[verb]
    if user.is_service and rule.signs:
        return []
    # Whoever checks the others does not act beside them, whatever else they are.
    if not rule.reads and AUDITOR in organisation_roles(user):
        return []
    return [one for one in _held(user) if one.role in rule.roles and not (one.limited and rule.reach is Reach.TEAM)]


def _reaches(user: User, held: Held, at: Place) -> bool:
    if held.environment is not None and held.environment != at.environment:
        return False
    if held.site is None:
        return True
    if at.site is None:
        return False
    known: dict[int, frozenset[int]] = getattr(user, "_sites_above", {})
    if at.site not in known:
        known[at.site] = holders.sites_above(at.site)
        user._sites_above = known  # type: ignore[attr-defined]
    return held.site in known[at.site]


def _held(user: User) -> list[Held]:
    return _read(user)[0]


def _read(user: User) -> tuple[list[Held], frozenset[str]]:
    """The roles of this person in teams and in the organisation (one query, kept on the instance)."""
    cached: tuple[list[Held], frozenset[str]] | None = getattr(user, "_roles", None)
    if cached is None:
        if not user.is_active:
            cached = [], frozenset()
        elif user.is_service:
            cached = _of_service(user)
        else:
            read_all([user])
            return _read(user)
        user._roles = cached  # type: ignore[attr-defined]
    return cached


def read_all(people: Sequence[User]) -> None:
    """Read the roles of several people, before asking what each may (one query)."""
    rows = holders.current([one.pk for one in people], clock.now())
    for one in people:
        note(one, rows.get(one.pk, []))


def note(user: User, rows: Collection[Sequence[Any]]) -> None:
    """Keep what this person holds now, as `holders` tells it."""
    if user.is_active and not user.is_service:
        held = [Held(team, *others) for team, *others in rows if team is not None]
        user._roles = held, frozenset(role for team, role, *_others in rows if team is None)  # type: ignore[attr-defined]


def _of_service(user: User) -> tuple[list[Held], frozenset[str]]:
    one = user.service
    if one.team_id is None:
        return [], frozenset({AUDITOR.value})
    return [Held(one.team_id, one.role, one.site_id, one.environment_id)], frozenset()


def _refusal(user: User, verb: str, team: Team | None, at: Place | None) -> str:
    rule = VERBS[verb]
    words: dict[str, object] = {"verb": rule.label}
    if clock.past() is not None and not rule.reads:
        return gettext("Nobody changes the past: come back to today first.")
    if user.is_service and rule.signs:
        return gettext("“%(verb)s” commits a person: no service does it.") % words
    if not rule.reads and AUDITOR in organisation_roles(user):
        return gettext("“%(verb)s” is not for an auditor, who reads everything and changes nothing.") % words
    mine = [one for one in _held(user) if team and one.team == team.pk and one.role in rule.roles]
    words["who"] = _who(rule, team)
    if mine and team:
        words["role"] = Role(mine[0].role).label
        if rule.reach is Reach.TEAM:
            sentence = gettext(
                "“%(verb)s” concerns the whole team, and your role %(role)s is limited. Who can: %(who)s."
            )
            return sentence % words
        words |= {"place": at.name if at else "", "who": _names(rule, team, at) or gettext("nobody today")}
        sentence = gettext(
            "“%(verb)s” needs the role %(role)s at %(place)s, and yours does not reach there. Who could: %(who)s."
        )
        return sentence % words
    return gettext("“%(verb)s” is not among your rights here. Who can: %(who)s.") % words


def _who(rule: Verb, team: Team | None) -> str:
    who = [str(role.label) for role in rule.roles] if team else []
    return ", ".join(who + [str(role.label) for role in rule.organisation])


def _names(rule: Verb, team: Team, at: Place | None) -> str:
    """The people who could there, the first five by name."""
    found = [str(one) for one in holders.people(team, rule.roles, clock.now(), at)]
    more = len(found) - NAMED
    return ", ".join(found[:NAMED]) + (gettext(" and %(number)s more") % {"number": more} if more > 0 else "")
