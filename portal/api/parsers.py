"""JSON that the database can hold: what it cannot is refused at the door, with the reason."""

import json
import math
from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

DEEPEST = 64
# What a bigint holds.
LARGEST = 2**63 - 1


class StrictJSONParser(JSONParser):
    """UTF-8 JSON without NaN, infinity, NUL characters, lone surrogates, a key twice or bottomless nesting."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The decoded body. Raises ParseError (400)."""
        try:
            return strictly(stream.read().decode("utf-8"))
        except RecursionError as error:
            raise ParseError(_("The JSON is nested too deeply.")) from error
        except ValueError as error:
            raise ParseError(_("The JSON cannot be read: %(reason)s") % {"reason": error}) from error


def strictly(text: str) -> Any:
    """What this JSON says. Raises ValueError for what the database cannot hold, RecursionError when too deep."""
    found = json.loads(text, parse_constant=_refuse, object_pairs_hook=_once_each)
    _check(found, DEEPEST)
    return found


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; which of two values of one key counts is anybody's guess."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key comes twice in an object")
    return found


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _check(value: Any, deeper: int) -> None:
    if deeper < 0:
        raise RecursionError
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError("a number is too large")
    elif isinstance(value, int) and abs(value) > LARGEST:
        raise ValueError("a whole number is too large")
    elif isinstance(value, list):
        for item in value:
            _check(item, deeper - 1)
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_text(key)
            _check(item, deeper - 1)


def _check_text(text: str) -> None:
    text.encode()  # a lone surrogate is a UnicodeEncodeError, which is a ValueError
    if "\0" in text:
        raise ValueError("a text holds a NUL character")
