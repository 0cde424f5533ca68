"""Rows of measurements as people and machines send them, read with one problem per line. Knows no table."""

import csv
import io
import math
import re
from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from portal.errors import BadInput, Problem
from usecases.kpis import counts

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 20_000
# What a person can read; the sentence above says how many there are in all.
MAX_PROBLEMS = 100
MAX_SIZE = 1e15
MAX_N = 2_147_483_647

ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement, read. The period is half-open; `site_id` None means all sites together."""

    period_start: date
    period_end: date
    site_id: int | None
    value: float
    n: int | None
    standard_error: float | None
    reference_value: float | None
    reference_standard_error: float | None
    reference_n: int | None = None
    conversions: int | None = None
    reference_conversions: int | None = None
    numerator: float | None = None
    denominator: float | None = None

    @property
    def key(self) -> tuple[int | None, date]:
        """What makes it the same measurement as another."""
        return self.site_id, self.period_start


COLUMNS = (
    "period_start",
    "period_end",
    "site",
    "value",
    "n",
    "standard_error",
    "reference_value",
    "reference_standard_error",
    "reference_n",
    "conversions",
    "reference_conversions",
    "numerator",
    "denominator",
)
FACTS = tuple(field.name for field in fields(Row) if field.name not in ("site_id", "period_start"))


class _Wrong(Exception):
    """A cell that cannot be read, with the sentence that says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a file: all of them, those that hold words (no decimal mark), those that must be there."""

    columns: Sequence[str]
    words: Sequence[str]
    required: Sequence[str]
    # One of these must be there, too.
    either: Sequence[str] = ()


# A value can be made of counts when it is not given itself.
MEASUREMENTS = Layout(
    COLUMNS, ("period_start", "period_end", "site"), ("period_start",), ("value", "conversions", "numerator")
)


def parse_csv(content: bytes, layout: Layout | None = None) -> tuple[list[dict[str, str]], list[int]]:
    """The rows of a CSV file and the line of each (the header is line 1); of measurements unless a layout is given.

    Separator: the comma, or the semicolon when the header has one; then a comma may also be the decimal mark.
    Raises BadInput when the file is too big, not UTF-8, not CSV, has no row, or a column nobody knows.
    """
    layout = layout or MEASUREMENTS
    if len(content) > MAX_BYTES:
        raise BadInput(_("The file is over 5 MiB: cut it into several."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(_("The file is not UTF-8 text: save it as “CSV UTF-8”.")) from error
    separator = ";" if ";" in text.split("\n", 1)[0] else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[dict[str, str]] = []
    lines: list[int] = []
    problems: list[Problem] = []
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        _check_header(header, layout)
        start = reader.line_num + 1
        for cells in reader:
            line, start = start, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) > len(header):
                problems.append(Problem("", _("More cells than the header has columns."), line))
                continue
            rows.append(dict(zip(header, _decimal_points(cells, header, separator, layout), strict=False)))
            lines.append(line)
    except csv.Error as error:
        raise BadInput(
            _("The file stops being CSV at line %(line)s.") % {"line": reader.line_num},
            [Problem("", str(error), reader.line_num)],
        ) from error
    if problems:
        raise refusal(problems)
    if not rows:
        raise BadInput(_("The file has a header and no row."))
    return rows, lines


def read(
    rows: Sequence[Mapping[str, Any]],
    lines: Sequence[int],
    *,
    period_of: Callable[[date], date],
    sites: Mapping[str, int],
    today: date,
    scale: float = 1,
) -> list[Row]:
    """Read every row, or raise BadInput with what is wrong on each line.

    `period_of` gives the end of a full period from its start; `sites` maps the lower-case name or slug of each site
    served to its key; `scale` is what a rate is given per (100 for "per 100").
    """
    if len(rows) > MAX_ROWS:
        raise BadInput(_("More than %(limit)s rows at once: send them in several times.") % {"limit": MAX_ROWS})
    if not rows:
        raise BadInput(_("There is no measurement in what was sent."))
    found: list[Row] = []
    problems: list[Problem] = []
    first_line: dict[tuple[int | None, date], int] = {}
    for line, raw in zip(lines, rows, strict=True):
        row, wrong = _read_row(raw, line, period_of, sites, today, scale)
        problems += wrong
        if row is None:
            continue
        if row.key in first_line:
            sentence = _("The same period and site as line %(line)s.") % {"line": first_line[row.key]}
            problems.append(Problem("period_start", sentence, line))
        first_line.setdefault(row.key, line)
        found.append(row)
    if problems:
        raise refusal(problems)
    return found


def refusal(problems: Sequence[Problem]) -> BadInput:
    """All that is wrong as one refusal: how many lines in the sentence, the first hundred problems below."""
    lines = len({problem.line for problem in problems})
    sentence = _("Nothing was kept: %(lines)s lines need a correction.") % {"lines": lines}
    if lines == 1:
        sentence = _("Nothing was kept: one line needs a correction.")
    return BadInput(sentence, problems[:MAX_PROBLEMS])


def week_end(start: date) -> date:
    """The first day after the week that begins on `start`."""
    return start + timedelta(days=7)


def month_end(start: date) -> date:
    """The same day of the next month, or its last day when it is shorter."""
    year, month = start.year + start.month // 12, start.month % 12 + 1
    return date(year, month, min(start.day, monthrange(year, month)[1]))


def _check_header(header: list[str], layout: Layout) -> None:
    unknown = [name for name in header if name not in layout.columns]
    known = _("The columns are: %(columns)s.") % {"columns": ", ".join(layout.columns)}
    problems = [Problem(name, _("This column is not known.") + " " + known, 1) for name in unknown]
    problems += [
        Problem(name, _("This column is missing.") + " " + known, 1)
        for name in (*layout.required, *(() if set(layout.either).intersection(header) else layout.either[:1]))
        if name not in header
    ]
    problems += [
        Problem(name, _("This column is there twice."), 1) for name in layout.columns if header.count(name) > 1
    ]
    if problems:
        raise refusal(problems)


def _decimal_points(cells: list[str], header: list[str], separator: str, layout: Layout) -> list[str]:
    """With semicolons between cells, a comma inside a number is its decimal mark."""
    if separator == ",":
        return cells
    return [
        cell if name in layout.words else cell.replace(",", ".", 1) for name, cell in zip(header, cells, strict=False)
    ]


def _read_row(
    raw: Mapping[str, Any],
    line: int,
    period_of: Callable[[date], date],
    sites: Mapping[str, int],
    today: date,
    scale: float,
) -> tuple[Row | None, list[Problem]]:
    problems: list[Problem] = [
        Problem(str(name)[:40], _("This field is not known."), line) for name in raw if name not in COLUMNS
    ]
    values: dict[str, Any] = {}
    readers: dict[str, Callable[[Any], Any]] = {
        "period_start": _required(_date),
        "period_end": _date,
        "site": lambda cell: _site(cell, sites),
        "value": _number,
        "n": _count,
        "standard_error": _error,
        "reference_value": _number,
        "reference_standard_error": _error,
        "reference_n": _count,
        "conversions": _whole,
        "reference_conversions": _whole,
        "numerator": _number,
        "denominator": _number,
    }
    for name, reader in readers.items():
        try:
            values[name] = reader(_cell(raw.get(name)))
        except _Wrong as wrong:
            problems.append(Problem(name, wrong.sentence, line))
    if problems:
        return None, problems
    start, end = values["period_start"], values["period_end"]
    try:
        full = period_of(start)
        _check_period(start, end or full, full, today)
    except (OverflowError, ValueError):
        return None, [Problem("period_start", _("This date is too far away."), line)]
    except _Wrong as wrong:
        return None, [Problem("period_end" if end else "period_start", wrong.sentence, line)]
    problems = [Problem(name, sentence, line) for name, sentence in counts.complete(values, scale).items()]
    if problems:
        return None, problems
    site_id = values.pop("site")
    values["period_end"] = end or full
    return Row(site_id=site_id, **values), []


def _check_period(start: date, end: date, full: date, today: date) -> None:
    if end <= start:
        raise _Wrong(_("The period ends before it begins: its end is the first day after it."))
    if end > full:
        raise _Wrong(_("Longer than the cadence of this KPI: it ends on %(end)s at the latest.") % {"end": full})
    if start > today:
        raise _Wrong(_("The period has not begun yet."))


def _cell(value: Any) -> Any:
    """Text without spaces around, None for an empty cell, anything else as it is."""
    if not isinstance(value, str):
        return value
    if "\x00" in value:
        raise _Wrong(_("This holds a NUL character."))
    return value.strip() or None


def _required(reader: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def read_required(cell: Any) -> Any:
        if cell is None:
            raise _Wrong(_("This is required."))
        return reader(cell)

    return read_required


def _date(cell: Any) -> date | None:
    if cell is None or isinstance(cell, date):
        return cell
    if isinstance(cell, str) and ISO_DATE.fullmatch(cell):
        try:
            return date.fromisoformat(cell)
        except ValueError:
            pass  # the 31st of February: the sentence below says it
    raise _Wrong(_("“%(text)s” is not a date: write it as 2026-05-04.") % {"text": str(cell)[:40]})


def _site(cell: Any, sites: Mapping[str, int]) -> int | None:
    if cell is None:
        return None
    found = sites.get(str(cell).lower())
    if found is None:
        raise _Wrong(_("“%(text)s” is not a site of this use case.") % {"text": str(cell)[:40]})
    return found


def _number(cell: Any) -> float | None:
    if cell is None:
        return None
    if isinstance(cell, str) and cell.lower().lstrip("+-") in ("nan", "inf", "infinity"):
        raise _Wrong(_("“%(text)s” is not a finite number.") % {"text": cell})
    if isinstance(cell, bool) or not (isinstance(cell, int | float) or NUMBER.fullmatch(str(cell))):
        raise _Wrong(_("“%(text)s” is not a number.") % {"text": str(cell)[:40]})
    try:
        number = float(cell)
    except OverflowError as error:
        raise _Wrong(_("This number is too large.")) from error
    if math.isnan(number) or (math.isinf(number) and isinstance(cell, float)):
        raise _Wrong(_("“%(text)s” is not a finite number.") % {"text": cell})
    if abs(number) > MAX_SIZE:
        raise _Wrong(_("This number is too large."))
    return number


def _error(cell: Any) -> float | None:
    number = _number(cell)
    if number is not None and number < 0:
        raise _Wrong(_("A standard error cannot be negative."))
    return number


def _whole(cell: Any) -> int | None:
    number = _number(cell)
    if number is None:
        return None
    if number < 0 or number != int(number) or number > MAX_N:
        raise _Wrong(_("This is a whole number, 0 or more."))
    return int(number)


def _count(cell: Any) -> int | None:
    number = _number(cell)
    if number is None:
        return None
    if number < 1 or number != int(number) or number > MAX_N:
        raise _Wrong(_("n is a whole number of at least 1."))
    return int(number)
