"""The cast: the same nine people in every test, on one use case that eight of them may see."""

import uuid
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import settings as hypothesis

from portal.people.actions import create_token
from portal.people.models import OrganisationRole, Role, Scope, Team, User
from portal.people.rights import organisation_roles
from tests.factories import (
    MembershipFactory,
    OrganisationGrantFactory,
    SiteFactory,
    TeamFactory,
    UseCaseFactory,
    UserFactory,
)
from usecases.catalog.models import Site, UseCase

# How long an example takes is the machine's business: no test asserts a time.
hypothesis.register_profile("timeless", deadline=None)
hypothesis.load_profile("timeless")

# A test that asks for one of these works in a database of its own, where commits are real.
COMMITTING = {"committed_db", "transactional_db", "live_server"}


@pytest.fixture(scope="session", autouse=True)
def _static_files() -> None:
    """Files are served where they are written: nothing is collected, no manifest is asked for."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> None:
    """A password is hashed in no time: how slowly is Django's business, not ours."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _clean_cache() -> None:
    cache.clear()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> Iterator[None]:
    """The test database, and a copy nobody connects to, from which `committed_db` is cloned in 50 ms."""
    with django_db_blocker.unblock():
        pristine = f"{connection.settings_dict['NAME']}_pristine"
        connections.close_all()
        _clone(connection.settings_dict["NAME"], pristine)
        yield
        _drop(pristine)
        _send_away(connection.settings_dict["NAME"])


@pytest.fixture
def committed_db(django_db_setup, django_db_blocker) -> Iterator[None]:
    """A database of this test alone, where every commit is real and every thread sees it; dropped afterwards.

    Nothing can be truncated (the journal refuses), so the whole database goes. Ask for it beside the cast
    (`def test_x(committed_db, it, second_it)`): people and rows are then committed there too. on_commit runs.
    A thread of the test must end with `connection.close()`. Never with `pytest.mark.django_db`.
    """
    database = connection.settings_dict
    shared = database["NAME"]
    own = f"{shared}_own"
    with django_db_blocker.unblock():
        connections.close_all()
        _clone(f"{shared}_pristine", own)
        database["NAME"] = own
        try:
            yield
        finally:
            connections.close_all()
            database["NAME"] = shared
            _drop(own)


@pytest.fixture
def db(request) -> None:
    """pytest-django's transaction rolled back at the end, except in a test that commits."""
    request.getfixturevalue("committed_db" if COMMITTING & set(request.fixturenames) else "db")


@pytest.fixture
def transactional_db(committed_db) -> None:
    """What `live_server` asks for: a clone, not pytest-django's truncation."""


def _clone(source: str, name: str) -> None:
    _drop(name)
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}" STRATEGY FILE_COPY')


def _drop(name: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _send_away(name: str) -> None:
    """End what a server thread of some test left open, so that the database can be dropped."""
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])


@pytest.fixture
def team(db) -> Team:
    return TeamFactory(name="Harbour marketing", slug="harbour")


def _member(team: Team, username: str, role: Role) -> User:
    user = UserFactory(username=username)
    MembershipFactory(team=team, user=user, role=role)
    return user


@pytest.fixture
def business(team) -> User:
    return _member(team, "business", Role.BUSINESS)


@pytest.fixture
def data(team) -> User:
    return _member(team, "data", Role.DATA)


@pytest.fixture
def it(team) -> User:
    return _member(team, "it", Role.IT)


@pytest.fixture
def second_it(team) -> User:
    return _member(team, "second_it", Role.IT)


@pytest.fixture
def decision_user(team) -> User:
    return _member(team, "user", Role.USER)


@pytest.fixture
def viewer(team) -> User:
    return _member(team, "viewer", Role.VIEWER)


@pytest.fixture
def admin(db) -> User:
    return OrganisationGrantFactory(user__username="admin", role=OrganisationRole.ADMIN).user


@pytest.fixture
def steering(db) -> User:
    return OrganisationGrantFactory(user__username="steering", role=OrganisationRole.STEERING).user


@pytest.fixture
def auditor(db) -> User:
    return OrganisationGrantFactory(user__username="auditor", role=OrganisationRole.AUDITOR).user


@pytest.fixture
def stranger(db) -> User:
    user = UserFactory(username="stranger")
    MembershipFactory(team=TeamFactory(name="Elsewhere"), user=user, role=Role.DATA)
    return user


@pytest.fixture
def use_case(team, business) -> UseCase:
    return UseCaseFactory(team=team, created_by=business, name="Spring e-mail campaign", slug="spring")


@pytest.fixture
def site(use_case) -> Site:
    site = SiteFactory(name="Rural", slug="rural")
    use_case.sites.add(site)
    return site


@pytest.fixture
def sign_in():
    """A browser (without a screen) in which this person is signed in."""

    def _sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return _sign_in


@pytest.fixture
def call():
    """`call(person, method, path, body, match=etag)`: the API, with a token of theirs that may change things.

    A POST without `match` creates, and has a key of its own.
    """
    secrets: dict[int, str] = {}

    def _call(person: User, method: str, path: str, body: object = None, *, match: str = "", **headers: str):
        if person.pk not in secrets:
            # Who only audits holds no token that changes anything.
            scope = Scope.READ if organisation_roles(person) == {OrganisationRole.AUDITOR} else Scope.WRITE
            secrets[person.pk] = create_token(by=person, name="t", scopes=[scope], days=1)[1]
        sent = {"Authorization": f"Bearer {secrets[person.pk]}", **headers}
        if match:
            sent["If-Match"] = match
        elif method == "post":
            sent.setdefault("Idempotency-Key", uuid.uuid4().hex)
        options = {} if body is None else {"data": body, "content_type": "application/json"}
        return getattr(Client(), method)(f"/api/v1/{path}", headers=sent, **options)

    return _call


@pytest.fixture
def count_queries():
    """`count_queries(do)`: how many queries `do()` asks of the database."""

    def _count(do) -> int:
        with CaptureQueriesContext(connection) as asked:
            do()
        return len(asked)

    return _count
