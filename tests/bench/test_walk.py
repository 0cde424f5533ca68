"""The bench of pages walks every door that answers GET: a new one is opened or left out with a reason."""

import pytest

from bench import walk
from bench.seed import World
from portal.accounts.doors import doors

GETS = {door.route for door in doors() if "GET" in door.methods}


@pytest.mark.parametrize("route", walk.walked())
def test_every_page_and_its_twin_has_something_to_open(route):
    try:
        named = walk.parameters(route).values()
    except KeyError as unknown:
        pytest.fail(f"bench/walk.py does not say what {unknown} names in the address of {route}")
    assert {name.partition(".")[0] for name in named} <= set(World.__slots__)


def test_what_is_left_out_or_named_is_a_door_and_says_why():
    assert walk.LEFT_OUT.keys() | walk.NAMED_IN.keys() <= GETS
    assert all(walk.LEFT_OUT.values())
    assert walk.NAMED_IN.keys() <= set(walk.walked())


def test_nothing_is_named_that_no_address_asks_for():
    asked = {(route, name) for route in walk.walked() for name in walk.parameters(route)}
    assert {(route, name) for route, known in walk.NAMED_IN.items() for name in known} <= asked
    assert walk.NAMED.keys() <= {name for _route, name in asked}
