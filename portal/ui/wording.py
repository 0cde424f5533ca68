"""Numbers, dates and money as a reader of this language expects them. Unknown is a word, never a blank or a zero."""

import math
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_currency
from babel.units import format_unit
from django.utils import timezone
from django.utils.translation import get_language, gettext

Number = int | float | Decimal

# Further away than this, a date says more than "5 months ago".
RELATIVE_DAYS = 45


def locale() -> str:
    """The reader's language as Babel names it."""
    return (get_language() or "en").replace("-", "_")


def unknown() -> str:
    """What is shown instead of a value nobody has."""
    return gettext("unknown")


def number(value: Number | None, digits: int | None = None, *, signed: bool = False, unit: str = "") -> str:
    """A number with the reader's separators and a true minus sign.

    `digits` decimals exactly; None gives at most two. `signed` puts a plus before what is above zero. None and NaN
    read "unknown". A unit follows after a no-break space.
    """
    if value is None or not math.isfinite(value):
        return unknown()
    text = f"{Decimal(str(value)):,.{2 if digits is None else digits}f}"
    if digits is None:
        text = text.rstrip("0").removesuffix(".")
    text = text.translate(_separators(locale()))
    if not any(character in "123456789" for character in text):
        text = text.lstrip("-")  # −0.00 is nothing
    elif signed and value > 0:
        text = "+" + text
    text = text.replace("-", "\N{MINUS SIGN}")
    return f"{text}\N{NO-BREAK SPACE}{unit}" if unit else text


@cache
def _separators(name: str) -> dict[int, str]:
    """From the separators of Python to those of a locale: Babel's own formatting costs fifty times as much."""
    symbols = Locale.parse(name).number_symbols["latn"]
    return str.maketrans({",": symbols["group"], ".": symbols["decimal"]})


def labelled(label: object, value: object) -> str:
    """A label and what it stands for: "IT: Jonas Berg"; French puts a space before the colon."""
    return gettext("%(label)s: %(value)s") % {"label": label, "value": value}


def clauses(parts: Iterable[object]) -> str:
    """Several things of one sentence: "IT: Jonas Berg; Data: Amit Rao"; French puts a space before the semicolon."""
    return gettext("; ").join(str(part) for part in parts)


def interval(
    low: Number | None, high: Number | None, digits: int | None = None, *, signed: bool = True, level: int = 95
) -> str:
    """An interval with its level: "95 %: +2.9 to +5.5"; "interval unknown" when a bound is missing."""
    if low is None or high is None:
        return gettext("interval unknown")
    return gettext("%(level)s %%: %(low)s to %(high)s") % {
        "level": level,
        "low": number(low, digits, signed=signed),
        "high": number(high, digits, signed=signed),
    }


def money(amount: Number | None, currency: str, digits: int | None = None) -> str:
    """An amount in an ISO 4217 currency, in the reader's order; the currency's own decimals unless `digits`."""
    if amount is None:
        return unknown()
    pattern = Locale.parse(locale()).currency_formats["standard"].pattern
    if digits is not None:
        pattern = pattern.replace("0.00", "0." + "0" * digits if digits else "0")
    text = format_currency(amount, currency, pattern, locale=locale(), currency_digits=digits is None)
    return text.replace("-", "\N{MINUS SIGN}")


def day(moment: date | datetime | None) -> str:
    """A date in words, in the reader's zone: "12 May 2026"."""
    if moment is None:
        return unknown()
    if isinstance(moment, datetime):
        moment = timezone.localtime(moment).date()
    return _day(moment, locale())


@lru_cache(maxsize=4_096)
def _day(day: date, name: str) -> str:
    """The same days stand in many rows of a list."""
    return format_date(day, format="d MMM yyyy", locale=name)


def minute(moment: datetime) -> str:
    """A date and time in the reader's zone, with the zone: "12 May 2026, 08:55 CEST"."""
    local = timezone.localtime(moment)
    return f"{format_datetime(local, format='d MMM yyyy, HH:mm', locale=locale())} {local.tzname()}"


def ago(moment: datetime, now: datetime | None = None) -> str:
    """How far a moment is, in words ("3 hours ago", "in 2 days"); the date itself beyond 45 days."""
    distance = moment - (now or timezone.now())
    if abs(distance.days) >= RELATIVE_DAYS:
        return day(moment)
    if abs(distance.total_seconds()) < 45:
        return gettext("just now")
    return format_timedelta(distance, add_direction=True, locale=locale())


def lasted(duration: timedelta) -> str:
    """How long it took, in its two largest units ("1 hr 5 min", "3 min 20 sec"); below ten seconds with a decimal."""
    seconds = max(duration.total_seconds(), 0.0)
    if seconds < 10:
        return number(seconds, 1, unit="s")
    rest = round(seconds)
    counts = []
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        count, rest = divmod(rest, size)
        counts.append((unit, count))
    first = next(position for position, (_unit, count) in enumerate(counts) if count)
    shown = [pair for pair in counts[first : first + 2] if pair[1]]
    return " ".join(format_unit(count, f"duration-{unit}", "short", locale=locale()) for unit, count in shown)
