"""A list as a file: every row that is asked for (up to a bound, and it says so), under a block that says what it is.

CSV is streamed. A workbook is written row by row.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from portal.ui import sheets, wording, workbook
from portal.ui.tables import cells
from portal.ui.tables.listing import Listing
from portal.ui.tables.table import Column

# A workbook is whole before its first byte leaves, so it holds fewer.
MOST = {"csv": 100_000, "xlsx": 20_000}
PIECE = 1_000


def about(listing: Listing, kind: str) -> list[tuple[str, str]]:
    """What the file is: title, filters in words, order, who, when, time zone, address, date of the data, rows."""
    column = listing.table.column(listing.state.sort.removeprefix("-"))
    way = _("descending") if listing.state.sort.startswith("-") else _("ascending")
    filters = [wording.labelled(chip.title, chip.words) for chip in listing.chips]
    if listing.state.q:
        filters.append(_("Search: %(text)s") % {"text": listing.state.q})
    as_of = _("as of now (%(moment)s)") % {"moment": wording.minute(listing.now)}
    most = MOST[kind]
    count = wording.number(min(listing.count, most))
    if listing.count > most:
        count = _("the first %(number)s; there are more: filter for the rest") % {"number": count}
    return [
        (_("List"), str(listing.table.title)),
        (_("Filters"), wording.clauses(filters) or _("none")),
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
    """The list as a workbook."""
    titles = [str(column.title) for column in columns(listing)]
    return workbook.answer(_name(listing), about(listing, "xlsx"), titles, lines(listing, "xlsx"))


def _name(listing: Listing) -> str:
    return f"{listing.table.key}-{timezone.localdate(listing.now).isoformat()}"


KINDS: dict[str, Callable[[Listing], HttpResponseBase]] = {"csv": as_csv, "xlsx": as_xlsx}
