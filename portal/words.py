"""Sentences that are stored as a code with parameters and worded, in French or English, when shown."""

from collections.abc import Mapping
from typing import Any

from portal import registry

# What marks a parameter that is a sentence of its own.
CODE = "say"


def say(code: str, params: Mapping[str, Any] | None = None) -> str:
    """Word a stored reason. An unknown code (written by a later version) is shown as it is, never hidden.

    A parameter that is itself a code with parameters (`quoted`) is worded, too.
    """
    template = registry.words().get(code)
    if template is None:
        return code
    told = {
        name: say(value[CODE], value.get("params")) if isinstance(value, dict) and CODE in value else value
        for name, value in (params or {}).items()
    }
    return str(template) % _Known(told)


def quoted(code: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """A sentence to be stored within another one."""
    return {CODE: code, "params": dict(params)}


class _Known(dict[str, Any]):
    """A parameter that was not stored reads as a question mark: unknown is shown as unknown."""

    def __missing__(self, key: str) -> str:
        return "?"
