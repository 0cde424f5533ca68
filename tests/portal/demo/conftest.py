"""The data the demo's tests run on: the real sets when given, the packaged trial always."""

from pathlib import Path

import pytest
from django.conf import settings

from portal.demo.datasets.campaign import Campaign
from portal.demo.datasets.hillstrom import hillstrom
from portal.demo.datasets.pumps import Pumps, choose_pumps, simulated_pumps
from portal.demo.datasets.thornton_hiv import thornton_hiv


@pytest.fixture(scope="session")
def data() -> Path:
    if not settings.DATA:
        pytest.skip("PASSERELLE_DATA names no folder of real data sets; the packaged set is tested in any case.")
    return Path(settings.DATA)


@pytest.fixture(scope="session")
def mailing(data) -> Campaign:
    return hillstrom(data)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def trial(home) -> Campaign:
    return thornton_hiv(home)


@pytest.fixture(scope="session")
def real_pumps(data) -> Pumps:
    return choose_pumps(data)


@pytest.fixture(scope="session")
def invented_pumps() -> Pumps:
    return simulated_pumps(seed=2026)
