"""A token, and a way to send with it to the echo."""

import pytest

from portal.people import actions


@pytest.fixture(autouse=True)
def address(settings) -> str:
    """Where the echo answers."""
    settings.ROOT_URLCONF = "tests.portal.api.echo"
    return "/api/v1/echo/"


@pytest.fixture
def issued(data):
    """A token row and its secret, for sending points."""
    return actions.create_token(by=data, name="collector", scopes=["points"], days=30)


@pytest.fixture
def send(client, address, issued):
    """Post a body with the token; returns the answer."""

    def _send(body, *, secret=issued[1], content_type="application/json", **headers):
        headers = {"Authorization": f"Bearer {secret}", **headers}
        return client.post(address, body, content_type=content_type, headers=headers)

    return _send
