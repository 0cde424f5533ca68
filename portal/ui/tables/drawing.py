"""The rows of a list as HTML, written here and not in a template: a page holds hundreds of cells."""

from collections.abc import Callable
from typing import Any

from django.template import Context, Template
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from portal.ui.tables.listing import Cell, Listing, Row
from portal.ui.tables.table import Column

Draw = Callable[[Row, Cell], str]


def rows(context: Context, table: Listing) -> SafeString:
    """Every row of this page; a cell is drawn by its column's function, else by its template, else as it is shown."""
    first, *others = [(_opening(column), _drawing(context, column)) for column in table.columns]
    head = _naming(context, table.columns[0]) if not table.columns[0].draw else first[1]
    ticked = gettext("Tick %(row)s")
    found: list[str] = []
    for row in table.rows():
        found.append("<tr data-row>")
        if table.bulk:
            label = ticked % {"row": row.cells[0].value}
            found.append(format_html(_PICK, row.tick, table.id, label))
        found += ('<th scope="row" class="fw-normal">', head(row, row.cells[0]), "</th>")
        for (opening, draw), cell in zip(others, row.cells[1:], strict=True):
            found += ("\n", opening, draw(row, cell), "</td>")
        found.append("</tr>")
    # Every piece was escaped by whoever wrote it.
    return mark_safe("".join(found))  # noqa: S308


_PICK = (
    '<td class="pick"><label><input class="form-check-input" type="checkbox" name="row" value="{}" form="{}-bulk"'
    ' data-pick><span class="visually-hidden">{}</span></label></td>'
)


def only(cell: Cell, classes: str, shown: Any) -> SafeString:
    """A value that filters the list by itself."""
    return format_html('<a class="{}" href="{}" title="{}">{}</a>', classes, cell.only, _only_these(), shown)


def _only_these() -> str:
    return gettext("Show only these")


def _opening(column: Column) -> SafeString:
    kinds = (("num", column.numeric), (" wide", column.wide))
    classes = "".join(name for name, there in kinds if there)
    title = str(column.title) if isinstance(column.title, Promise) else column.title
    if classes:
        return format_html('<td class="{}" data-l="{}">', classes, title)
    return format_html('<td data-l="{}">', title)


def _drawing(context: Context, column: Column) -> Draw:
    if column.draw:
        return column.draw
    if column.template:
        return _templated(context, column.template)
    return lambda row, cell: only(cell, "only", cell.shown) if cell.only else format_html("{}", cell.shown)


def _naming(context: Context, column: Column) -> Draw:
    """The cell that names the row, and leads to its page."""
    if column.template:
        return _templated(context, column.template)

    def name(row: Row, cell: Cell) -> SafeString:
        if row.link:
            return format_html('<a class="name" href="{}">{}</a>', row.link, cell.shown)
        return format_html('<span class="name">{}</span>', cell.shown)

    return name


def _templated(context: Context, name: str) -> Draw:
    template: Template = context.template.engine.get_template(name)  # type: ignore[union-attr]

    def draw(row: Row, cell: Cell) -> str:
        with context.push(row=row.item, value=cell.value, only=cell.only, link=row.link):
            return str(template.render(context))

    return draw
