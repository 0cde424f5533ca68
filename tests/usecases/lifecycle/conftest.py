"""A use case in POC whose gate is opened by facts that a test switches on."""

from collections.abc import Callable, Iterator

import pytest

from portal import registry
from portal.people.models import User
from tests.usecases.lifecycle import stand_ins
from usecases.catalog.models import Stage, UseCase
from usecases.lifecycle import actions

TO_INDUSTRIALISATION = ("iterations.closed_go", "series.points_arrive", "runs.beats_simple_baseline")


@pytest.fixture(autouse=True)
def facts(settings) -> Iterator[dict[str, bool | None]]:
    """What the stand-in criteria find, by code: switch them on and off."""
    settings.REGISTRY = {**settings.REGISTRY, "criteria": ["tests.usecases.lifecycle.stand_ins.CRITERIA"]}
    stand_ins.FACTS.clear()
    registry._entries.cache_clear()
    yield stand_ins.FACTS
    registry._entries.cache_clear()


@pytest.fixture
def in_poc(use_case, business, data, it) -> UseCase:
    """The use case in POC, with business, data and IT in its team."""
    actions.pass_gate(use_case, Stage.POC, by=business)
    return use_case


@pytest.fixture
def open_up(facts) -> Callable[[], None]:
    """Meet everything that blocks the gate to industrialisation."""

    def _open_up() -> None:
        facts.update(dict.fromkeys(TO_INDUSTRIALISATION, True))

    return _open_up


@pytest.fixture
def all_sign(business, data, it) -> Callable[[UseCase, str], None]:
    """Business, data and IT sign."""

    def _all_sign(use_case: UseCase, gate: str) -> None:
        people: tuple[User, ...] = (business, data, it)
        for person in people:
            actions.sign(use_case, gate, by=person)

    return _all_sign
