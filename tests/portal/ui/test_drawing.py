"""In a real Chromium, under our Content-Security-Policy: nothing is refused, and everything is drawn and reachable."""

import os
import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

REFUSED = """window.refused = [];
document.addEventListener("securitypolicyviolation", e => refused.push(`${e.violatedDirective} ${e.sourceFile}`));"""
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.fail("No Chromium on PATH: install the package `chromium`.")
    # Playwright keeps a loop in this thread from here on; our queries are not in it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    flags = ["--disable-gpu"] + (["--no-sandbox"] if os.geteuid() == 0 else [])
    return {"executable_path": path, "args": flags}


@pytest.fixture
def shown(live_server, reader, page: Page) -> Page:
    """The page with a chart, drawn, as the business member sees it."""
    page.context.add_cookies(
        [{"name": "sessionid", "value": reader.cookies["sessionid"].value, "url": live_server.url}]
    )
    page.set_default_timeout(10_000)
    page.add_init_script(REFUSED)
    page.goto(live_server.url)
    page.wait_for_selector("[data-chart][data-width]")
    return page


def test_a_chart_is_drawn_with_its_title_axes_and_names_and_nothing_is_refused(shown):
    texts = shown.eval_on_selector_all("[data-chart] svg text", "all => all.map(one => one.textContent)")
    assert {"points", "target +7.5", "⚑ Release 2"} <= set(texts)
    assert any("Feb" in text for text in texts)
    assert shown.evaluate("refused") == []


def test_a_chart_follows_the_theme_and_the_choice_is_kept(shown):
    pen = "document.querySelector('[data-chart] .scatterlayer .trace:last-child .js-line').style.stroke"
    assert shown.evaluate(pen) == "rgb(44, 82, 199)"
    shown.get_by_role("button", name="Switch between light and dark").click()
    shown.wait_for_function(f"{pen} === 'rgb(157, 180, 255)'")
    shown.reload()
    assert shown.evaluate("document.documentElement.dataset.bsTheme") == "dark"


def test_a_chart_can_be_taken_away_as_a_picture_and_as_figures(shown, tmp_path):
    with shown.expect_download() as picture:
        shown.get_by_role("button", name="Download as PNG").click()
    assert picture.value.suggested_filename == "visits.png"
    with shown.expect_download() as figures:
        shown.get_by_role("button", name="Download as CSV").click()
    figures.value.save_as(tmp_path / "visits.csv")
    assert (tmp_path / "visits.csv").read_text().splitlines()[1] == "2026-02-02T12:00:00+00:00,6.6"


def test_a_chart_never_makes_a_phone_scroll_sideways(shown):
    shown.set_viewport_size({"width": 390, "height": 800})
    shown.wait_for_function("document.querySelector('[data-chart] .main-svg').clientWidth < 390")
    assert shown.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_shell_has_no_accessibility_fault(shown, theme):
    shown.emulate_media(color_scheme=theme, reduced_motion="reduce")
    shown.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    found = Axe().run(shown, options=RULES).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


def test_a_menu_opens_and_closes_from_the_keyboard(shown):
    shown.get_by_label("my account").focus()
    shown.keyboard.press("Enter")
    assert shown.get_by_role("link", name="My tokens").is_visible()
    shown.keyboard.press("Escape")
    assert not shown.get_by_role("link", name="My tokens").is_visible()


def test_a_refused_fragment_shows_its_sentence_and_leaves_the_rest(shown):
    shown.get_by_role("button", name="Ask").click()
    shown.locator("#messages").get_by_text("Jonas Berg approved it").wait_for()
    assert shown.locator("#there").text_content() == "As it was."
    assert shown.evaluate("refused") == []
