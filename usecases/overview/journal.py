"""The journal of a use case: what the URL asks for, page by page, and as a file."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import StringIO

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from portal import registry
from portal.audit.models import Event, EventQuerySet
from portal.ui.sheets import harmless

PAGE = 50
MACHINE = "machine"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the URL asks for: a person's username (or the machine), a verb, days of the story, ids below `before`."""

    person: str = ""
    verb: str = ""
    since: date | None = None
    until: date | None = None
    before: int | None = None

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Wish":
        """Read a query string; a value that means nothing is as if it were not there."""
        before = query.get("before", "")
        return cls(
            person=query.get("person", "").replace("\x00", ""),
            verb=query.get("verb", "").replace("\x00", ""),
            since=_day(query.get("since", "")),
            until=_day(query.get("until", "")),
            before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,
        )

    @property
    def filters(self) -> bool:
        """Whether anything is filtered."""
        return bool(self.person or self.verb or self.since or self.until)


@dataclass(frozen=True, slots=True)
class Page:
    """Some events, newest first; `older` is the id to ask below for the next ones, None at the end."""

    events: Sequence[Event]
    older: int | None


def asked(slug: str, wish: Wish) -> EventQuerySet:
    """The events of the journal of this use case that the wish asks for, newest first."""
    found = Event.objects.for_journal(slug)
    if wish.person == MACHINE:
        found = found.filter(actor__isnull=True)
    elif wish.person:
        found = found.filter(actor__username=wish.person)
    if wish.verb:
        found = found.filter(verb=wish.verb)
    if wish.since:
        found = found.filter(occurred_at__date__gte=wish.since)
    if wish.until:
        found = found.filter(occurred_at__date__lte=wish.until)
    return found


def page(found: EventQuerySet, wish: Wish) -> Page:
    """One page below `wish.before`, in one query whatever the length of the journal."""
    if wish.before is not None:
        found = found.filter(pk__lt=wish.before)
    events = list(found[: PAGE + 1])
    return Page(events[:PAGE], events[PAGE - 1].pk if len(events) > PAGE else None)


def label(verb: str) -> str:
    """A verb for a list of choices: its sentence with an ellipsis for what differs each time."""
    template = registry.words().get(verb)
    return str(template) % _Dots() if template is not None else verb


def lines(found: EventQuerySet) -> Iterator[str]:
    """The same as CSV, line by line, safe to open in a spreadsheet."""
    yield _line([_("When (UTC)"), _("Recorded (UTC)"), _("Who"), _("Verb"), _("What"), _("On")])
    for event in found.iterator(chunk_size=500):
        yield _line(
            [
                event.occurred_at.isoformat(timespec="seconds"),
                event.recorded_at.isoformat(timespec="seconds"),
                event.who,
                event.verb,
                event.sentence,
                event.target,
            ]
        )


def _line(cells: Sequence[str]) -> str:
    out = StringIO()
    csv.writer(out).writerow([harmless(cell) for cell in cells])
    return out.getvalue()


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


class _Dots(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"
