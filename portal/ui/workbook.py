"""Rows as a workbook, written row by row to a temporary file; its cells are typed."""

import tempfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.http import FileResponse
from django.http.response import HttpResponseBase

from portal.ui import sheets

# Widest column, in characters.
WIDTH = 24
MOST_IN_A_CELL = 32_767
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def answer(
    name: str, about: Sequence[tuple[str, str]], headings: Sequence[str], rows: Iterable[Sequence[Any]]
) -> HttpResponseBase:
    """A workbook to download: what it is, the headings, the rows.

    Numbers, days and moments are what they are; no text runs as a formula.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 FileResponse closes it
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, {**options, "remove_timezone": True})
    _write(book, about, headings, rows)
    book.close()
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)


def _write(book: Any, about: Sequence[tuple[str, str]], headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True})
    formats = {
        "text": book.add_format({"quote_prefix": True}),
        "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    sheet.set_column(0, len(headings), WIDTH)
    for row, (title, text) in enumerate(about):
        sheet.write_string(row, 0, title, bold)
        sheet.write_string(row, 1, text, formats["text"] if text.startswith(sheets.RUNS) else None)
    top = len(about) + 1
    for place, heading in enumerate(headings):
        sheet.write_string(top, place, heading, bold)
    sheet.freeze_panes(top + 1, 1)
    for row, line in enumerate(rows, start=top + 1):
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
        sheet.write(row, place, value if Decimal(value).is_finite() else str(value))
    else:
        text = str(value)[:MOST_IN_A_CELL]
        sheet.write_string(row, place, text, formats["text"] if text.startswith(sheets.RUNS) else None)
