"""Every page of a portal whose demonstration is told: in both themes, wide and on a phone, in turns in either language.

Nothing may be refused by the Content-Security-Policy, nothing may stick out sideways, axe finds nothing to say.

With PICTURES=<a folder>, every page that was opened is kept there for the eye, in each width and theme:
`<person>-<address>.<width>.<theme>.<language>.png`.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import resolve
from playwright.sync_api import Browser, Page, ViewportSize, expect

from portal.accounts.doors import doors
from portal.management.commands import messages
from tests.browser.conftest import CALM, Installation, Seat
from tests.browser.hands import drawn, press
from tests.parts import ROOT

# One installation serves the whole module: it belongs to one process.
# With the long proofs: beside the rest it takes more than the time of every day.
pytestmark = [pytest.mark.browser, pytest.mark.proof, pytest.mark.xdist_group("every_page")]

NOBODY = ""
SOFIA = "Sofia Marchetti"
ALIX, CLAIRE, AMIT, JONAS, KARIM = "Alix Moreau", "Claire Morel", "Amit Rao", "Jonas Berg", "Karim Haddad"
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
    "monitoring/?sort=-opened → /incidents/[0-9]+/",
    " → /talk/[a-z_-]+/[0-9a-f-]{36}/",
    "journal/",
]
PAGES = {
    NOBODY: ["/accounts/sign-in/"],
    ALIX: [
        "/accounts/administration/",
        "/accounts/administration/ → /people/[0-9a-f-]{36}/",
        "/accounts/people/new/",
        "/accounts/teams/new/",
        "/administration/servers/",
        "/administration/identities/",
        "/administration/environments/",
        "/administration/criteria/",
        "/administration/criteria/poc/",
        "/administration/criteria/production/",
        "/administration/day-rates/",
        "/administration/stage-limits/",
        "/teams/marketing/day-rates/",
        "/journal/",
        "/journal/ → /journal/[0-9a-f-]{36}/",
        "/journal/exceptions/",
        "/journal/seals/",
        "/accounts/rules/",
        "/notifications/receivers/",
        "/notifications/webhooks/new/",
        "/notifications/rooms/new/",
        "/notifications/receivers/ → /notifications/webhooks/[0-9a-f-]{36}/",
        "/notifications/receivers/ → /webhooks/[0-9a-f-]{36}/ → /webhooks/[0-9a-f-]{36}/edit/",
        "/notifications/receivers/ → /notifications/rooms/[0-9a-f-]{36}/edit/",
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
        "/reviews/",
        "/reviews/new/",
        "/reviews/ → /reviews/[0-9a-f-]{36}/",
        CAMPAIGN + "decide/",
        CAMPAIGN + "score/",
    ],
    CLAIRE: [
        "/use-cases/churn-letters/lessons/new/",
        TRIAGE,
        "/use-cases/new/",
        "/reviews/actions/",
        "/templates/",
        "/use-cases/shop-opening-hours/gates/",
        "/use-cases/shop-opening-hours/start-from/",
        *(CAMPAIGN + one for one in ("iterations/new/", "template/", "gates/beyond/")),
        *(
            CAMPAIGN + one
            for one in (
                "edit/",
                "sites/",
                "kpis/new/",
                "kpis/1/edit/",
                "kpis/1/decide/",
                "kpis/1/measurements/new/",
                "score/",
                "reviews/new/",
                "reviews/ → /reviews/[0-9a-f-]{36}/",
                "iterations/new/",
                "kpis/1/ → /measurements/[0-9a-f-]{36}/",
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
        "/accounts/confirm/",
        "/accounts/second-factor/",
        "/accounts/second-factor/set-up/",
        "/accounts/sessions/",
        "/notifications/",
        "/notifications/choices/",
        "/jobs/",
        "/jobs/ → /jobs/[0-9a-f-]{36}/",
        "/api/",
        *(CAMPAIGN + one for one in ("experiments/link/", "releases/new/", "deployments/new/")),
        CAMPAIGN + "monitoring/ → /series/[0-9a-f-]{36}/ → /series/[0-9a-f-]{36}/feed/",
        CAMPAIGN + " → /talk/[a-z_-]+/[0-9a-f-]{36}/ → /talk/[a-z_-]+/[0-9a-f-]{36}/[0-9a-f-]{36}/edit/",
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
        "/views/ → /views/[^/]+/edit/",
        *(CAMPAIGN + one for one in USE_CASE),
        CAMPAIGN + "releases/in-place/",
        CAMPAIGN + "journal/?verb=incident.opened",
    ],
    # The other case: what its own story fills, as the rest has the same shape.
    KARIM: [
        "/",
        *(PUMPS + one for one in ("", "timeline/", "kpis/1/", "gates/", "runs/", "monitoring/", "roi/")),
        PUMPS + "roi/costs/upload/",
    ],
}

# What the story does not tell, done through the same actions: receivers of messages, a view that is kept, a comment.
KEPT = """
from portal import registry
from portal.notifications import actions as notifications
from portal.people.models import User
from portal.saved_views.actions import save_view
from portal.talk import actions as talk, subjects
from usecases.catalog.models import UseCase
alix, jonas, amit = (User.objects.get(username=name) for name in ("alix", "jonas", "amit"))
kinds, events = sorted(registry.notices())[:3], [one.event for one in registry.notices().values() if one.event][:3]
notifications.add_endpoint(by=alix, team=None, url="https://hooks.example.org/passerelle", events=events)
notifications.add_room(by=alix, team=None, name="Duty room", address="slack://T1/B2/C3", kinds=kinds)
save_view(by=jonas, name="In error", path="/portfolio/", list_key="portfolio", list_title="", query="health=error")
talk.write(subjects.load(amit, "use_case", UseCase.objects.get(slug="campaign").uid), by=amit, body="Looked at it.")
"""

# What a French page may not say: what the catalogue words otherwise, three words or more.
ENGLISH = {str(one.id) for one in messages.stored() if one.id and one.string != one.id and str(one.id).count(" ") > 1}

# Opened by nobody above: what is no page of its own, and what other tests open.
NO_PAGE = {
    **dict.fromkeys(("healthz", "readyz", "metrics", "openapi_json", "openapi_yaml"), "read by machines"),
    **dict.fromkeys(("journal_csv", "journal_xlsx", "measurements_csv", "review_pdf", "series_csv"), "a file"),
    **dict.fromkeys(
        ("deployment_progress", "job_progress", "release_progress", "runs_progress", "status_banner"), "a fragment"
    ),
    **dict.fromkeys(("notifications:bell", "review_documents", "talk_activity", "talk_people"), "a fragment"),
    **dict.fromkeys(("notifications:go", "openid_connect_callback", "saved_view"), "leads elsewhere"),
    "account_login": "the address of accounts:sign_in",
    "accounts:welcome": "opens once; the road opens it",
    "confirm_provider": "for who came through a provider; its own tests open it",
    "mfa_authenticate": "between two steps of signing in; its own tests open it",
}
opened: set[str] = set()  # the routes
PICTURES = os.environ.get("PICTURES", "")


# For the session: pytest runs the tests that need a browser apart from those that do not.
@pytest.fixture(scope="session")
def told(install) -> Installation:
    """An installation whose demonstration is told to its end."""
    began = time.monotonic()
    installation = install("--demo")
    installation.wait_until_said("The demo's story is there.", within=480)
    command = [sys.executable, "manage.py", "shell", "-c", KEPT]
    subprocess.run(command, cwd=ROOT, env=installation.environment, check=True, timeout=60)
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
            if person:
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
    start, *links = address.split(" → ")
    for link in links:
        page = seat.go(start)
        found = page.locator("main a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
        start = next(one for one in found if one and re.search(f"{link}$", one))
    opened.add(resolve(urlsplit(start).path).view_name)
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


def _keep_picture(page: Page, name: str, width: ViewportSize, end: str) -> None:
    """The whole page as a picture in the folder that was asked for."""
    if PICTURES:
        page.wait_for_function(
            "[...document.querySelectorAll('[data-chart]')].every(one => one.dataset.width == one.clientWidth)"
        )
        file = f"{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-')}.{width['width']}.{end}.png"
        page.screenshot(path=Path(PICTURES) / file, full_page=True)


def _english(page: Page) -> list[str]:
    """The sentences of the catalogue that a French page says in English."""
    lines = {line.strip() for line in page.locator("body").inner_text().splitlines()}
    return [f"in English: {line}" for line in sorted(lines & ENGLISH)]


def _violations(page: Page, theme: str) -> list[str]:
    answer = Axe().run(page, options=RULES).response if theme == "light" else page.evaluate(COLOURS)
    found = answer["violations"]
    return [f"{theme}: {rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]


ALL = [(who, address) for who, addresses in PAGES.items() for address in addresses]
# Every page in one of the languages, taking turns; in the other with the long proofs.
TURNS = [(who, address, ("en", "fr")[place % 2]) for place, (who, address) in enumerate(ALL)]
OTHERS = [
    pytest.param(who, address, {"en": "fr", "fr": "en"}[language], marks=pytest.mark.proof)
    for who, address, language in TURNS
]


@pytest.mark.parametrize(("person", "address", "language"), [*TURNS, *OTHERS])
def test_a_page_holds_in_both_themes_wide_and_on_a_phone(visit, person, address, language):
    seat = visit(person, language)
    seat.complaints.clear()
    page = _open(seat, address)
    expect(page.locator("html")).to_have_attribute("lang", language)
    faults = _english(page) if language == "fr" else []
    for width in (PHONE, WIDE):
        page.set_viewport_size(width)
        faults += [f"sticks out at {width['width']} px in {language}"] if _sticks_out(page) else []
        _keep_picture(page, f"{person} {address}", width, f"light.{language}")
    faults += _violations(page, "light")
    _switch_theme(page, "dark")
    faults += _violations(page, "dark")
    for width in (PHONE, WIDE) if PICTURES else ():
        page.set_viewport_size(width)
        _keep_picture(page, f"{person} {address}", width, f"dark.{language}")
    _switch_theme(page, "light")
    faults += seat.complaints
    assert faults == [], "\n".join(faults)


def test_every_page_was_opened(request: pytest.FixtureRequest):
    here = [item for item in request.session.items if "holds_in_both_themes" in item.name]
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
