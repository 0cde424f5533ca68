"""Rows of costs as people and machines send them, read with one problem per line. Knows no table."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from portal.errors import Problem
from usecases.kpis.rows import ISO_DATE, Layout

MAX_ROWS = 5_000
COLUMNS = ("kind", "period_start", "period_end", "person_days", "amount", "currency", "note")
LAYOUT = Layout(
    COLUMNS,
    ("kind", "period_start", "period_end", "currency", "note"),
    ("kind", "period_start"),
    ("amount", "person_days"),
)
AMOUNT = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,6})?", re.ASCII)
EXAMPLE = {"kind": "integration", "period_start": "2026-05-01", "person_days": "12.5"}


def read(row: Mapping[str, Any], line: int) -> tuple[dict[str, Any], list[Problem]]:
    """The facts of a row, and what is wrong with its cells; whether they make a cost is asked elsewhere."""
    wrong = [Problem(str(name)[:40], _("This field is not known."), line) for name in row if name not in COLUMNS]
    facts: dict[str, Any] = {}
    readers: dict[str, Callable[[str], Any]] = {
        "period_start": _day,
        "period_end": _day,
        "person_days": _number,
        "amount": _number,
    }
    for name in COLUMNS:
        cell = row.get(name)
        text = "" if cell is None else str(cell).strip()
        if isinstance(cell, bool | list | dict):
            wrong.append(Problem(name, _("Send a text or a number."), line))
        elif "\x00" in text:
            wrong.append(Problem(name, _("This holds a NUL character."), line))
        elif not text:
            if name in ("kind", "period_start"):
                wrong.append(Problem(name, _("This is required."), line))
        else:
            try:
                facts[name] = readers.get(name, str)(text)
            except ValueError as error:
                wrong.append(Problem(name, str(error), line))
    return facts, wrong


def _day(text: str) -> date:
    if ISO_DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass  # the 31st of February: the sentence below says it
    raise ValueError(_("“%(text)s” is not a date: write it as 2026-05-04.") % {"text": text[:40]})


def _number(text: str) -> Decimal:
    if AMOUNT.fullmatch(text):
        try:
            return Decimal(text)
        except InvalidOperation:
            pass  # the sentence below says it
    raise ValueError(_("“%(text)s” is not a number.") % {"text": text[:40]})
