"""A list as a file: every row that is asked for (up to a bound, and it says so), under a block that says what it is.

CSV is streamed. A workbook is written row by row to a temporary file; its cells are typed.
"""

import csv
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

import xlsxwriter
from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from portal.ui import sheets, wording
from portal.ui.tables import cells
from portal.ui.tables.listing import Listing
from portal.ui.tables.table import Column

# A workbook is whole before its first byte leaves, so it holds fewer.
MOST = {"csv": 100_000, "xlsx": 20_000}
PIECE = 1_000
# Widest column of a workbook, in characters.
WIDTH = 24
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def about(listing: Listing, kind: str) -> list[tuple[str, str]]:
    """What the file is: title, filters in words, order, who, when, time zone, address, date of the data, rows."""
    column = listing.table.column(listing.state.sort.removeprefix("-"))
    way = _("descending") if listing.state.sort.startswith("-") else _("ascending")
    filters = [f"{chip.title}: {chip.words}" for chip in listing.chips]
    if listing.state.q:
        filters.append(_("Search: %(text)s") % {"text": listing.state.q})
    as_of = _("as of now (%(moment)s)") % {"moment": wording.minute(listing.now)}
    most = MOST[kind]
    count = wording.number(min(listing.count, most))
    if listing.count > most:
        count = _("the first %(number)s; there are more: filter for the rest") % {"number": count}
    return [
        (_("List"), str(listing.table.title)),
        (_("Filters"), "; ".join(filters) or _("none")),
        (_("Order"), f"{column.title}, {way}" if column else _("the list's own")),
        (_("Exported by"), str(listing.user)),
        (_("Exported at"), wording.minute(timezone.now())),
        (_("Time zone"), timezone.get_current_timezone_name()),
        (_("Address"), listing.request.build_absolute_uri(listing.here)),
        (_("Data"), wording.minute(listing.as_of) if listing.as_of else as_of),
        (_("Rows"), count),
    ]


def columns(listing: Listing) -> list[Column]:
    """The columns shown that a file can hold."""
    return [column for column in listing.columns if column.exported]


def lines(listing: Listing, kind: str) -> Iterator[list[Any]]:
    """The rows, as typed values; read from the database in pieces."""
    wanted = columns(listing)
    language = translation.get_language()
    rows = listing.ordered[: MOST[kind]].iterator(chunk_size=PIECE)
    while piece := list(islice(rows, PIECE)):
        # A response is streamed after the request has ended: its language is said again.
        with translation.override(language):
            dressed = [[cells.written(c.value(item)) for c in wanted] for item in listing.table.dress(piece)]
        yield from dressed


def as_csv(listing: Listing) -> HttpResponseBase:
    """The list as CSV, streamed: a byte-order mark for spreadsheets, ISO 8601 dates, a point in numbers."""
    block = about(listing, "csv")
    titles = [str(column.title) for column in columns(listing)]
    texts = _texts([*block, (), titles], lines(listing, "csv"))
    answer = StreamingHttpResponse(texts, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{_name(listing)}.csv"'
    return answer


def _texts(head: Iterable[Iterable[str]], rows: Iterable[list[Any]]) -> Iterator[str]:
    buffer = io.StringIO("\ufeff")
    buffer.seek(0, io.SEEK_END)
    writer = csv.writer(buffer)
    writer.writerows([sheets.harmless(text) for text in line] for line in head)
    for number, row in enumerate(rows):
        writer.writerow(map(_text, row))
        if number % PIECE == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return sheets.harmless(value) if isinstance(value, str) else str(value)


def as_xlsx(listing: Listing) -> HttpResponseBase:
    """The list as a workbook: numbers, days and moments are what they are; no text runs as a formula."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 FileResponse closes it
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, {**options, "remove_timezone": True})
    _write(book, listing)
    book.close()
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{_name(listing)}.xlsx", content_type=XLSX)


def _write(book: Any, listing: Listing) -> None:
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True})
    formats = {
        "text": book.add_format({"quote_prefix": True}),
        "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    wanted = columns(listing)
    sheet.set_column(0, len(wanted), WIDTH)
    block = about(listing, "xlsx")
    for row, (title, text) in enumerate(block):
        sheet.write_string(row, 0, title, bold)
        sheet.write_string(row, 1, text, formats["text"] if text.startswith(sheets.RUNS) else None)
    top = len(block) + 1
    for place, column in enumerate(wanted):
        sheet.write_string(top, place, str(column.title), bold)
    sheet.freeze_panes(top + 1, 1)
    for row, line in enumerate(lines(listing, "xlsx"), start=top + 1):
        for place, value in enumerate(line):
            _put(sheet, row, place, value, formats)


def _put(sheet: Any, row: int, place: int, value: Any, formats: dict[str, Any]) -> None:
    if value is None:
        return
    if isinstance(value, datetime):
        sheet.write_datetime(row, place, value, formats["moment"])
    elif isinstance(value, date):
        sheet.write_datetime(row, place, value, formats["day"])
    elif isinstance(value, int | float | Decimal):
        sheet.write(row, place, value if _is_finite(value) else str(value))
    else:
        # A workbook holds 32,767 characters in a cell.
        text = str(value)[:32_767]
        sheet.write_string(row, place, text, formats["text"] if text.startswith(sheets.RUNS) else None)


def _is_finite(value: int | float | Decimal) -> bool:
    return Decimal(value).is_finite()


def _name(listing: Listing) -> str:
    return f"{listing.table.key}-{timezone.localdate(listing.now).isoformat()}"


KINDS: dict[str, Callable[[Listing], HttpResponseBase]] = {"csv": as_csv, "xlsx": as_xlsx}
