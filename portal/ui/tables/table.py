"""How a list is declared: its columns, filters, search and bulk verbs. One `Table` per list, at module level."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Expression, F

from portal.people.models import User
from portal.registry import Text, Tone
from portal.ui.tables.filters import Filter

Order = str | Expression | F


class Pill(NamedTuple):
    """A state as a cell: its tone and its word."""

    tone: Tone
    label: Text

    def __str__(self) -> str:
        return str(self.label)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column. `value(row)` is what an export writes and, without `template`, what the cell shows.

    A value is a text, number, day, moment, Pill, yes or no, or None (unknown). `template` draws the cell from `row`,
    `value` and `only`: the address of the list filtered by it; `draw(row, cell)` does the same in Python, for the lists
    that are opened most. The first column names the row and is always shown.
    """

    key: str
    title: Text
    value: Callable[[Any], Any]
    template: str = ""
    draw: Callable[[Any, Any], str] | None = None
    # What the rows are ordered by; nothing: this column sorts nothing.
    sort: Order | None = None
    hidden: bool = False
    # The filter that a click on the value sets, and the value it sets.
    filter: str = ""
    filters_by: Callable[[Any], str] | None = None
    numeric: bool = False
    # Not in files: buttons, links.
    exported: bool = True
    # Needs a whole line on a phone.
    wide: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk:
    """A verb for several rows: the very action of one row, called once for each in a transaction of its own."""

    key: str
    label: Text
    icon: str
    act: Callable[[Any, User], object]
    quiet: bool = False


class Preset(NamedTuple):
    """A view that everybody has: its name and its query string."""

    name: Text
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A list. `key` names it in saved views and files, and must be unique in a page."""

    key: str
    title: Text
    columns: Sequence[Column]
    # The usual order: a column's key, "-" before it for the other way round; `then` settles what is equal.
    order: str
    then: Sequence[Order] = ()
    filters: Sequence[Filter] = ()
    # Fields in which the search box looks for a part of a text.
    search: Sequence[str] = ()
    search_label: Text = ""
    # Where the row's own page is.
    link: Callable[[Any], str] | None = None
    bulk: Sequence[Bulk] = ()
    # What stands for all that a row says: a bulk verb leaves a row that says something else than when it was ticked.
    seen: Callable[[Any], str] | None = None
    presets: Sequence[Preset] = ()
    # Rows of a page, or of a piece of a file, from the database's rows, in a fixed number of queries.
    dress: Callable[[Sequence[Any]], Iterable[Any]] = list
    # Parameters of the page itself that links keep.
    keeps: Sequence[str] = ()
    # Before every parameter, where a page has two lists.
    prefix: str = ""
    size: int = 50

    def tick(self, row: Any) -> str:
        """What the box of a row sends: its key, and what it said."""
        return f"{row.pk} {self.seen(row)}" if self.seen else str(row.pk)

    def column(self, key: str) -> Column | None:
        """The column of this key, if there is one."""
        return next((column for column in self.columns if column.key == key), None)
