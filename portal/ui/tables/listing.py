"""A list as one reader asked for it: the rows of a page, and every link around them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, IntegerField, OrderBy, Q, Subquery
from django.http import HttpRequest
from django.utils.translation import override

from portal import clock
from portal.people.models import User
from portal.registry import Text
from portal.saved_views.models import SavedView
from portal.ui.tables import cells
from portal.ui.tables.filters import Panel, Rows
from portal.ui.tables.state import DENSITIES, SIZES, State
from portal.ui.tables.table import Bulk, Column, Order, Table

# Rows are counted up to here, and can be paged through up to there: a deep page stays quick.
COUNTED = 100_000
REACHED = 10_000
VIEWS_SHOWN = 6


class Counted(Subquery):
    """How many rows a query has, beside the rows of another: PostgreSQL counts them once."""

    template = "(SELECT count(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


@dataclass(frozen=True, slots=True)
class Heading:
    """A column as its heading shows it: `sorted` is "ascending", "descending" or nothing."""

    column: Column
    sorted: str
    link: str


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that holds, in words, and the address without it."""

    title: Text
    words: str
    link: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell; `only` is the address of the list filtered by its value."""

    column: Column
    value: Any
    only: str = ""

    @property
    def shown(self) -> str:
        """The value as people read it."""
        return cells.shown(self.value)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: what it is (`item`), its key for bulk verbs, its page, its cells."""

    item: Any
    pk: Any
    tick: str
    link: str
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class ViewLink:
    """A saved view, or one that everybody has."""

    name: Text
    link: str
    active: bool
    default: bool = False


class Listing:
    """`Listing(TABLE, request, rows)`: `rows` is all that this person may see. Nothing is read before it is shown."""

    def __init__(self, table: Table, request: HttpRequest, rows: Rows, *, as_of: datetime | None = None) -> None:
        assert isinstance(request.user, User)  # noqa: S101 LoginRequiredMiddleware let it through
        self.table, self.request, self.all, self.user = table, request, rows, request.user
        self.state = State.of(table, request.GET)
        self.as_of, self.now = as_of, clock.now()
        # Filter and value → the address of the list with it: the same for many rows.
        self._links: dict[tuple[str, str], str] = {}

    @property
    def id(self) -> str:
        """Of the element that is replaced."""
        return f"list-{self.table.key}"

    # --- rows ------------------------------------------------------------------------------------------------------
    @cached_property
    def found(self) -> Rows:
        """The rows that are asked for, in no order."""
        rows = self.all
        for each in self.table.filters:
            rows = each.filtered(rows, self.state.filters[each.key], self.user)
        if self.state.q:
            wanted = Q()
            for field in self.table.search:
                wanted |= Q(**{f"{field}__icontains": self.state.q})
            rows = rows.filter(wanted)
        return rows

    @property
    def ordered(self) -> Rows:
        """The rows that are asked for, in the order that is asked for; equals by their key, so that pages are whole."""
        key = self.state.sort
        column = self.table.column(key.removeprefix("-"))
        orders = [] if column is None or column.sort is None else [_ordered(column.sort, key.startswith("-"))]
        return self.found.order_by(*orders, *self.table.then, "pk")

    @cached_property
    def _read(self) -> tuple[int, list[Any]]:
        """How many rows are asked for, and those of this page; counted with them in one query."""
        size = self.state.size
        asked = min(self.state.page, REACHED // size)
        counted = Counted(self.found.order_by().values("pk")[: COUNTED + 1])
        start = (asked - 1) * size
        rows = list(self.ordered.annotate(_counted=counted)[start : start + size])
        if rows:
            return rows[0]._counted, rows
        # A page after the last one shows the last one.
        number = self.found.order_by()[: COUNTED + 1].count() if asked > 1 else 0
        start = (max(1, -(-min(number, REACHED) // size)) - 1) * size
        return number, list(self.ordered[start : start + size]) if number else []

    @property
    def count(self) -> int:
        """How many rows are asked for; counting stops after COUNTED."""
        return self._read[0]

    @property
    def uncounted(self) -> bool:
        """Whether there are more than were counted."""
        return self.count > COUNTED

    @property
    def pages(self) -> int:
        """How many pages can be opened."""
        return max(1, -(-min(self.count, REACHED) // self.state.size))

    @property
    def page(self) -> int:
        """The page shown: the last one when a later one is asked for."""
        return max(1, min(self.state.page, self.pages))

    @property
    def first(self) -> int:
        """Place of the first row shown, from 1; 0 when there is none."""
        return (self.page - 1) * self.state.size + 1 if self.count else 0

    @property
    def last(self) -> int:
        """Place of the last row shown."""
        return min(self.page * self.state.size, self.count)

    @property
    def beyond(self) -> bool:
        """Whether there are rows that no page reaches."""
        return self.count > self.pages * self.state.size

    @cached_property
    def items(self) -> list[Any]:
        """What the rows of this page are."""
        return list(self.table.dress(self._read[1]))

    @cached_property
    def columns(self) -> list[Column]:
        """The columns shown, in order; the first is always among them."""
        first, *others = self.table.columns
        return [first, *(column for column in others if column.key in self.state.columns)]

    def rows(self) -> Iterator[Row]:
        """The rows of this page, drawn."""
        for item in self.items:
            yield Row(
                item=item,
                pk=getattr(item, "pk", None),
                tick=self.table.tick(item) if self.table.bulk else "",
                link=self.table.link(item) if self.table.link else "",
                cells=[self._cell(column, item) for column in self.columns],
            )

    def _cell(self, column: Column, item: Any) -> Cell:
        value = column.value(item)
        only = column.filters_by(item) if column.filter and column.filters_by else ""
        if only and (column.filter, only) not in self._links:
            self._links[column.filter, only] = self.state.with_filter(column.filter, (only,))
        return Cell(column, value, self._links[column.filter, only] if only else "")

    # --- around the rows -------------------------------------------------------------------------------------------
    @property
    def headings(self) -> list[Heading]:
        """The headings of the columns shown; a second click sorts the other way round."""
        return [self._heading(column) for column in self.columns]

    def _heading(self, column: Column) -> Heading:
        if column.sort is None:
            return Heading(column, "", "")
        way = {column.key: "ascending", f"-{column.key}": "descending"}.get(self.state.sort, "")
        return Heading(column, way, self.state.link(sort=f"-{column.key}" if way == "ascending" else column.key))

    @cached_property
    def chips(self) -> list[Chip]:
        """The filters that hold; one query for each that names things of the database."""
        held = [(each, self.state.filters[each.key]) for each in self.table.filters]
        return [
            Chip(each.title, each.words(values, self.user), self.state.with_filter(each.key, ()))
            for each, values in held
            if values
        ]

    @property
    def clear_link(self) -> str:
        """The address with nothing filtered."""
        return self.state.without_filters()

    @cached_property
    def panels(self) -> list[Panel]:
        """The filters to choose from."""
        return [each.panel(self.state.filters[each.key], self.user) for each in self.table.filters]

    def hidden(self, *left_out: str) -> list[tuple[str, str]]:
        """The parameters that a form carries along, but for these."""
        names = {self.table.prefix + name for name in left_out}
        return [(name, value) for name, value in self.state.pairs() if name not in names]

    @property
    def hidden_of_search(self) -> list[tuple[str, str]]:
        """What the search box carries along."""
        return self.hidden("q")

    @property
    def hidden_of_filters(self) -> list[tuple[str, str]]:
        """What the panel of filters carries along; picked things stay, others are added to them."""
        asked = {name for each in self.panels for name in _names(each)}
        return self.hidden(*asked)

    @property
    def hidden_of_display(self) -> list[tuple[str, str]]:
        """What the panel of columns carries along."""
        return self.hidden("columns", "sort", "size", "density")

    @property
    def sorts(self) -> list[tuple[str, Column, bool]]:
        """Every order there is: its value, its column, whether it goes down."""
        able = [column for column in self.table.columns if column.sort is not None]
        return [(f"{sign}{column.key}", column, bool(sign)) for column in able for sign in ("", "-")]

    @property
    def sizes(self) -> Sequence[int]:
        """How many rows a page may have."""
        return SIZES

    @property
    def densities(self) -> Sequence[str]:
        """How close the rows may be."""
        return DENSITIES

    def link_to(self, page: int) -> str:
        """The address of another page."""
        return self.state.link(page=page)

    @property
    def previous_link(self) -> str:
        """The page before, or nothing."""
        return self.link_to(self.page - 1) if self.page > 1 else ""

    @property
    def next_link(self) -> str:
        """The page after, or nothing."""
        return self.link_to(self.page + 1) if self.page < self.pages else ""

    @property
    def here(self) -> str:
        """The address of what is shown, without a panel."""
        return self.state.link(page=self.page)

    @property
    def filters_link(self) -> str:
        """The panel of filters, opened or closed again."""
        return self.here if self.state.panel == "filters" else self.state.link(page=self.page, panel="filters")

    @property
    def display_link(self) -> str:
        """The panel of columns, opened or closed again."""
        return self.here if self.state.panel == "display" else self.state.link(page=self.page, panel="display")

    def export_link(self, kind: str) -> str:
        """Where the file is: the same address, and the kind of file."""
        query = self.state.query()
        return f"?{query}&{self.table.prefix}export={kind}" if query else f"?{self.table.prefix}export={kind}"

    @property
    def csv_link(self) -> str:
        """Where the CSV file is."""
        return self.export_link("csv")

    @property
    def xlsx_link(self) -> str:
        """Where the workbook is."""
        return self.export_link("xlsx")

    # --- views -----------------------------------------------------------------------------------------------------
    @cached_property
    def saved(self) -> list[SavedView]:
        """The views of this very list that this person may use, one's own default first (one query for a page)."""
        read: list[SavedView] | None = getattr(self.request, "_saved_views", None)
        if read is None:
            read = list(SavedView.objects.for_page(self.user, self.request.path))
            self.request._saved_views = read  # type: ignore[attr-defined]
        return [view for view in read if view.list_key == self.table.key][: VIEWS_SHOWN + 1]

    @property
    def views(self) -> list[ViewLink]:
        """The views to choose from: everybody's, then the saved ones."""
        now = self.state.query()
        usual = [ViewLink(each.name, f"?{each.query}", each.query == now) for each in self.table.presets]
        own = [ViewLink(v.name, v.address, v.query == now, _is_default(v)) for v in self.saved[:VIEWS_SHOWN]]
        return usual + own

    @property
    def more_views(self) -> bool:
        """Whether not all saved views are shown."""
        return len(self.saved) > VIEWS_SHOWN

    @property
    def is_saved(self) -> bool:
        """Whether what is shown is a view already, or the usual."""
        return not self.state.query() or any(view.active for view in self.views)

    @property
    def save_query(self) -> str:
        """What the page that saves a view is told."""
        # In English: a view is read in other languages than the one it was saved in.
        with override("en"):
            told = {"path": self.request.path, "list": self.table.key, "title": str(self.table.title)}
        return urlencode({**told, "query": self.state.query()})

    @property
    def default_query(self) -> str:
        """The query of this person's default view, or nothing."""
        return next((view.query for view in self.saved if _is_default(view)), "")

    @property
    def bulk(self) -> Sequence[Bulk]:
        """What can be done to several rows."""
        return self.table.bulk


def _ordered(key: Order, down: bool) -> OrderBy:
    expression = F(key) if isinstance(key, str) else key
    return OrderBy(expression, descending=down, nulls_last=True)


def _is_default(view: SavedView) -> bool:
    """What `for_list` said of it."""
    return bool(getattr(view, "is_default", False))


def _names(panel: Panel) -> tuple[str, ...]:
    return (f"{panel.name}_from", f"{panel.name}_to") if panel.kind == "between" else (panel.name,)
