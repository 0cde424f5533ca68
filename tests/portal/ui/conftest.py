"""The shell is tested on pages of its own, with files read where they are written."""

import json
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client

from portal import registry


@pytest.fixture(scope="session", autouse=True)
def _static_root() -> None:
    """WhiteNoise warns when there is nowhere to read from."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


@pytest.fixture(autouse=True)
def _own_pages(settings, tmp_path) -> Iterator[None]:
    registry._entries.cache_clear()
    settings.REGISTRY = {"words": ["portal.jobs.words.WORDS"]}
    settings.ROOT_URLCONF = "tests.portal.ui.pages"
    settings.HOME = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    yield
    registry._entries.cache_clear()


@pytest.fixture
def reader(client: Client, business) -> Client:
    """A browser signed in as the business member."""
    client.force_login(business)
    return client


@pytest.fixture
def parts(settings):
    """Write what the supervisor would: part name → state."""

    def write(**states: str) -> None:
        content = {name: {"state": state} for name, state in states.items()}
        (settings.HOME / "parts.json").write_text(json.dumps(content))

    return write
