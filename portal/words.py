"""Sentences that are stored as a code with parameters and worded, in French or English, when shown."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency
from django.utils.translation import get_language

from portal import registry

# What marks a parameter that is a sentence of its own, and one that is an amount of money.
CODE, MONEY = "say", "money"
# Letters and marks of scripts that run from right to left: what is named with them must not turn the rest around.
TURNS = re.compile("[\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufefc]")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def say(code: str, params: Mapping[str, Any] | None = None) -> str:
    """Word a stored reason. An unknown code (written by a later version) is shown as it is, never hidden.

    A parameter that is itself a code with parameters (`quoted`) is worded, too; a day and an amount (`priced`) are
    written as the reader writes them.
    """
    template: Any = registry.words().get(code)
    if template is None:
        return code
    return str(template % _Known({name: _worded(value) for name, value in (params or {}).items()}))


def quoted(code: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """A sentence to be stored within another one."""
    return {CODE: code, "params": dict(params)}


def priced(amount: Decimal, currency: str) -> dict[str, str]:
    """An amount in an ISO 4217 currency to be stored within a sentence; cents are not told."""
    return {MONEY: str(amount), "currency": currency}


class Blank(int):
    """A parameter that is not there: it reads as a sign, and counts as many."""

    def __new__(cls, sign: str) -> "Blank":
        """The sign it reads as."""
        one = super().__new__(cls, 2)
        one.sign = sign
        return one

    sign: str

    def __str__(self) -> str:
        return self.sign


class _Known(dict[str, Any]):
    """A parameter that was not stored reads as a question mark: unknown is shown as unknown."""

    def __missing__(self, key: str) -> Blank:
        return Blank("?")


def _worded(value: Any) -> Any:
    language = (get_language() or "en").replace("-", "_")
    match value:
        case {"say": code}:
            return say(code, value.get("params"))
        case {"money": amount, "currency": currency}:
            pattern = Locale.parse(language).currency_formats["standard"].pattern.replace("0.00", "0")
            return format_currency(Decimal(amount), currency, pattern, language, currency_digits=False)
        case str() if DAY.fullmatch(value):
            return format_date(date.fromisoformat(value), format="d MMM yyyy", locale=language)
        case str() if TURNS.search(value):
            return f"\N{FIRST STRONG ISOLATE}{value}\N{POP DIRECTIONAL ISOLATE}"
    return value
