"""The journal that the filters ask for, as a file: under a block that says who asked for what, when, as of when."""

import csv
from collections.abc import Iterator, Sequence
from datetime import datetime
from io import StringIO

from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from portal import clock
from portal.audit.models import Event, EventQuerySet
from portal.journal.listing import Wish
from portal.people.models import User
from portal.ui import wording, workbook
from portal.ui.sheets import harmless

# A workbook is whole before its first byte leaves, so it holds fewer.
MOST = {"csv": 1_000_000, "xlsx": 20_000}
PIECE = 500


def answer(kind: str, found: EventQuerySet, wish: Wish, reader: User, name: str) -> HttpResponseBase:
    """These events, newest first, as CSV or as a workbook. Raises KeyError for another kind."""
    events = found[: MOST[kind]]
    block = _about(wish, reader)
    if kind == "xlsx":
        if len(found[: MOST[kind] + 1].values_list("pk")) > MOST[kind]:
            more = _("the first %(number)s; there are more: filter for the rest")
            block.append((_("Rows"), more % {"number": wording.number(MOST[kind])}))
        return workbook.answer(name, block, _headings(), (_values(one) for one in events.iterator(chunk_size=PIECE)))
    texts = _texts(block, events)
    disposition = f'attachment; filename="{name}.csv"'
    headers = {"Content-Disposition": disposition}
    return StreamingHttpResponse(texts, content_type="text/csv; charset=utf-8", headers=headers)


def _about(wish: Wish, reader: User) -> list[tuple[str, str]]:
    return [
        (_("List"), _("Journal")),
        (_("Filters"), wish.told or _("none")),
        (_("Exported by"), str(reader)),
        (_("Exported at"), timezone.now().isoformat(timespec="seconds")),
        (_("Known on"), clock.now().isoformat(timespec="seconds")),
    ]


def _headings() -> list[str]:
    return [_("When (UTC)"), _("Recorded (UTC)"), _("Who"), _("Verb"), _("What"), _("On"), _("Team"), _("Use case")]


def _values(event: Event) -> list[datetime | str]:
    team = event.team.name if event.team else ""
    return [
        event.occurred_at,
        event.recorded_at,
        event.who,
        event.verb,
        event.sentence,
        event.target,
        team,
        event.use_case,
    ]


def _texts(block: Sequence[tuple[str, str]], events: EventQuerySet) -> Iterator[str]:
    """Line by line; it is streamed after the request has ended: its language is said again."""
    language = translation.get_language()
    yield "\ufeff"
    for line in [*block, (), _headings()]:
        yield _line(line)
    for event in events.iterator(chunk_size=PIECE):
        with translation.override(language):
            yield _line(_values(event))


def _line(cells: Sequence[datetime | str]) -> str:
    out = StringIO()
    texts = [cell.isoformat(timespec="seconds") if isinstance(cell, datetime) else harmless(cell) for cell in cells]
    csv.writer(out).writerow(texts)
    return out.getvalue()
