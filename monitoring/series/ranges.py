"""The stretch of time a page shows, as its address says: ?range=30 (days before the last point) or ?from= and ?to=."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CHOICES: dict[str, Promise] = {
    "7": _("7 days"),
    "30": _("30 days"),
    "90": _("90 days"),
    "365": _("1 year"),
    "all": _("All"),
}
DEFAULT = "all"


@dataclass(frozen=True, slots=True)
class Stretch:
    """[start, end], the choice it came from ("" when dates were given), and the query that asks for it again."""

    start: datetime
    end: datetime
    choice: str
    query: str


def chosen(asked: Mapping[str, str], first: datetime, last: datetime) -> Stretch:
    """The stretch asked for, within what is known to exist; what cannot be read falls back on everything."""
    begin, finish = _day(asked.get("from", "")), _day(asked.get("to", ""))
    if begin or finish:
        start = _midnight(begin) if begin else first
        end = _midnight(finish + timedelta(days=1)) - timedelta(microseconds=1) if finish else last
        if start <= end:
            pairs = [("from", begin), ("to", finish)]
            return Stretch(start, end, "", "&".join(f"{name}={one.isoformat()}" for name, one in pairs if one))
    choice = asked.get("range", DEFAULT)
    if choice not in CHOICES or choice == DEFAULT:
        return Stretch(first, last, DEFAULT, f"range={DEFAULT}")
    return Stretch(max(first, last - timedelta(days=int(choice))), last, choice, f"range={choice}")


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if date(1900, 1, 1) <= found <= date(2200, 1, 1) else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=timezone.get_current_timezone()).astimezone(UTC)
