"""Whole installations, started as a user starts them, and a Chromium that watches what pages refuse and report."""

import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest
import requests
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

from portal.embedded import processes
from portal.people.models import User
from tests.browser.pages import KEPT
from tests.parts import ROOT

REPLACED = ("DATABASE_URL", "BROKER_URL", "CACHE_URL", "MLFLOW_TRACKING_URI", "SECRET_KEY", "STATIC_STORAGE")


# Nothing fades in or out: what is looked at is what is there.
CALM: dict[str, Any] = {"reduced_motion": "reduce"}


@dataclass(frozen=True)
class Portal:
    """A running portal: its address, its home, and what its commands are given."""

    url: str
    home: Path
    environment: dict[str, str]

    @property
    def services(self) -> dict[str, str]:
        """What the supervisor listens on."""
        return json.loads((self.home / "services.json").read_text())

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of it; whatever it says is kept."""
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=60)


@dataclass(frozen=True)
class Installation(Portal):
    """A portal that was started here: what its supervisor says, and the first administrator's link."""

    log: Path
    child: "Popen[bytes]"

    def first_link(self) -> str:
        """The one-time link for the first administrator, read from what it printed."""
        return self.wait_until_said(r"http://\S+/accounts/welcome/\S+", within=60)

    def wait_until_said(self, pattern: str, *, within: float) -> str:
        """What the supervisor says that fits. Raises RuntimeError with all it said when it does not say so in time."""
        found: list[str] = []

        def said() -> bool:
            found.extend(re.findall(pattern, self.log.read_text(errors="replace")))
            return bool(found)

        if not processes.wait_until(said, self.child, within=within):
            raise RuntimeError(self.log.read_text(errors="replace"))
        return found[0]

    def is_up(self, part: str) -> bool:
        """Whether the supervisor says that this part answers."""
        try:
            parts = json.loads((self.home / "parts.json").read_text())
        except FileNotFoundError:
            return False
        return parts.get(part, {}).get("state") == "up"

    def wait_for(self, part: str, *, within: float) -> None:
        """Wait until this part answers. Raises RuntimeError with what the supervisor said when it does not."""
        if not processes.wait_until(lambda: self.is_up(part), self.child, within=within):
            raise RuntimeError(f"{part} is not up:\n{self.log.read_text(errors='replace')}")


def _environment(home: Path) -> dict[str, str]:
    """What a command of the installation at this home is given."""
    kept = {name: value for name, value in os.environ.items() if name not in REPLACED}
    return kept | {"PASSERELLE_HOME": str(home), "PYTHONUNBUFFERED": "1"}


def _own_port() -> int:
    """A free port under those the system draws for outgoing connections, where nobody takes it before we do."""
    return next(port for port in random.sample(range(20_000, 30_000), 100) if processes.is_free(port))


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/healthz", timeout=2).ok
    except requests.RequestException:
        return False


@pytest.fixture(scope="session")
def install(tmp_path_factory) -> Iterator[Callable[..., Installation]]:
    """Start `manage.py up` with these options on a home of its own; everything stops when the tests end."""
    children: list[Popen[bytes]] = []

    def start(*options: str) -> Installation:
        home = tmp_path_factory.mktemp("installation")
        # As root, PostgreSQL runs as nobody, who must pass through.
        for folder in (home, home.parent, home.parent.parent):
            folder.chmod(0o711)
        port = _own_port()
        environment = _environment(home / "data")
        log = home / "up.log"
        command = [sys.executable, "manage.py", "up", "--port", str(port), *options]
        child = processes.spawn(command, log=log, env=environment, cwd=ROOT)
        children.append(child)
        url = f"http://127.0.0.1:{port}"
        if not processes.wait_until(lambda: _answers(url), child, within=180):
            raise RuntimeError(log.read_text(errors="replace"))
        return Installation(url, home / "data", environment, log, child)

    yield start
    for child in children:
        processes.end(child)


# For the session: pytest runs the tests that need a browser apart from those that do not.
@pytest.fixture(scope="session")
def demonstration(request: pytest.FixtureRequest) -> Portal:
    """A portal whose demonstration is told, with what `pages.KEPT` adds; TOLD names the home of one that runs."""
    if told := os.environ.get("TOLD"):
        url = json.loads((Path(told) / "services.json").read_text())["PASSERELLE_URL"]
        portal = Portal(url, Path(told), _environment(Path(told)))
    else:
        portal = request.getfixturevalue("install")("--demo")
        portal.wait_until_said("The demo's story is there.", within=480)
    kept = portal.manage("shell", "-c", KEPT)
    assert kept.returncode == 0, kept.stderr
    return portal


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.fail("No Chromium on PATH: install the package `chromium`.")
    # Playwright keeps a loop in this thread from here on; our queries are not in it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    flags = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    flags += ["--disable-component-update", "--disable-sync"]
    return {"executable_path": path, "args": flags + (["--no-sandbox"] if os.geteuid() == 0 else [])}


class Seat:
    """One person's browser: a page, and everything it complained about."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.page: Page = context.new_page()
        self.page.set_default_timeout(15_000)
        self.base, self.complaints = base, list[str]()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, message) -> None:
        # A refused request is said by the page itself; what the browser adds about its status is no fault.
        if message.type in ("error", "warning") and "the server responded with a status" not in message.text:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def go(self, path: str) -> Page:
        """Open a page of the portal."""
        self.page.goto(self.base + path)
        return self.page


@pytest.fixture
def seats(browser: Browser) -> Iterator[Callable[..., Seat]]:
    """Give a person a browser of their own; at the end, no page may have complained."""
    opened: list[Seat] = []

    def open_seat(base: str, **options: Any) -> Seat:
        seat = Seat(browser.new_context(**CALM, **options), base)
        opened.append(seat)
        return seat

    yield open_seat
    complaints = [complaint for seat in opened for complaint in seat.complaints]
    for seat in opened:
        seat.page.context.close()
    assert complaints == []


@pytest.fixture
def sits(live_server, seats) -> Callable[[User], Seat]:
    """A browser in which this person is signed in."""

    def _sits(person: User) -> Seat:
        client = Client()
        client.force_login(person)
        seat = seats(live_server.url)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        seat.page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        return seat

    return _sits
