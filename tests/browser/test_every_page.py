"""Every page of a portal whose demonstration is told: wide and on a phone, in turns in either theme and language.

Nothing may be refused by the Content-Security-Policy, nothing may stick out sideways, axe finds nothing to say.

With PICTURES=<a folder>, every page that was opened is kept there for the eye, in each width and theme:
`<person>-<address>.<width>.<theme>.<language>.png`. With TOLD=<a home>, the demonstration that runs there is opened.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.urls import resolve
from django.utils import timezone
from playwright.sync_api import Browser, Page, ViewportSize, expect

from portal.accounts.doors import doors
from portal.management.commands import messages
from tests.browser.conftest import CALM, Portal, Seat
from tests.browser.hands import follow, press
from tests.browser.pages import CAMPAIGN, CLAIRE, KARIM, NO_PAGE, PAGES, TRIAGE

# One installation serves the whole module: it belongs to one process.
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("every_page")]

WIDE, PHONE = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)
TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
# What a width can change.
OF_A_WIDTH = ["scrollable-region-focusable", "target-size"]
# What a French page may not say: what the catalogue words otherwise, three words or more. What the story alone says
# was typed by its people.
ENGLISH = {
    str(one.id)
    for one in messages.stored()
    if one.id and one.string != one.id and str(one.id).count(" ") > 1
    if not all(file.startswith("portal/demo/") for file, _line in one.locations)
}
# Whether what a page asks for as it loads is there, and every chart drawn as wide as its place.
WHOLE = """() => !document.querySelector('[hx-trigger=load]')
    && [...document.querySelectorAll('[data-chart]')].every(one => one.dataset.width == one.clientWidth)"""

# Of a page of thousands of parts, axe looks at the first ten of each kind.
SHORTENED = """() => document.querySelectorAll('*').length > 5000
    && document.querySelectorAll('main :nth-child(n + 11)').forEach(one => one.remove())"""

opened: set[str] = set()  # the routes
PICTURES = os.environ.get("PICTURES", "")


@pytest.fixture(scope="module")
def visit(demonstration, browser: Browser) -> Iterator[Callable[[str, str], Seat]]:
    """The browser of somebody of the cast who came in at one click, in a language; kept for all pages."""
    opened: dict[tuple[str, str], Seat] = {}

    def open_for(person: str, language: str) -> Seat:
        if (person, language) not in opened:
            seat = Seat(browser.new_context(viewport=WIDE, **CALM), demonstration.url)
            page = seat.go("/accounts/sign-in/")
            if person:
                press(page, f"Come in as {person}")
                page.wait_for_url(lambda url: "sign-in" not in url, wait_until="commit")
            name = settings.LANGUAGE_COOKIE_NAME
            page.context.add_cookies([{"name": name, "value": language, "url": demonstration.url}])
            opened[person, language] = seat
        return opened[person, language]

    yield open_for
    for seat in opened.values():
        seat.page.context.close()


def _open(seat: Seat, address: str) -> Page:
    """Open a page by its address, or by the first fitting link of another one; it must be there, and whole."""
    seat.page.set_viewport_size(WIDE)
    start, *links = address.replace("DAY", str(timezone.localdate() - timedelta(weeks=2))).split(" → ")
    for link in links:
        if urlsplit(seat.page.url).path != start:
            seat.go(start)
        found = seat.page.locator("main a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
        start = next(one for one in found if one and re.search(f"{link}$", one))
    opened.add(resolve(urlsplit(start).path).view_name)
    answer = seat.page.goto(seat.base + start)
    assert answer is not None
    assert answer.ok, f"{start}: {answer.status}"
    seat.page.wait_for_function(WHOLE)
    return seat.page


def _theme(page: Page) -> str:
    return "dark" if page.locator("html").get_attribute("data-bs-theme") == "dark" else "light"


def _choose_theme(page: Page, theme: str) -> None:
    """Light or dark, by the button of the top bar."""
    if _theme(page) != theme:
        page.locator(".tool-theme").click()
        expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)


def _resize(page: Page, size: ViewportSize) -> None:
    """Another width; charts take it too."""
    page.set_viewport_size(size)
    page.wait_for_function(WHOLE)


def _sticks_out(page: Page) -> list[str]:
    root = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    return [f"sticks out at {root[1]} px: {root[0]} px"] if root[0] > root[1] else []


def _keep_pictures(page: Page, name: str, language: str) -> None:
    """The whole page as pictures in the folder that was asked for: light and dark, wide and on a phone."""
    name = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    for theme in sorted(("light", "dark"), key=lambda one: one == _theme(page)):
        _choose_theme(page, theme)
        for size in (PHONE, WIDE):
            _resize(page, size)
            file = Path(PICTURES) / f"{name}.{size['width']}.{theme}.{language}.png"
            page.screenshot(path=file, full_page=True)


def _english(page: Page) -> list[str]:
    """The sentences of the catalogue that a French page says in English."""
    lines = {line.strip() for line in page.locator("body").inner_text().splitlines()}
    return [f"in English: {line}" for line in sorted(lines & ENGLISH)]


def _violations(page: Page, rules: object) -> list[str]:
    """What axe finds by these rules, at this width and in this theme."""
    how = {"runOnly": rules, "resultTypes": ["violations"]}
    found = page.evaluate("async how => (await axe.run(how)).violations", how)
    at = f"{page.evaluate('innerWidth')} px, {_theme(page)}"
    return [f"{at}: {rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]


ALL = [(who, address) for who, addresses in PAGES.items() for address in addresses]
# Every page in one language and one theme, taking turns; in the others with the long proofs.
LANGUAGES, THEMES = ("en", "fr"), ("light", "dark")
TURNS = [(*one, LANGUAGES[place % 2], THEMES[place // 2 % 2]) for place, one in enumerate(ALL)]
OTHERS = [
    pytest.param(*one, LANGUAGES[1 - place % 2], THEMES[1 - place // 2 % 2], marks=pytest.mark.proof)
    for place, one in enumerate(ALL)
]


@pytest.mark.parametrize(("person", "address", "language", "theme"), [*TURNS, *OTHERS])
def test_a_page_holds_wide_and_on_a_phone(visit, person, address, language, theme):
    seat = visit(person, language)
    seat.complaints.clear()
    page = _open(seat, address)
    expect(page.locator("html")).to_have_attribute("lang", language)
    if PICTURES:
        _keep_pictures(page, f"{person} {address}", language)
    _choose_theme(page, theme)
    faults = _english(page) if language == "fr" else []
    faults += _sticks_out(page)
    _resize(page, PHONE)
    faults += _sticks_out(page)
    page.evaluate(SHORTENED)
    page.evaluate(AXE_SCRIPT)
    faults += _violations(page, {"type": "rule", "values": OF_A_WIDTH})
    _resize(page, WIDE)
    faults += _violations(page, TAGS)
    faults += seat.complaints
    assert faults == [], "\n".join(faults)


def test_every_page_was_opened(request: pytest.FixtureRequest):
    here = [item for item in request.session.items if "test_a_page_holds_wide" in item.name]
    if len(here) < len(ALL):
        pytest.skip("only some pages were asked for")
    pages = {door.route for door in doors() if "GET" in door.methods and not door.is_api}
    assert sorted(pages - opened - NO_PAGE.keys()) == []
    assert sorted(NO_PAGE.keys() - pages) == []


def test_a_list_is_worked_by_keys(visit):
    page = _open(visit(CLAIRE, "en"), "/portfolio/?sort=name")
    names = page.locator("[data-row] th a").all_inner_texts()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name=names[1], exact=True)).to_be_focused()
    page.keyboard.press("x")
    expect(page.get_by_role("button", name="Keep to the team")).to_be_visible()
    expect(page.locator("p[role=status]").filter(has_text=f"Ticked: {names[1]}")).to_be_attached()
    page.keyboard.press("k")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Name or decision")).to_be_focused()
    page.keyboard.type(names[0])
    expect(page.locator("[data-row]")).to_have_count(1)
    assert f"q={names[0].split()[0]}" in page.url
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys of this list")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "/use-cases/" in page.url


def test_the_campaign_is_in_production(visit):
    page = _open(visit(CLAIRE, "en"), CAMPAIGN)
    expect(page.locator("[aria-current=step]")).to_contain_text("Production")
    axis = page.get_by_role("img", name="One time axis")
    expect(axis).to_be_visible()
    expect(axis.locator(".main-svg").first).to_be_visible()
    follow(page, "30 days")  # the figure comes again, with its fragment
    expect(page.get_by_role("link", name="30 days")).to_have_attribute("aria-current", "true")
    page.wait_for_function(WHOLE)
    expect(axis.locator(".main-svg").first).to_be_visible()


def test_a_release_for_the_pumps_waits_for_it(visit):
    page = _open(visit(KARIM, "en"), "/")
    waiting = page.get_by_role("region", name="What needs me").get_by_role("link")
    waiting.filter(has_text=re.compile("Release")).first.click()
    expect(page.get_by_role("button", name="Approve", exact=True)).to_be_visible()


def test_call_triage_explores_without_anybody_of_it(visit):
    page = _open(visit(CLAIRE, "en"), TRIAGE)
    expect(page.locator("[aria-current=step]")).to_contain_text("Exploration")
    missing = page.get_by_role("list", name="Team").locator(".face-missing").filter(has_text="IT")
    expect(missing).to_have_count(1)
    assert missing.locator(".face-disc").evaluate("one => getComputedStyle(one).borderStyle") == "dashed"


def test_what_the_story_did_is_marked_as_demo_and_loading_again_does_nothing(demonstration):
    before = _marked(demonstration)
    assert before > 100
    again = demonstration.manage("demo", "--if-needed")
    assert (again.returncode, again.stdout) == (0, ""), again.stderr
    assert _marked(demonstration) == before


def _marked(portal: Portal) -> int:
    """How many events of the journal the story is marked to have told."""
    with closing(psycopg2.connect(portal.services["DATABASE_URL"])) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM portal_event WHERE is_demo")
        return (cursor.fetchone() or (0,))[0]
