"""Who plays in the demo, in which teams, on which sites: made through the same actions as anybody's."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from portal import clock
from portal.demo.teller import once
from portal.people import actions as people
from portal.people import deputies, rights
from portal.people.models import Deputy, OrganisationRole, Role, Team, User
from usecases.catalog import actions as catalog
from usecases.catalog.models import Site
from usecases.deployments import actions as deployments
from usecases.deployments.models import Environment
from usecases.runs import actions as runs
from usecases.runs.models import ExternalIdentity, TrackingServer

PEOPLE = {
    "alix": ("Alix", "Moreau"),
    "claire": ("Claire", "Morel"),
    "amit": ("Amit", "Rao"),
    "jonas": ("Jonas", "Berg"),
    "nadia": ("Nadia", "Benali"),
    "paul": ("Paul", "Ndong"),
    "lena": ("Lena", "Fischer"),
    "karim": ("Karim", "Haddad"),
    "vera": ("Vera", "Lind"),
    "sofia": ("Sofia", "Marchetti"),
    "hugo": ("Hugo", "Petit"),
    "maya": ("Maya", "Okafor"),
    "ines": ("Inès", "Costa"),
}
GRANTS = {"sofia": OrganisationRole.STEERING, "hugo": OrganisationRole.AUDITOR}
MARKETING, PUMPS, SERVICE = (
    ("Customer marketing", "marketing"),
    ("Pumps and wells", "pumps"),
    ("Service desk", "service"),
)
TEAMS: Mapping[tuple[str, str], Sequence[tuple[str, Role]]] = {
    MARKETING: (
        ("claire", Role.BUSINESS),
        ("amit", Role.DATA),
        ("jonas", Role.IT),
        ("nadia", Role.USER),
        ("vera", Role.VIEWER),
    ),
    PUMPS: (
        ("paul", Role.BUSINESS),
        ("lena", Role.DATA),
        ("jonas", Role.IT),
        ("karim", Role.IT),
        ("vera", Role.VIEWER),
    ),
    # Nobody of IT yet: the portal shows it.
    SERVICE: (("claire", Role.BUSINESS), ("lena", Role.DATA)),
}


@dataclass(frozen=True, slots=True)
class Cast:
    """People by user name, teams by slug, and what belongs to the organisation."""

    people: Mapping[str, User]
    teams: Mapping[str, Team]
    production: Environment
    server: TrackingServer

    def __getitem__(self, username: str) -> User:
        """A person, with rights read afresh: the story changes who may do what."""
        person = self.people[username]
        rights.forget(person)
        return person


def gather(tracking_uri: str) -> Cast:
    """Create the cast, or find it; the first administrator comes in by a one-time link, like anybody's."""
    admin = once(User.objects.filter(username="alix"), _administrator)
    folk = {"alix": admin} | {username: _person(username, admin) for username in PEOPLE if username != "alix"}
    for username, role in GRANTS.items():
        if not folk[username].organisation_grants.filter(role=role).exists():
            people.grant_role(folk[username], role, by=admin)
    teams = {slug: _team(name, slug, members, folk, admin) for (name, slug), members in TEAMS.items()}
    server = once(
        TrackingServer.objects.filter(url=tracking_uri.rstrip("/")),
        lambda: runs.declare_server("MLflow", tracking_uri, by=admin),
    )
    for username in ("amit", "lena"):
        if not ExternalIdentity.objects.filter(name=username).exists():
            runs.map_identity(username, folk[username], by=admin)
    production = once(
        Environment.objects.filter(slug="production"),
        lambda: deployments.create_environment(name="Production", slug="production", is_production=True, by=admin),
    )
    return Cast(folk, teams, production, server)


def site(name: str, slug: str, kind: str, *, by: User, parent: Site | None = None) -> Site:
    """A place of the organisation, created when it is not there."""
    return once(
        Site.objects.filter(slug=slug),
        lambda: catalog.create_site(by=by, name=name, slug=slug, kind=kind, parent=parent),
    )


def reach(cast: Cast, username: str, team: str, site: Site) -> None:
    """Make somebody IT of a team below one site only, in production."""
    limits: dict[str, Any] = {"site": site, "environment": cast.production}
    member = cast.teams[team].memberships.filter(user=cast[username], role=Role.IT, **limits)
    if not member.exists():
        people.add_member(cast.teams[team], cast[username], Role.IT, by=cast["alix"], **limits)


def stand_in(cast: Cast, team: str, member: str, deputy: str, until: timedelta) -> None:
    """Let somebody stand in for a member of IT from today on."""
    absent, today = cast[member], rights.today()
    mine = absent.memberships.select_related("team", "user").get(team=cast.teams[team], role=Role.IT)
    if not Deputy.objects.at(clock.now()).filter(member=absent, deputy=cast[deputy]).exists():
        deputies.name_deputy(mine, cast[deputy], today, today + until, by=absent)


def _administrator() -> User:
    first_name, last_name = PEOPLE["alix"]
    names = {"username": "alix", "first_name": first_name, "last_name": last_name}
    if (secret := people.offer_first_administrator()) is not None:
        # Nobody knows this password: in the demo one signs in at one click, on loopback only.
        return people.become_first_administrator(secret, **names, password=secrets.token_urlsafe(32))
    administrator = User.objects.filter(is_active=True, organisation_grants__role=OrganisationRole.ADMIN).earliest("pk")
    person = people.create_person(by=administrator, **names)
    people.grant_role(person, OrganisationRole.ADMIN, by=administrator)
    return person


def _person(username: str, admin: User) -> User:
    first_name, last_name = PEOPLE[username]
    return once(
        User.objects.filter(username=username),
        lambda: people.create_person(by=admin, username=username, first_name=first_name, last_name=last_name),
    )


def _team(name: str, slug: str, members: Sequence[tuple[str, Role]], folk: Mapping[str, User], admin: User) -> Team:
    team = once(Team.objects.filter(slug=slug), lambda: people.create_team(by=admin, name=name, slug=slug))
    for username, role in members:
        if not team.memberships.filter(user=folk[username], role=role).exists():
            people.add_member(team, folk[username], role, by=admin)
    return team
