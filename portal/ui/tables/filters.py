"""What a list may be filtered by. A filter reads its values from the address, words them, and narrows the rows.

A value of a fixed choice that means nothing is as if it were not there; a thing that is not found (or that this person
may not see) keeps its own address as its name and finds nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext

from portal.people.models import User
from portal.registry import Text
from portal.ui import wording

Values = tuple[str, ...]
Rows = QuerySet[Any]
Ask = Callable[[str], Sequence[str]]
# More things than these are typed, not picked.
PICKED = 100
# What the address says when a filter that usually holds does not.
ANY = "all"


@dataclass(frozen=True, slots=True)
class Option:
    """One value that can be chosen: as the address writes it, as people read it, whether it is chosen."""

    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """How a filter is asked for: boxes to tick ("tick"), a list ("pick"), a text ("type") or two dates ("between")."""

    kind: str
    name: str
    title: Text
    options: Sequence[Option] = ()
    values: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """Some of a fixed set. `field` is compared, or `narrow(rows, values)` says what they mean.

    `usual`: the value that holds while the address says nothing; `?key=all` lifts it.
    """

    key: str
    title: Text
    choices: Iterable[tuple[str, Text]]
    field: str = ""
    narrow: Callable[[Rows, Values], Rows] | None = None
    usual: str = ""

    def read(self, ask: Ask) -> Values:
        """The values of the address that mean something, in the order of the choices."""
        asked = set(ask(self.key))
        if ANY in asked:
            return ()
        found = tuple(value for value, _label in self.choices if value in asked)
        return found or ((self.usual,) if self.usual else ())

    def pairs(self, values: Values) -> list[tuple[str, str]]:
        """How the address says these values."""
        if self.usual and values in ((), (self.usual,)):
            return [] if values else [(self.key, ANY)]
        return [(self.key, value) for value in values]

    def words(self, values: Values, user: User) -> str:
        """The values as a reader says them."""
        return ", ".join(str(label) for value, label in self.choices if value in values)

    def filtered(self, rows: Rows, values: Values, user: User) -> Rows:
        """Only the rows that have one of these values."""
        if not values:
            return rows
        return self.narrow(rows, values) if self.narrow else rows.filter(**{f"{self.field}__in": values})

    def panel(self, values: Values, user: User) -> Panel:
        """Boxes to tick."""
        options = [Option(value, str(label), value in values) for value, label in self.choices]
        return Panel("tick", self.key, self.title, options)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """Some things of the database: those of `source(user)`, which must be what this person may know of.

    `value` is unique and goes into the address, `label` is read. `field` leads from a row to the value.
    """

    key: str
    title: Text
    source: Callable[[User], Rows]
    field: str = ""
    narrow: Callable[[Rows, Values], Rows] | None = None
    value: str = "slug"
    label: str = "name"

    def read(self, ask: Ask) -> Values:
        """The values of the address, each once."""
        return tuple(dict.fromkeys(value.strip() for value in ask(self.key) if value.strip()))

    def pairs(self, values: Values) -> list[tuple[str, str]]:
        """How the address says these values."""
        return [(self.key, value) for value in values]

    def words(self, values: Values, user: User) -> str:
        """The names of the things; one query."""
        names = self._names(values, user)
        return ", ".join(names.get(value, value) for value in values)

    def filtered(self, rows: Rows, values: Values, user: User) -> Rows:
        """Only the rows that lead to one of these things."""
        if not values:
            return rows
        return self.narrow(rows, values) if self.narrow else rows.filter(**{f"{self.field}__in": values})

    def panel(self, values: Values, user: User) -> Panel:
        """A list to pick from while it is short, else a text to type."""
        first = list(self.source(user).order_by(self.label).values_list(self.value, self.label)[: PICKED + 1])
        options = [Option(str(value), str(label), str(value) in values) for value, label in first[:PICKED]]
        return Panel("type" if len(first) > PICKED else "pick", self.key, self.title, options, values)

    def _names(self, values: Values, user: User) -> dict[str, str]:
        if not values:
            return {}
        found = self.source(user).filter(**{f"{self.value}__in": values})
        return {str(value): str(label) for value, label in found.values_list(self.value, self.label)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """A span of days, each end optional, both counted in; days of the organisation's zone."""

    key: str
    title: Text
    field: str
    # The field holds days rather than moments.
    days: bool = False

    def read(self, ask: Ask) -> Values:
        """("2026-01-01", "") and the like; () when neither end is a day."""
        ends = tuple(_day(ask(f"{self.key}_{end}")) for end in ("from", "to"))
        return ends if any(ends) else ()

    def pairs(self, values: Values) -> list[tuple[str, str]]:
        """How the address says these values."""
        names = (f"{self.key}_from", f"{self.key}_to")
        return [(name, value) for name, value in zip(names, values, strict=False) if value]

    def words(self, values: Values, user: User) -> str:
        """ "from 1 May 2026 to 3 May 2026", or one of both ends."""
        first, last = (wording.day(date.fromisoformat(value)) if value else "" for value in values)
        if first and last:
            return gettext("from %(first)s to %(last)s") % {"first": first, "last": last}
        return gettext("since %(day)s") % {"day": first} if first else gettext("until %(day)s") % {"day": last}

    def filtered(self, rows: Rows, values: Values, user: User) -> Rows:
        """Only the rows of these days."""
        if not values:
            return rows
        first, last = (date.fromisoformat(value) if value else None for value in values)
        wanted = Q()
        if first:
            wanted &= Q(**{f"{self.field}__gte": first if self.days else _midnight(first)})
        if last:
            end = {f"{self.field}__lte": last} if self.days else {f"{self.field}__lt": _midnight(last, 1)}
            wanted &= Q(**end)
        return rows.filter(wanted)

    def panel(self, values: Values, user: User) -> Panel:
        """Two days."""
        return Panel("between", self.key, self.title, values=values or ("", ""))


Filter = Choices | Pick | Between


def _day(texts: Sequence[str]) -> str:
    """The last of these texts if it is a day, else nothing."""
    try:
        found = parse_date(texts[-1]) if texts else None
    except ValueError:
        return ""
    return found.isoformat() if found and 1900 <= found.year <= 9000 else ""


def _midnight(day: date, later: int = 0) -> datetime:
    return datetime.combine(day + timedelta(days=later), time(), tzinfo=timezone.get_default_timezone())
