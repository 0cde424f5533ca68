"""One table, role × verb, decides everywhere: page, API, task, command. It is also the documentation page."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.errors import NotAllowed
from portal.people.models import OrganisationRole, Role, Team, User

B, D, IT, U, V = Role.BUSINESS, Role.DATA, Role.IT, Role.USER, Role.VIEWER
ADMIN, STEERING, AUDITOR = OrganisationRole.ADMIN, OrganisationRole.STEERING, OrganisationRole.AUDITOR


@dataclass(frozen=True, slots=True)
class Verb:
    """A thing people do: its label, the team roles and the organisation roles that may."""

    label: Promise
    roles: tuple[Role, ...] = ()
    organisation: tuple[OrganisationRole, ...] = ()


VERBS: dict[str, Verb] = {
    # the organisation
    "people.manage": Verb(_("Create people and give organisation roles"), (), (ADMIN,)),
    "signin.manage": Verb(_("Set the rules of signing in, unlock people, reset second factors"), (), (ADMIN,)),
    "people.pseudonymise": Verb(_("Take the name of a deactivated person away for good"), (), (ADMIN,)),
    "team.create": Verb(_("Create a team"), (), (ADMIN,)),
    "team.manage": Verb(_("Add and remove members of the team"), (B, D, IT), (ADMIN,)),
    "site.manage": Verb(_("Create and rename sites"), (), (ADMIN,)),
    "environment.manage": Verb(_("Create environments"), (), (ADMIN,)),
    "server.declare": Verb(_("Declare a tracking server"), (), (ADMIN,)),
    "identity.map": Verb(_("Say which person is behind an MLflow user"), (), (ADMIN,)),
    "criteria.edit": Verb(_("Edit the criteria of a gate"), (), (ADMIN,)),
    "job.retry": Verb(_("Try a job again that failed, or cancel one that waits"), (D, IT), (ADMIN,)),
    "view.share_team": Verb(_("Share a view of a list with the team"), (B, D, IT)),
    "view.share_organisation": Verb(_("Share a view of a list with the organisation"), (), (ADMIN, STEERING)),
    "channel.manage": Verb(_("Manage webhooks and chat rooms"), (D, IT), (ADMIN,)),
    # the use case
    "usecase.view": Verb(_("See the use case"), (B, D, IT, U, V), (ADMIN, STEERING, AUDITOR)),
    "usecase.create": Verb(_("Create a use case"), (B, D, IT), (ADMIN,)),
    "usecase.edit": Verb(_("Edit the use case and its sites"), (B, D, IT)),
    "portfolio.decide": Verb(_("Decide to fund, pause or stop a use case"), (), (STEERING,)),
    "comment.write": Verb(_("Comment, and answer comments"), (B, D, IT, U)),
    "comment.moderate": Verb(_("Remove anybody’s comment"), (), (ADMIN,)),
    "journal.inspect": Verb(_("See the exceptions and the seals of the journal"), (), (ADMIN, STEERING, AUDITOR)),
    "journal.verify": Verb(_("Ask for a verification of the journal"), (), (ADMIN, AUDITOR)),
    "journal.view": Verb(_("Read the journal"), (B, D, IT, V), (ADMIN, STEERING, AUDITOR)),
    # KPIs
    "kpi.define": Verb(_("Define a KPI, its baseline and its target"), (B, D)),
    "kpi.measure": Verb(_("Record measurements"), (B, D, IT)),
    "kpi.validate": Verb(_("Validate and reject measurements"), (B,)),
    "kpi.decide": Verb(_("Sign that a KPI is better, or not, on stated evidence"), (B,)),
    # problems and debts
    "problem.keep": Verb(_("Write down, rank and close problems and debts"), (B, D, IT)),
    # runs
    "experiment.link": Verb(_("Link an experiment"), (D, IT)),
    "run.sync": Verb(_("Ask for a synchronisation"), (D, IT)),
    "run.mark": Verb(_("Mark a run as simple baseline or candidate"), (D,)),
    # gates
    "gate.attest": Verb(_("Attest a criterion"), (B, D, IT)),
    "gate.sign": Verb(_("Sign a gate for one's role"), (B, D, IT)),
    "gate.pass": Verb(_("Pass a gate"), (B, D, IT)),
    # deployments
    "release.prepare": Verb(_("Prepare a release"), (D, IT)),
    "release.declare": Verb(_("Declare the system in place"), (IT,)),
    "deployment.request": Verb(_("Request a deployment"), (D, IT)),
    "deployment.withdraw": Verb(_("Withdraw a request"), (D, IT)),
    "deployment.approve": Verb(_("Approve or reject a deployment"), (IT,)),
    "deployment.roll_back": Verb(_("Roll back"), (IT,)),
    "deployment.retry": Verb(_("Run a failed deployment again"), (IT,)),
    # monitoring
    "series.send": Verb(_("Send points"), (D, IT)),
    "check.define": Verb(_("Define a check"), (B, D, IT)),
    # Steering reads every use case, never a row about a customer.
    "customers.view": Verb(_("Read rows about customers"), (B, D, IT, U), (AUDITOR,)),
    "incident.handle": Verb(_("Acknowledge and resolve incidents"), (B, D, IT)),
}


def roles_in(user: User, team: Team) -> frozenset[str]:
    """The roles this person plays in this team (one query per person and request, kept on the instance)."""
    return _memberships(user).get(team.pk, frozenset())


def team_ids(user: User) -> list[int]:
    """The teams this person belongs to."""
    return list(_memberships(user))


def teams_where(user: User, verb: str) -> list[int]:
    """The teams in which a role of this person may do this."""
    wanted = set(VERBS[verb].roles)
    return [team_id for team_id, roles in _memberships(user).items() if roles & wanted]


def organisation_roles(user: User) -> frozenset[str]:
    """The organisation roles of this person."""
    cached: frozenset[str] | None = getattr(user, "_organisation_roles", None)
    if cached is None:
        cached = frozenset(user.organisation_grants.values_list("role", flat=True)) if user.is_active else frozenset()
        user._organisation_roles = cached  # type: ignore[attr-defined]
    return cached


def sees_everything(user: User) -> bool:
    """Whether an organisation role lets this person read every use case."""
    return bool(organisation_roles(user) & set(VERBS["usecase.view"].organisation))


def can(user: User, verb: str, team: Team | None = None) -> bool:
    """Whether this person may do this; KeyError for a verb that is not in the table."""
    rule = VERBS[verb]
    if not user.is_authenticated or not user.is_active:
        return False
    if team is not None and roles_in(user, team) & set(rule.roles):
        return True
    return bool(organisation_roles(user) & set(rule.organisation))


def require(user: User, verb: str, team: Team | None = None) -> None:
    """Raise NotAllowed, with who can, unless this person may do this."""
    if not can(user, verb, team):
        raise NotAllowed(_refusal(verb, team))


def forget(user: User) -> None:
    """Read this person's roles again at the next question (after a membership changed)."""
    for name in ("_memberships_by_team", "_organisation_roles"):
        user.__dict__.pop(name, None)


def _memberships(user: User) -> dict[int, frozenset[str]]:
    cached: dict[int, frozenset[str]] | None = getattr(user, "_memberships_by_team", None)
    if cached is None:
        found: dict[int, set[str]] = {}
        if user.is_active:
            for team_id, role in user.memberships.values_list("team_id", "role"):
                found.setdefault(team_id, set()).add(role)
        cached = {team_id: frozenset(roles) for team_id, roles in found.items()}
        user._memberships_by_team = cached  # type: ignore[attr-defined]
    return cached


def _refusal(verb: str, team: Team | None) -> str:
    rule = VERBS[verb]
    who = [str(role.label) for role in rule.roles] if team else []
    who += [str(role.label) for role in rule.organisation]
    return gettext("“%(verb)s” is not among your rights here. Who can: %(who)s.") % {
        "verb": rule.label,
        "who": ", ".join(who),
    }
