"""The permission matrix: every route, with its methods, asked by everybody. A route without a line fails.

`test_doors_methods.py` asks with the methods that a route does not have.
"""

import pytest
from django.test import Client
from django.urls import reverse

from portal.accounts.doors import CALLERS, HIDDEN_ON, SIGNED_IN, Door, Told, doors, routes, told
from portal.people.models import Scope
from tests.addresses import NOWHERE
from tests.world import NAMES, Heard, World, parameters, world

__all__ = ["world"]  # the fixture

# The mark has the database made; the world is older than each test, and outlives it.
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("doors")]

# Whoever asks: the roles, then the tokens of a data scientist of the team, one per scope.
TOKENS = [f"token:{scope.value}" for scope in Scope]
EVERYBODY = [caller.name for caller in CALLERS] + TOKENS
CELLS = [(door, method) for door in doors() for method in door.methods]
# Answers 404 whatever is asked.
NOTHING_THERE = ("demo", "nothing")
executed: set[tuple[str, str, str]] = set()


def _id(value: object) -> str:
    return value.route if isinstance(value, Door) else str(value)


def test_every_route_is_in_the_file_and_every_line_has_a_route():
    named = [door.route for door in doors()]
    assert set(routes()) == set(named)
    assert named == sorted(named), "keep the file sorted by route"
    cells = [(door.route, method) for door, method in CELLS]
    assert len(cells) == len(set(cells)), "a method of a route asks one thing"


@pytest.mark.parametrize(("door", "method"), CELLS, ids=_id)
def test_everybody_is_told_what_the_table_says(door: Door, method: str, world: World):
    wrong = []
    for caller in CALLERS:
        heard = world.ask(caller.name, door, method, shared=caller.shared)
        expected = told(door, caller)
        problem = _problem(door, method, expected, heard, outside=caller.name in ("nobody", "stranger"))
        wrong += [f"{caller.name}: {problem}"] if problem else []
        executed.add((door.route, method, caller.name))
    for name in TOKENS:
        heard = world.ask(name, door, method)
        problem = _problem(door, method, _token_is_told(door, name), heard, outside=False)
        wrong += [f"{name}: {problem}"] if problem else []
        executed.add((door.route, method, name))
    assert not wrong, wrong


def test_every_cell_was_executed(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]):
    expected = {(door.route, method, name) for door, method in CELLS for name in EVERYBODY}
    here = [item for item in request.session.items if "told_what_the_table_says" in item.name]
    if len(here) < len(CELLS):
        pytest.skip("only a part of the matrix was asked for")
    with capsys.disabled():
        share = 100 * len(executed & expected) / len(expected)
        rows = f"{len(routes())} routes ({len(CELLS)} with their methods)"
        print(f"\n{rows} × {len(EVERYBODY)} roles, {len(expected)} cells, {share:.0f} % executed")
    assert executed == expected


NAMED = [door for door in doors() if door.on in HIDDEN_ON or door.route in ("accounts:person", "accounts:token_revoke")]
# What only its author may, nobody of the table may: the page's own tests try it.
PARTS = [
    (door, door.methods[0], name)
    for door in NAMED
    if any(told(door, caller) is Told.YES for caller in CALLERS)
    for name in parameters(door.route)
]


@pytest.mark.proof  # every part of every address; the tests of each feature try their own
@pytest.mark.parametrize(("door", "method", "name"), PARTS, ids=_id)
def test_what_does_not_exist_is_not_found_by_whoever_may(door: Door, method: str, name: str, world: World):
    may = next(caller.name for caller in CALLERS if told(door, caller) is Told.YES)
    address = world.address(door.route, **{name: NOWHERE.get(name, "nowhere")})
    assert world.ask(may, door, method, address).status == 404


# What has a slug before what it names.
NESTED = [
    door
    for door in NAMED
    if door.on in HIDDEN_ON
    and "slug" in parameters(door.route)
    and set(parameters(door.route)) - {"slug", "site", "stage"}
]


@pytest.mark.parametrize("door", NESTED, ids=_id)
def test_a_thing_of_another_use_case_is_not_found_under_mine(door: Door, world: World):
    slug = "elsewhere" if door.on == "team" else "mine"
    assert world.ask("stranger", door, door.methods[0], world.address(door.route, slug=slug)).status == 404


def test_posts_ask_for_the_token_of_the_form(world: World):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(world.people["admin"])
    pages = [door for door in doors() if "POST" in door.methods and not door.is_api and door.on != "nothing"]
    assert [door.route for door in pages if browser.post(world.address(door.route)).status_code != 403] == []


ANYBODY_READS = [door for door in doors() if door.needs == SIGNED_IN and "GET" in door.methods]


@pytest.mark.parametrize("door", ANYBODY_READS, ids=_id)
def test_no_choice_of_a_form_names_another_team(door: Door, world: World):
    assert [name for name in NAMES if name in world.ask("stranger", door, "GET").content] == []


def _token_is_told(door: Door, name: str) -> Told:
    """A token is of a data scientist of the team, and counts on the API only, within its scope."""
    if not door.is_api:
        return Told.YES if door.needs == "public" else Told.SIGN_IN
    if Scope(name.removeprefix("token:")).implied.isdisjoint(door.scopes):
        return Told.NO
    return told(door, next(caller for caller in CALLERS if caller.name == "data"))


def _problem(door: Door, method: str, expected: Told, heard: Heard, *, outside: bool) -> str:
    """What is wrong with an answer; empty when nothing is."""
    if expected is not Told.SIGN_IN and door.on in NOTHING_THERE:
        return "" if heard.status == 404 else f"404 expected, {heard.status}"
    right = {
        Told.SIGN_IN: heard.sign_in or heard.status == 404,
        Told.HIDDEN: heard.status == 404,
        Told.NO: heard.status == 403,
        Told.YES: heard.status < 500 and heard.status not in (401, 403, 404, 405) and not heard.sign_in,
    }[expected]
    if not right:
        return f"{expected.value} expected, {heard.status} {heard.to}"
    if outside and any(name in heard.content for name in NAMES):
        return "reads what is not theirs"
    if expected is not Told.YES and heard.events:
        return "was refused, and changed something"
    if method == "GET" and heard.writes:
        return f"reading wrote: {heard.writes[0][:80]}"
    return ""


def test_the_sign_in_page_is_where_nobody_goes(world: World):
    """What `sign_in` means in the answers above."""
    assert (
        reverse("accounts:sign_in")
        in world.ask("nobody", next(door for door in doors() if door.route == "home"), "GET").to
    )
