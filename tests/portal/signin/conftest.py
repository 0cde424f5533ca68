"""A person with a password, one with a second factor, and a provider that really runs."""

from collections.abc import Callable, Iterator

import pytest
import requests
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client

from portal.embedded import processes
from portal.people.models import User
from portal.signin import actions, second_factor
from tests.portal.signin.provider import RunningProvider, start

PASSWORD = "a bridge over the water"


@pytest.fixture
def known(business) -> User:
    business.set_password(PASSWORD)
    business.save()
    return business


@pytest.fixture
def code() -> Callable[..., str]:
    """The code an authenticator shows; `step` 1 is the next one, which fits already."""

    def show(secret: str, step: int = 0) -> str:
        counters = list(yield_hotp_counters_from_time())
        return format_hotp_value(hotp_value(secret, counters[1 + step]))

    return show


@pytest.fixture
def guarded(known, code) -> tuple[User, str, list[str]]:
    """A person with a second factor, its secret, and the recovery codes."""
    secret = second_factor.new_secret()
    return known, secret, actions.set_up_second_factor(known, secret, code(secret, -1))


@pytest.fixture
def try_password() -> Callable[..., object]:
    def attempt(client: Client, password: str = PASSWORD, username: str = "business", **more):
        return client.post("/accounts/sign-in/", {"username": username, "password": password, **more})

    return attempt


@pytest.fixture
def who() -> Callable[[Client], int | None]:
    return lambda client: int(client.session["_auth_user_id"]) if "_auth_user_id" in client.session else None


@pytest.fixture(scope="session")
def provider(tmp_path_factory) -> Iterator[RunningProvider]:
    """`oidc-provider-mock` as a process with a port of its own (2 seconds)."""
    port = processes.free_port()
    child = start(port, tmp_path_factory.mktemp("oidc") / "provider.log")
    running = RunningProvider(f"http://127.0.0.1:{port}")

    def answers() -> bool:
        try:
            return requests.get(f"{running.url}/.well-known/openid-configuration", timeout=1).ok
        except requests.RequestException:
            return False

    assert processes.wait_until(answers, child, within=30)
    yield running
    processes.end(child)
