"""Every page of a portal whose demonstration is told: in both themes, both languages, wide and on a phone.

Nothing may be refused by the Content-Security-Policy, nothing may stick out sideways, axe finds nothing to say.
"""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing

import psycopg2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.conftest import CALM, Installation, Seat
from tests.browser.hands import drawn, press
from tests.parts import ROOT

# One installation serves the whole module: it belongs to one process.
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("every_page")]

ALIX, CLAIRE, AMIT, JONAS, KARIM = "Alix Moreau", "Claire Morel", "Amit Rao", "Jonas Berg", "Karim Haddad"
SOFIA = "Sofia Marchetti"
WIDE, PHONE = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
# What a theme can change; axe is in the page already.
COLOURS = "axe.run({runOnly: {type: 'rule', values: ['color-contrast', 'link-in-text-block']}})"
CAMPAIGN, PUMPS, TRIAGE = "/use-cases/campaign/", "/use-cases/pump-diagnosis/", "/use-cases/call-triage/"

# Who opens what; after the arrow, the first link of the page whose address ends so.
USE_CASE = [
    "",
    "timeline/",
    "kpis/",
    "kpis/1/",
    "kpis/1/versions/",
    "roi/",
    "problems/",
    "problems/1/",
    "gates/",
    "gates/ → /iterations/[0-9]+/",
    "gates/poc/",
    "gates/industrialisation/",
    "gates/production/",
    "runs/",
    "runs/ → /runs/[0-9a-f]{32}/",
    "deployments/",
    "deployments/ → /deployments/[0-9]+/",
    "deployments/ → /releases/[0-9]+/",
    "ran-here/",
    "monitoring/",
    "monitoring/ → /series/[0-9a-f-]{36}/",
    "?as_of=2026-05-01",
    "deployments/?as_of=2026-05-01",
    "reviews/",
    "journal/",
]
PAGES = {
    ALIX: [
        "/accounts/administration/",
        "/accounts/administration/ → /people/[0-9a-f-]{36}/",
        "/accounts/people/new/",
        "/accounts/teams/new/",
        "/administration/servers/",
        "/administration/identities/",
        "/administration/environments/",
        "/administration/criteria/",
        "/administration/day-rates/",
        "/administration/stage-limits/",
        "/teams/marketing/day-rates/",
        "/teams/marketing/",
        "/teams/marketing/ → /teams/marketing/members/[0-9a-f-]{36}/",
        "/teams/marketing/ → /teams/marketing/members/[0-9a-f-]{36}/deputy/",
        "/teams/marketing/roles/",
        "/teams/marketing/tokens/",
        "/teams/marketing/tokens/new/",
        "/administration/tokens/",
        "/administration/tokens/new/",
        "/administration/roles/",
        "/sites/",
        "/sites/new/",
    ],
    SOFIA: [
        "/steering/",
        "/steering/stopped/",
        "/steering/decisions/",
        "/steering/curse/",
        CAMPAIGN + "decide/",
        CAMPAIGN + "score/",
    ],
    CLAIRE: [
        "/use-cases/churn-letters/lessons/new/",
        TRIAGE,
        "/use-cases/new/",
        *(
            CAMPAIGN + one
            for one in (
                "edit/",
                "sites/",
                "kpis/new/",
                "kpis/1/edit/",
                "kpis/1/decide/",
                "kpis/1/measurements/new/",
                "problems/new/",
                "roi/costs/new/",
                "roi/costs/1/",
                "roi/business-case/",
                "problems/1/edit/",
            )
        ),
    ],
    AMIT: [
        "/accounts/tokens/",
        "/accounts/tokens/new/",
        "/accounts/password/",
        *(CAMPAIGN + one for one in ("experiments/link/", "releases/new/", "deployments/new/")),
        *(CAMPAIGN + one for one in ("kpis/1/measurements/upload/", "monitoring/points/", "checks/new/", "checks/1/")),
    ],
    JONAS: [
        "/",
        "/portfolio/",
        "/portfolio/?view=kanban",
        "/portfolio/?view=matrix",
        "/portfolio/?panel=filters&health=error",
        "/portfolio/?panel=display",
        "/views/",
        "/views/new/?path=/portfolio/&list=portfolio&title=Portfolio&query=sort=name",
        "/runs/",
        "/deployments/",
        "/monitoring/",
        "/accounts/rights/",
        "/accounts/rights/addresses/",
        "/search/?q=pump",
        "/following/",
        *(CAMPAIGN + one for one in USE_CASE),
        CAMPAIGN + "releases/in-place/",
        CAMPAIGN + "journal/?verb=incident.opened",
    ],
    KARIM: ["/", *(PUMPS + one for one in USE_CASE)],
}


# For the session: pytest runs the tests that need a browser apart from those that do not.
@pytest.fixture(scope="session")
def told(install) -> Installation:
    """An installation whose demonstration is told to its end."""
    began = time.monotonic()
    installation = install("--demo")
    installation.wait_until_said("The demo's story is there.", within=300)
    print(f"\nThe demonstration was told {time.monotonic() - began:.0f} s after the start.")
    return installation


@pytest.fixture(scope="module")
def visit(told, browser: Browser) -> Iterator[Callable[[str, str], Seat]]:
    """The browser of somebody of the cast who came in at one click, in a language; kept for all pages."""
    opened: dict[tuple[str, str], Seat] = {}

    def open_for(person: str, language: str) -> Seat:
        if (person, language) not in opened:
            seat = Seat(browser.new_context(viewport=WIDE, **CALM), told.url)
            page = seat.go("/accounts/sign-in/")
            press(page, f"Come in as {person}")
            if language == "fr":
                press(page, "Français")
            expect(page.locator("html")).to_have_attribute("lang", language)
            opened[person, language] = seat
        return opened[person, language]

    yield open_for
    for seat in opened.values():
        seat.page.context.close()


def _open(seat: Seat, address: str) -> Page:
    """Open a page by its address, or by the first fitting link of another one; it must be there."""
    start, _arrow, link = address.partition(" → ")
    if link:
        page = seat.go(start)
        found = page.locator("main a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
        start = next(one for one in found if re.search(f"{link}$", one))
    answer = seat.page.goto(seat.base + start)
    assert answer is not None
    assert answer.ok, f"{start}: {answer.status}"
    if seat.page.locator("[data-chart]").count():
        drawn(seat.page)
    return seat.page


def _switch_theme(page: Page, theme: str) -> None:
    """Light or dark, by the button of the top bar."""
    page.locator("[data-theme-toggle]").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)


def _sticks_out(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def _violations(page: Page, theme: str) -> list[str]:
    answer = Axe().run(page, options=RULES).response if theme == "light" else page.evaluate(COLOURS)
    found = answer["violations"]
    return [f"{theme}: {rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize(("person", "address"), [(who, address) for who, all_ in PAGES.items() for address in all_])
def test_a_page_holds_in_both_themes_and_languages_wide_and_on_a_phone(visit, person, address):
    faults = []
    for language in ("en", "fr"):
        seat = visit(person, language)
        seat.complaints.clear()
        page = _open(seat, address)
        expect(page.locator("html")).to_have_attribute("lang", language)
        for width in (PHONE, WIDE):
            page.set_viewport_size(width)
            faults += [f"sticks out at {width['width']} px in {language}"] if _sticks_out(page) else []
        faults += _violations(page, "light") if language == "en" else []
        _switch_theme(page, "dark")
        faults += _violations(page, "dark") if language == "en" else []
        _switch_theme(page, "light")
        faults += seat.complaints
    assert faults == [], "\n".join(faults)


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
    expect(page.get_by_role("img", name="One time axis")).to_be_visible()


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


def test_what_the_story_did_is_marked_as_demo_and_loading_again_does_nothing(told):
    before = _journal(told)
    assert before["marked"] > 100
    command = [sys.executable, "manage.py", "demo", "--if-needed"]
    again = subprocess.run(command, cwd=ROOT, env=told.environment, capture_output=True, text=True, timeout=60)
    assert (again.returncode, again.stdout) == (0, ""), again.stderr
    assert _journal(told)["marked"] == before["marked"]


def _journal(told: Installation) -> dict[str, int]:
    """How many events the journal holds, and how many of them the story is marked to have told."""
    with closing(psycopg2.connect(told.services["DATABASE_URL"])) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(*) FILTER (WHERE is_demo) FROM portal_event")
        every, marked = cursor.fetchone() or (0, 0)
    return {"every": every, "marked": marked}
