"""Who reads the seeded portal, with which keys, and what is theirs: endpoints, rooms, sessions."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.notifications.models import ChatRoom, Endpoint
from portal.people import keys, service_tokens
from portal.people.models import AccessToken, OrganisationGrant, OrganisationRole, Role, Scope, Team, User
from portal.signin.models import Session

ENDPOINTS, SERVICES, TOKENS = 3, 20, 20


@dataclass(frozen=True, slots=True)
class Reader:
    """A person and the secret of a token that may do everything the person may."""

    user: User
    secret: str


def with_token(user: User, now: datetime, number: int = 1) -> Reader:
    """The person, with so many tokens: the last one's secret is told."""
    secrets = [keys.new_token() for _token in range(number)]
    rows = [
        AccessToken(
            owner=user,
            name=f"Generated {n}",
            prefix=secret[:12],
            digest=keys.digest(secret),
            scopes=list(Scope.values),
            expires_at=now + timedelta(days=1),
        )
        for n, secret in enumerate(secrets)
    ]
    AccessToken.objects.bulk_create(rows)
    return Reader(user, secrets[-1])


def head_of_all() -> User:
    """A person with every role of the organisation."""
    person = User.objects.create(username="head", first_name="Head", last_name="Martin")
    OrganisationGrant.objects.bulk_create(OrganisationGrant(user=person, role=role) for role in OrganisationRole)
    return person


def receivers(team: Team, by: User) -> tuple[Endpoint, ChatRoom]:
    """Machines and a chat room that are told what happens in a team."""
    made = {"team": team, "events": [], "secret": "whsec_c2VjcmV0", "created_by": by}
    endpoints = [Endpoint.objects.create(url=f"https://hooks.example.org/{n}", **made) for n in range(ENDPOINTS)]
    room = ChatRoom.objects.create(
        team=team, name="Generated", address="slack://a/b/c", kinds=["notice.gate_passed"], created_by=by
    )
    return endpoints[0], room


def services(team: Team, by: User) -> None:
    """Keys of machines of a team."""
    for n in range(SERVICES):
        service_tokens.create_service_token(
            by=by, name=f"Generated {n}", scopes=[Scope.POINTS], days=30, team=team, role=Role.DATA
        )


def session(user: User, now: datetime) -> Session:
    """A browser this person is signed in with elsewhere."""
    return Session.objects.create(session_key="0" * 32, user=user, expire_date=now + timedelta(days=1))
