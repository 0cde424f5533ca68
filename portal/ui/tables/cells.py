"""A value as a cell of a page, and as a cell of a file."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext

from portal.ui import wording
from portal.ui.tables.table import Pill
from portal.ui.templatetags import ui


def shown(value: Any) -> str:
    """A value as people read it; None is "unknown", an empty text a dash."""
    if value is None:
        return format_html('<em class="unknown">{}</em>', wording.unknown())
    if isinstance(value, Pill):
        return ui.status(value.tone, value.label)
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, datetime):
        return ui.when(value)
    if isinstance(value, date):
        return ui.day(value)
    if isinstance(value, int | float | Decimal):
        return wording.number(value, None if isinstance(value, int) else 3)
    text = written(value)
    return str(text) if text else "–"


def written(value: Any) -> str | int | float | Decimal | date | datetime | None:
    """A value for a file: numbers, days and moments (in the reader's zone) keep their type; the rest is text."""
    if isinstance(value, str | Promise):
        return str(value)
    if value is None or (isinstance(value, int | float | Decimal) and not isinstance(value, bool)):
        return value
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, datetime):
        return timezone.localtime(value)
    if isinstance(value, date):
        return value
    if isinstance(value, Iterable) and not isinstance(value, str | Pill):
        return ", ".join(str(one) for one in value)
    return str(value)
