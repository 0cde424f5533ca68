"""The methods that no line of `portal/doors.txt` names: refused on every route."""

import pytest

from portal.accounts.doors import METHODS, doors
from tests.world import World, world

__all__ = ["world"]  # the fixture

# Long beside what it finds: with the proofs.
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("doors"), pytest.mark.proof]

# Whether a route knows a method hangs on no role: who may most, who may little, a machine, and those outside.
ASKING = ("admin", "it", "service", "stranger", "nobody")


@pytest.mark.parametrize("route", sorted({door.route for door in doors()}))
def test_a_method_that_does_not_exist_is_refused(route: str, world: World):
    named = [door for door in doors() if door.route == route]
    wrong = []
    for method in sorted(set(METHODS) - {method for door in named for method in door.methods}):
        for name in ASKING:
            heard = world.ask(name, named[0], method)
            right = (404, 405) if name == "admin" and not named[0].is_api else (403, 404, 405)
            if (heard.status not in right and not heard.sign_in) or heard.events:
                wrong.append(f"{method} {name}: {heard.status}")
    assert not wrong, wrong
