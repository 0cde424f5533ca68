"""A batch of points as it comes from outside: read (columnar JSON or CSV), and checked whole."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import msgspec
from django.utils.translation import gettext_lazy as _

from monitoring.series.models import Kind
from portal import clock
from portal.errors import BadInput, Problem, Refused, Sentence
from portal.ui.sheets import as_written

if TYPE_CHECKING:
    from monitoring.series.points import Floats, Ints

MOST_POINTS = 100_000
MOST_BYTES = 16 * 1024 * 1024
MOST_PROBLEMS = 50
AHEAD = timedelta(days=1)
# Seconds sent as milliseconds fall into January 1970.
EARLIEST = datetime(1975, 1, 1, tzinfo=UTC)
KINDS = frozenset(Kind.values)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
_Int64 = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
_Aware = Annotated[datetime, msgspec.Meta(tz=True)]


class TooLarge(Refused):
    """More in one request than is taken: 413."""

    status = 413


class SeriesIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A series as the sender names it: kind is needed the first time, site is a slug of a site of the use case."""

    name: str
    kind: str = ""
    unit: str = ""
    site: str | None = None


class Payload(msgspec.Struct, forbid_unknown_fields=True):
    """Points in columns of equal length: `index` into `series`, `ts` (RFC 3339 or ms since 1970), `value`."""

    series: list[SeriesIn]
    index: list[_Int64]
    ts: list[_Int64 | str]
    value: list[float | None]


class _Sheet(Payload):
    """Points read from a CSV: the line each comes from, and what could not be read."""

    lines: list[int]
    problems: list[Problem]


@dataclass(frozen=True, slots=True)
class Points:
    """What a batch says, checked: int64[n] index into series, int64[n] µs since 1970, float64[n] finite values."""

    series: Sequence[SeriesIn]
    index: Ints
    ts: Ints
    value: Floats

    @property
    def digest(self) -> str:
        """SHA-256 of what is said: the same points written differently have the same digest."""
        told = hashlib.sha256(msgspec.json.encode(self.series))
        for column in (self.index, self.ts, self.value):
            told.update(column.data)
        return told.hexdigest()


# --- reading -------------------------------------------------------------------------------------------------------
def read_json(body: bytes) -> Payload:
    """Columnar JSON: {"series": [{name, kind, unit, site}], "index": […], "ts": […], "value": […]}.

    Raises TooLarge, BadInput.
    """
    _require_size(body)
    try:
        return msgspec.json.decode(body, type=Payload)
    except msgspec.DecodeError as error:
        raise BadInput(_("This is not the JSON of points: %(reason)s") % {"reason": error}) from error


def read_csv(body: bytes) -> Payload:
    """CSV in UTF-8, comma or semicolon, with the columns series, ts, value and, as needed, site, kind, unit.

    Lines that cannot be read are kept as problems, told by `check` with all others. Raises TooLarge, BadInput.
    """
    _require_size(body)
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(_("The file is not in UTF-8.")) from error
    first = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ",")
    sheet = _Sheet([], [], [], [], lines=[], problems=[])
    refs: dict[tuple[str, ...], int] = {}
    try:
        columns = _columns(next(rows, []))
        for row in rows:
            if not row:
                continue
            if len(row) != len(columns):
                sentence = _("The line does not have as many cells as the first one.")
                note(sheet.problems, Problem("", sentence, rows.line_num))
                continue
            _take(sheet, refs, dict(zip(columns, map(str.strip, row), strict=True)), rows.line_num)
            if len(sheet.ts) > MOST_POINTS:
                raise TooLarge(_too_many())
    except csv.Error as error:
        raise BadInput(_("This is not CSV: %(reason)s") % {"reason": error}) from error
    return sheet


def _columns(header: list[str]) -> list[str]:
    names = [name.strip().lower() for name in header]
    missing = [name for name in ("series", "ts", "value") if name not in names]
    unknown = [name for name in names if name not in ("series", "ts", "value", "site", "kind", "unit")]
    if missing:
        raise BadInput(_("The first line must name the columns; missing: %(names)s") % {"names": ", ".join(missing)})
    if unknown or len(set(names)) < len(names):
        raise BadInput(
            _("The first line may name series, ts, value, site, kind and unit once each, not: %(names)s")
            % {"names": ", ".join(unknown or names)}
        )
    return names


def _take(sheet: _Sheet, refs: dict[tuple[str, ...], int], cells: dict[str, str], line: int) -> None:
    try:
        value = float(cells["value"])
    except ValueError:
        note(sheet.problems, Problem("value", _("This is not a number."), line))
        return
    ref = (as_written(cells["series"]), cells.get("kind", ""), cells.get("unit", ""), cells.get("site", ""))
    if ref not in refs:
        refs[ref] = len(sheet.series)
        sheet.series.append(SeriesIn(name=ref[0], kind=ref[1], unit=ref[2], site=ref[3] or None))
    moment = cells["ts"]
    sheet.index.append(refs[ref])
    sheet.ts.append(int(moment) if moment.isdecimal() and moment.isascii() and len(moment) < 19 else moment)
    sheet.value.append(value)
    sheet.lines.append(line)


def _require_size(body: bytes) -> None:
    if len(body) > MOST_BYTES:
        raise TooLarge(too_large())


def too_large() -> Sentence:
    """What is said of a body beyond the limit."""
    return _("One request holds at most %(most)s MiB. Send several.") % {"most": MOST_BYTES >> 20}


def _too_many() -> Sentence:
    return _("One batch holds at most %(most)s points. Send several.") % {"most": f"{MOST_POINTS:,}"}


# --- checking ------------------------------------------------------------------------------------------------------
def check(payload: Payload) -> Points:
    """Every rule on one batch, and the columns as arrays. Raises TooLarge, BadInput with what is wrong where."""
    import numpy as np

    lengths = {len(payload.index), len(payload.ts), len(payload.value)}
    if len(lengths) > 1:
        raise BadInput(_("index, ts and value must have the same length."))
    problems = list(payload.problems) if isinstance(payload, _Sheet) else []
    if not payload.ts and not problems:
        raise BadInput(_("There is no point in this batch."))
    if len(payload.ts) > MOST_POINTS or len(payload.series) > MOST_POINTS:
        raise TooLarge(_too_many())
    index = np.array(payload.index, dtype=np.int64)
    value = np.array(payload.value, dtype=np.float64)
    _check_series(payload, index, problems)
    outside = (index < 0) | (index >= len(payload.series))
    _spot(problems, payload, "index", outside.nonzero()[0], _("There is no series of this index."))
    _spot(problems, payload, "value", (~np.isfinite(value)).nonzero()[0], _("This is not a finite number."))
    ts = _times(payload, problems)
    if problems:
        raise refusal(problems)
    return Points(payload.series, index, ts, value)


def _check_series(payload: Payload, index: Ints, problems: list[Problem]) -> None:
    for place, ref in enumerate(payload.series):
        if len(problems) > MOST_PROBLEMS:
            return  # nobody reads more, and the line of each costs a search
        sentence = _wrong(ref)
        if sentence is None:
            continue
        if isinstance(payload, _Sheet):
            note(problems, Problem("series", sentence, payload.lines[payload.index.index(place)]))
        else:
            note(problems, Problem(f"series[{place}]", sentence))


def _wrong(ref: SeriesIn) -> Sentence | None:
    if not ref.name.strip():
        return _("A series has a name.")
    if len(ref.name) > 160 or len(ref.unit) > 40:
        return _("The name of a series has at most 160 characters, its unit 40.")
    if "\0" in ref.name or "\0" in ref.unit or (ref.site and "\0" in ref.site):
        return _("A name cannot hold the character NUL.")
    if ref.kind and ref.kind not in KINDS:
        return _("“%(kind)s” is not a kind of series: business, model, data or service.") % {"kind": ref.kind}
    return None


def _times(payload: Payload, problems: list[Problem]) -> Ints:
    import numpy as np

    types = set(map(type, payload.ts))
    if types == {int}:
        milliseconds = np.array(payload.ts, dtype=np.int64)
        ts = np.clip(milliseconds, -(2**53), 2**53) * 1000
    else:
        ts = np.array([_microseconds(moment) for moment in _moments(payload.ts)], dtype=np.int64)
        _spot(
            problems,
            payload,
            "ts",
            (ts == _NO_TIME).nonzero()[0],
            _("This is not a time: RFC 3339 with a zone, or milliseconds since 1970."),
        )
    early = (ts < _microseconds(EARLIEST)) & (ts != _NO_TIME)
    late = ts > _microseconds(clock.now() + AHEAD)
    _spot(
        problems,
        payload,
        "ts",
        early.nonzero()[0],
        _("This is before 1975; whole numbers are milliseconds since 1970."),
    )
    _spot(problems, payload, "ts", late.nonzero()[0], _("This is more than a day in the future."))
    return ts


_NO_TIME = -(2**63)


def _moments(raw: list[int | str]) -> Iterable[int | datetime | None]:
    try:
        return msgspec.convert(raw, list[_Int64 | _Aware])
    except msgspec.ValidationError:
        return [_moment(one) for one in raw]


def _moment(raw: int | str) -> int | datetime | None:
    try:
        return msgspec.convert(raw, _Int64 | _Aware)
    except msgspec.ValidationError:
        return None


def _microseconds(moment: int | datetime | None) -> int:
    if moment is None:
        return _NO_TIME
    if isinstance(moment, int):
        return max(-(2**53), min(2**53, moment)) * 1000
    return (moment - EPOCH) // MICROSECOND


def _spot(problems: list[Problem], payload: Payload, field: str, places: Ints, sentence: Sentence) -> None:
    for place in places[: MOST_PROBLEMS + 1].tolist():
        if isinstance(payload, _Sheet):
            note(problems, Problem(field, sentence, payload.lines[place]))
        else:
            note(problems, Problem(f"{field}[{place}]", sentence))


def note(problems: list[Problem], problem: Problem) -> None:
    """Keep a problem, as long as somebody would read it."""
    if len(problems) <= MOST_PROBLEMS:
        problems.append(problem)


def refusal(problems: list[Problem]) -> BadInput:
    """The refusal of a whole batch, which tells its problems by line."""
    problems.sort(key=lambda problem: problem.line or 0)
    if len(problems) > MOST_PROBLEMS:
        return BadInput(
            _("Nothing was taken. The first %(most)s mistakes:") % {"most": MOST_PROBLEMS}, problems[:MOST_PROBLEMS]
        )
    return BadInput(_("Nothing was taken: something in it is wrong."), problems)
