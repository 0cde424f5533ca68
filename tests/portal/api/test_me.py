"""Who am I."""

import pytest

from portal.people import actions
from portal.people.models import OrganisationRole, Scope
from tests.factories import OrganisationGrantFactory


@pytest.fixture
def address(settings) -> str:
    settings.ROOT_URLCONF = "portal.urls"
    return "/api/v1/me"


@pytest.fixture(autouse=True)
def _portal(address):
    """The portal's own addresses, not the echo's."""


@pytest.mark.parametrize("scope", list(Scope))
def test_any_token_may_ask_who_it_is(client, data, team, address, scope):
    OrganisationGrantFactory(user=data, role=OrganisationRole.AUDITOR)
    token, secret = actions.create_token(by=data, name="t", scopes=[scope], days=1)
    told = client.get(address, headers={"Authorization": f"Bearer {secret}"}).json()
    assert (told["username"], told["organisation_roles"]) == ("data", ["auditor"])
    anywhere = {"site": None, "environment": None, "stands_for": None}
    assert told["teams"] == [{"team": team.slug, "role": "data", **anywhere}]
    assert told["is_service"] is False
    assert (told["token"]["uid"], told["token"]["scopes"]) == (str(token.uid), [scope.value])
    assert secret not in str(told)
    assert token.digest not in str(told)


def test_the_contract_is_served_and_shown(client, sign_in, data, address):
    assert client.get("/api/v1/openapi.yaml").content.startswith(b"openapi: 3.1.0")
    assert client.get("/api/v1/openapi.json").json()["paths"]["/api/v1/me"]
    page = sign_in(data).get("/api/").content.decode()
    assert "/api/v1/use-cases/{slug}/points" in page
    assert "measurements[].period_start" in page
