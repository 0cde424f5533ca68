"""What the address of a list asks for. A value that means nothing is as if it were not there."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from portal.ui.tables.filters import Values
from portal.ui.tables.table import Table

SIZES = (25, 50, 100, 200)
DENSITIES = ("comfortable", "compact")
PANELS = ("filters", "display")
LONGEST = 200
MANY = 50


@dataclass(frozen=True, slots=True)
class State:
    """The wishes of a reader: search, filters, order, columns, page, size of a page, density, open panel."""

    table: Table
    q: str
    filters: Mapping[str, Values]
    sort: str
    columns: tuple[str, ...]
    size: int
    density: str
    page: int
    panel: str
    kept: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, table: Table, query: QueryDict) -> "State":
        """Read a query string."""

        def several(name: str) -> list[str]:
            return [text.replace("\x00", "")[:LONGEST] for text in query.getlist(table.prefix + name)[:MANY]]

        def one(name: str) -> str:
            return (several(name) or [""])[-1].strip()

        sort, size = one("sort"), one("size")
        column = table.column(sort.removeprefix("-"))
        asked = {key for text in query.getlist(table.prefix + "columns")[:MANY] for key in text.split(",")}
        return cls(
            table=table,
            q=one("q"),
            filters={each.key: each.read(several) for each in table.filters},
            sort=sort if column is not None and column.sort is not None else table.order,
            columns=tuple(c.key for c in table.columns if c.key in asked) or usual_columns(table),
            size=int(size) if size in map(str, SIZES) else table.size,
            density=one("density") if one("density") in DENSITIES else DENSITIES[0],
            page=int(one("page")) if one("page").isdecimal() and len(one("page")) < 9 else 1,
            panel=one("panel") if one("panel") in PANELS else "",
            kept=tuple((name, str(query[name])[:LONGEST]) for name in table.keeps if query.get(name)),
        )

    @property
    def narrowed(self) -> bool:
        """Whether anything is searched for or filtered, beyond the usual."""
        return bool(self.q) or any(each.pairs(self.filters[each.key]) for each in self.table.filters)

    def pairs(self) -> list[tuple[str, str]]:
        """Everything but the page, the panel and what is usual, as names and values."""
        table = self.table
        own = [("q", self.q)] if self.q else []
        own += [pair for each in table.filters for pair in each.pairs(self.filters[each.key])]
        own += [("sort", self.sort)] if self.sort != table.order else []
        own += [("columns", ",".join(self.columns))] if self.columns != usual_columns(table) else []
        own += [("size", str(self.size))] if self.size != table.size else []
        own += [("density", self.density)] if self.density != DENSITIES[0] else []
        return [*self.kept, *((table.prefix + name, value) for name, value in own)]

    def query(self) -> str:
        """The query string of this state without its page: what a saved view keeps."""
        return urlencode(self.pairs(), safe=",")

    def link(self, **changes: Any) -> str:
        """The address of this state with changes; the first page, no panel, unless they say otherwise."""
        other = replace(self, **{"page": 1, "panel": "", **changes})
        prefix = self.table.prefix
        more = [(prefix + "page", str(other.page))] if other.page > 1 else []
        more += [(prefix + "panel", other.panel)] if other.panel else []
        # An address that says nothing opens one's default view: that of the plain list says its page.
        return "?" + (urlencode([*other.pairs(), *more], safe=",") or f"{prefix}page=1")

    def with_filter(self, key: str, values: Values) -> str:
        """The address with one filter set to these values."""
        return self.link(filters={**self.filters, key: values})

    def without_filters(self) -> str:
        """The address with nothing searched for and every filter lifted."""
        return self.link(q="", filters=dict.fromkeys(self.filters, ()))


def usual_columns(table: Table) -> tuple[str, ...]:
    """The columns that are shown unless the reader chooses."""
    return tuple(column.key for column in table.columns if not column.hidden)
