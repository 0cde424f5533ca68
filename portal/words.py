"""Sentences that are stored as a code with parameters and worded, in French or English, when shown."""

from collections.abc import Mapping
from typing import Any

from portal import registry


def say(code: str, params: Mapping[str, Any] | None = None) -> str:
    """Word a stored reason. An unknown code (written by a later version) is shown as it is, never hidden."""
    template = registry.words().get(code)
    if template is None:
        return code
    return str(template) % _Known(params or {})


class _Known(dict[str, Any]):
    """A parameter that was not stored reads as a question mark: unknown is shown as unknown."""

    def __missing__(self, key: str) -> str:
        return "?"
