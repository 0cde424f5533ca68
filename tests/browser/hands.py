"""What a person does in a page: fill in a form by its labels, press a button, follow a link, wait for a machine."""

import re
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

# Seconds that machine work may take on a busy machine of two cores.
PATIENCE = 60_000


def labelled(page: Page | Locator, label: str) -> Locator:
    """The field under this label, required or not."""
    return page.get_by_label(re.compile(rf"^\s*{re.escape(label)}(\s+\(optional\))?\s*$")).and_(
        # what a list is searched with has the name of a column
        page.locator(":not([data-search])")
    )


def fill(page: Page | Locator, values: Mapping[str, str | bool | Path]) -> None:
    """Fill in fields by label: text, the label of a choice, True to tick, a path to send a file."""
    for label, value in values.items():
        field = labelled(page, label)
        if isinstance(value, bool):
            field.set_checked(value)
        elif isinstance(value, Path):
            field.set_input_files(value)
        elif field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(label=value)
        else:
            field.fill(value)


def press(page: Page | Locator, name: str) -> None:
    """Press the button of this very name."""
    page.get_by_role("button", name=name, exact=True).click()


def follow(page: Page | Locator, name: str) -> None:
    """Follow the link of this very name; of several (header and list), the last."""
    page.get_by_role("link", name=name, exact=True).last.click()


def tab(page: Page, name: str) -> None:
    """Open a tab of the use case."""
    follow(page.get_by_role("navigation", name="Use case"), name)


def told(page: Page, sentence: str) -> None:
    """See the message that the page answers with."""
    expect(page.locator("#messages")).to_contain_text(sentence)


def once_there(page: Page, wanted: Locator) -> Locator:
    """Reload the page, as one does, until a worker has done what is wanted."""
    for _again in range(PATIENCE // 1_000):
        try:
            expect(wanted).to_be_visible(timeout=1_000)
        except AssertionError:
            page.reload()
        else:
            break
    expect(wanted).to_be_visible(timeout=1_000)
    return wanted


def drawn(page: Page) -> None:
    """See every chart of the page drawn."""
    charts = page.locator("[data-chart]")
    expect(charts.first).to_be_attached()
    expect(page.locator("[data-chart][data-width]")).to_have_count(charts.count(), timeout=PATIENCE)
