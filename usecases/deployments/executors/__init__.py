"""What puts a release where it runs. One file per way of doing it, registered in settings.EXECUTORS by dotted path.

To add one: a class with a `name` and `deploy(order) -> Outcome`, that does nothing the second time it is given the
same order, and a misbehaving twin in tests/fakes.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Place:
    """A registered model on a tracking server."""

    server_url: str
    model: str


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be live at a target. `place` is None for the system in place: nothing of ours runs there then.

    `formerly`: every registered model that was ever live at this target. `files`: the SHA-256 that was approved for
    each artefact file, by path; what is found must be just that.
    """

    key: str
    target: str
    alias: str
    place: Place | None
    version: str
    digest: str
    formerly: tuple[Place, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Done, or why it cannot be done (a code worded by words.py, with its parameters)."""

    done: bool
    code: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)


class Unavailable(Exception):
    """An outside system did not answer: worth another try. Worded by `code` with `params`."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


class Executor(Protocol):
    """Makes a target run what the order says."""

    name: str

    def deploy(self, order: Order) -> Outcome:
        """Make it so and look that it is so; the same order again changes nothing. Raises Unavailable."""


@cache
def _registered(paths: tuple[str, ...]) -> dict[str, type[Executor]]:
    classes = [import_string(path) for path in paths]
    return {one.name: one for one in classes}


def named(name: str) -> Executor:
    """The executor registered under this name; KeyError when there is none."""
    return _registered(tuple(settings.EXECUTORS))[name]()
