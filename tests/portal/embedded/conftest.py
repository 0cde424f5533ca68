"""A clock that stands still, parts that do next to nothing, and an empty home."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portal.embedded import home as homes
from portal.embedded.supervisor import Part, Supervisor


class StillClock:
    """Time passes when told."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    homes.prepare(home)
    return home


@pytest.fixture
def supervise(home: Path, clock: StillClock) -> Iterator[Callable[..., Supervisor]]:
    """Build a supervisor over parts; it is stopped at the end. What it says is in `.lines`."""
    built: list[Supervisor] = []

    def build(*parts: Part) -> Supervisor:
        lines: list[str] = []
        supervisor = Supervisor(parts, home, say=lines.append, clock=clock)
        supervisor.lines = lines  # type: ignore[attr-defined]
        built.append(supervisor)
        return supervisor

    yield build
    for supervisor in built:
        supervisor.stop()
