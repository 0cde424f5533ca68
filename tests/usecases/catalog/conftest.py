"""Many use cases, to see that pages do not slow down with them."""

from collections.abc import Callable

import pytest

from portal.people.models import Role
from tests.factories import MembershipFactory, SiteFactory, UseCaseFactory


@pytest.fixture
def many(team) -> Callable[[int], None]:
    """Add so many use cases to the team, each with a site and a decision."""

    def _many(number: int) -> None:
        MembershipFactory(team=team, role=Role.DATA)
        for _ in range(number):
            use_case = UseCaseFactory(team=team, decision="Which pump to visit this week")
            use_case.sites.add(SiteFactory())

    return _many
