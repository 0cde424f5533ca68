"""One of everything on one use case, the cast that asks for it, and the address of every route: built once a module."""

import logging
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from django.utils import timezone

from portal.accounts.doors import Door
from portal.audit.models import Event
from portal.people import actions as people
from portal.people import service_tokens
from portal.people.models import AccessToken, Deputy, OrganisationRole, Role, Scope, Team, User
from portal.signin.models import GroupRule, Session
from tests.addresses import ADDRESSES, FILLED, PARAMETERS, SENT
from tests.everything import Cast, one_of_everything
from tests.factories import (
    MembershipFactory,
    OrganisationGrantFactory,
    SiteFactory,
    TeamFactory,
    UseCaseFactory,
    UserFactory,
)

# What nobody outside may read; the sites are the organisation's.
NAMES = (b"Spring", b"Harbour marketing", b"Business Martin")
WRITES = ("INSERT", "UPDATE", "DELETE")


@dataclass(frozen=True, slots=True)
class Heard:
    """What came back: the status, where to, the body, what was written in the database, and in the journal."""

    status: int
    to: str
    content: bytes
    writes: tuple[str, ...]
    events: int

    @property
    def sign_in(self) -> bool:
        """Whether it sends to the sign-in page, or says 401."""
        return self.status == 401 or (self.status == 302 and self.to.startswith(reverse("accounts:sign_in") + "?next="))


@dataclass
class World:
    """The things by name, and the people who ask by the name of their caller."""

    things: dict[str, Any]
    people: dict[str, User]
    secrets: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def address(self, route: str, **instead: object) -> str:
        """The address of a route, on the one of everything; `instead` replaces parameters."""
        if route == "api_not_found":
            return "/api/v1/nothing/here"
        named = PARAMETERS | ADDRESSES.get(route, {})
        return reverse(route, kwargs={name: self._named(named[name]) for name in parameters(route)} | instead)

    def ask(self, caller: str, door: Door, method: str, address: str = "", *, shared: bool = False) -> Heard:
        """Ask at a door as somebody, and undo whatever it did."""
        address = address or self.address(door.route)
        with transaction.atomic():
            if shared:
                self.things["use_case"].__class__.objects.update(is_shared=True)
            before = Event.objects.count()
            # What copies rows in speaks to the driver itself: only reading is listened to.
            with CaptureQueriesContext(connection) if method == "GET" else nullcontext(()) as asked:
                answer = self._send(caller, door, method, address)
                content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            # What a browser's own session remembers is no change.
            told = [one["sql"] for one in asked if '"portal_session"' not in one["sql"]]
            writes = tuple(sql for sql in told if sql.lstrip().startswith(WRITES))
            heard = Heard(
                answer.status_code,
                answer.get("Location", ""),
                content,
                writes,
                Event.objects.count() - before if answer.status_code < 500 else 0,
            )
            transaction.set_rollback(True)
        return heard

    def _send(self, caller: str, door: Door, method: str, address: str) -> Any:
        self.client.cookies = SimpleCookie()
        headers = {}
        if caller in self.secrets and (door.is_api or caller.startswith("token")):
            headers["Authorization"] = f"Bearer {self.secrets[caller]}"
            # Whatever state it is in: who may is asked first, which state was read comes after.
            headers["If-Match"] = "*"
        elif caller in self.sessions and not door.is_api:
            self.client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[caller]
        send = getattr(self.client, method.lower())
        if method == "GET":
            return send(address, headers=headers)
        if door.is_api:
            headers["Idempotency-Key"] = "taken-over"
            return send(address, self._sent(door.route), content_type="application/json", headers=headers)
        if method == "POST":
            return send(address, self._filled(), headers=headers)
        return send(address, headers=headers)

    def _sent(self, route: str) -> dict[str, object]:
        body = SENT.get(route, {})
        return {
            name: self._named(value[1:]) if isinstance(value, str) and value.startswith("@") else value
            for name, value in body.items()
        }

    def _filled(self) -> dict[str, object]:
        member, site, target = self.things["member"], self.things["site"], self.things["deployment"].target
        things = {"user": member.pk, "owner": member.pk, "site": site.pk, "series": self.things["series"].pk}
        return {**FILLED, **things, "release": self.things["release"].pk, "environment": target.environment_id}

    def _named(self, path: str) -> object:
        thing, _dot, attribute = path.partition(".")
        return getattr(self.things[thing], attribute) if attribute else self.things.get(thing, thing)


def parameters(route: str) -> list[str]:
    """The names of the parameters in the address of a route."""
    namespace, _colon, name = route.rpartition(":")
    resolver = get_resolver("portal.urls")
    if namespace:
        _prefix, resolver = resolver.namespace_dict[namespace]
    return list(resolver.reverse_dict.getlist(name)[0][0][0][1])


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker) -> Iterator[World]:
    """One of everything, in a transaction that ends with the module; what a request changes is undone at once."""
    # Each of thousands of refusals would be logged, and each line kept for a failure that reads none of them.
    logging.disable(logging.CRITICAL)
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)
    logging.disable(logging.NOTSET)


def build() -> World:
    """Write the rows."""
    team = TeamFactory(name="Harbour marketing", slug="harbour")
    cast = {role.value: _member(team, role) for role in Role}
    cast |= {
        role.value: OrganisationGrantFactory(user__username=role.value, role=role).user for role in OrganisationRole
    }
    elsewhere = TeamFactory(name="Elsewhere", slug="elsewhere")
    stranger = MembershipFactory(team=elsewhere, user__username="stranger", role=Role.DATA).user
    # Whoever of the organisation reads a shared use case is a stranger too.
    cast |= {"stranger": stranger, "reader": stranger}
    made = World(_things(team, cast), cast)
    cast |= _limited(team, made.things)
    UseCaseFactory(team=elsewhere, slug="mine", created_by=stranger)
    for name, person in cast.items():
        made.secrets[name] = _token(person, list(Scope))
        browser = Client()
        browser.force_login(person)
        made.sessions[name] = browser.cookies[settings.SESSION_COOKIE_NAME].value
    given: dict[str, Any] = {"name": "Night job", "scopes": list(Scope), "days": 1, "team": team, "role": "data"}
    service, made.secrets["service"] = service_tokens.create_service_token(by=cast["data"], **given)
    AccessToken.objects.filter(pk=service.pk).update(last_used_at=timezone.now() + timedelta(hours=1))
    made.things["service_token"] = service
    for scope in Scope:
        made.secrets[f"token:{scope.value}"] = _token(cast["data"], [scope])
    return made


def _limited(team: Any, things: dict[str, Any]) -> dict[str, User]:
    """IT that reaches the one of everything, or not; who stands in for IT, and who no longer does."""
    here = {"site": things["site"], "environment": things["deployment"].target.environment}
    elsewhere = {
        "it-here": here,
        "it-below": {"site": things["site"]},
        "it-site": {"site": SiteFactory(name="Northern", slug="northern")},
        "it-environment": {"environment": things["integration"]},
    }
    found = {}
    for name, limits in elsewhere.items():
        found[name] = MembershipFactory(team=team, user__username=name, role=Role.IT, **limits).user
    now, it = timezone.now(), User.objects.get(username="it")
    days = {"deputy": (now, timedelta(days=2)), "former-deputy": (now - timedelta(days=3), timedelta(days=2))}
    for name, (since, during) in days.items():
        found[name] = UserFactory(username=name)
        if name == "former-deputy":
            MembershipFactory(team=Team.objects.get(slug="elsewhere"), user=found[name], role=Role.DATA)
        Deputy.objects.create(
            team=team, role=Role.IT, member=it, deputy=found[name], since=since, until=since + during, named_by=it
        )
    return found


def _member(team: Any, role: Role) -> User:
    return MembershipFactory(team=team, user__username=role.value, role=role).user


def _token(owner: User, scopes: list[Scope]) -> str:
    token, secret = people.create_token(by=owner, name="t", scopes=scopes, days=1)
    # A use is noted once a minute at most: none while the suite runs, so that reading writes nothing.
    AccessToken.objects.filter(pk=token.pk).update(last_used_at=timezone.now() + timedelta(hours=1))
    return secret


def _things(team: Any, cast: dict[str, User]) -> dict[str, Any]:
    # Neither asks at any door: four eyes, and "not to oneself", are tested where they are.
    member, author = _member_named(team, "member"), _member_named(team, "author")
    use_case = UseCaseFactory(team=team, created_by=cast["business"], name="Spring e-mail campaign", slug="spring")
    site = SiteFactory(name="Rural", slug="rural")
    use_case.sites.add(site)
    writers = {"business": cast["business"], "data": cast["data"]}
    things = one_of_everything(Cast(use_case, site, **writers, author=author, owner=member))
    now = timezone.now()
    ends = now + timedelta(days=1)
    deputy = {"role": Role.DATA, "member": member, "deputy": author, "named_by": member}
    return things | {
        "group_rule": GroupRule.objects.create(provider="p", group="g", organisation_role=OrganisationRole.AUDITOR),
        "member": member,
        "membership_uid": str(things["membership"].uid),
        # Of nobody who asks.
        "named": Deputy.objects.create(team=team, since=now, until=ends, **deputy),
        "one": 1,
        "session": Session.objects.create(session_key="0" * 32, user=member, expire_date=ends),
    }


def _member_named(team: Any, username: str) -> User:
    return MembershipFactory(team=team, user=UserFactory(username=username), role=Role.DATA).user
