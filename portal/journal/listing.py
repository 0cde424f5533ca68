"""The journal of a use case or of the organisation: what the URL asks for, page by page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_date

from portal import registry
from portal.audit.models import Event, EventQuerySet
from portal.people.models import User
from portal.words import Blank

PAGE = 50
MACHINE = "machine"
# What `Wish` holds beside the place in the list.
WISHES = ("person", "verb", "family", "team", "use_case", "origin", "target", "since", "until")
TEXTS = ("person", "verb", "family", "team", "use_case", "origin")


@dataclass(frozen=True, slots=True)
class Wish:
    """What the URL asks for: a person (or the machine), a verb or a family of them, days, place, ids below `before`.

    `person` is a user name or part of a name; `origin` is "demo" or "real"; `target` the uid of what it was done to.
    """

    person: str = ""
    verb: str = ""
    family: str = ""
    team: str = ""
    use_case: str = ""
    target: UUID | None = None
    origin: str = ""
    since: date | None = None
    until: date | None = None
    before: int | None = None

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Wish":
        """Read a query string; a value that means nothing is as if it were not there."""
        before = query.get("before", "")
        return cls(
            **{name: query.get(name, "").replace("\x00", "") for name in TEXTS},
            target=_uid(query.get("target", "")),
            since=_day(query.get("since", "")),
            until=_day(query.get("until", "")),
            before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,
        )

    @property
    def filters(self) -> bool:
        """Whether anything is filtered."""
        return bool(self.told)

    @property
    def told(self) -> str:
        """The filters in one line, as the address has them, for the head of a file."""
        return ", ".join(
            f"{field.name}={value}"
            for field in fields(self)
            if field.name != "before" and (value := getattr(self, field.name))
        )


@dataclass(frozen=True, slots=True)
class Page:
    """Some events, newest first; `older` is the id to ask below for the next ones, None at the end."""

    events: Sequence[Event]
    older: int | None


def asked(found: EventQuerySet, wish: Wish) -> EventQuerySet:
    """Those of these events that the wish asks for, newest first."""
    if wish.person == MACHINE:
        found = found.filter(actor__isnull=True)
    elif wish.person:
        found = found.filter(actor__in=_named(wish.person))
    if wish.family:
        found = found.filter(verb__in=[verb for verb in registry.words() if verb.startswith(f"{wish.family}.")])
    if wish.origin in ("demo", "real"):
        found = found.filter(is_demo=wish.origin == "demo")
    exact = {"verb": wish.verb, "team__slug": wish.team, "use_case": wish.use_case, "target_uid": wish.target}
    found = found.filter(**{name: value for name, value in exact.items() if value})
    if wish.since:
        found = found.filter(occurred_at__gte=_midnight(wish.since))
    if wish.until:
        found = found.filter(occurred_at__lt=_midnight(wish.until + timedelta(days=1)))
    return found.told()


def page(found: EventQuerySet, wish: Wish) -> Page:
    """One page below `wish.before`, in one query whatever the length of the journal."""
    if wish.before is not None:
        found = found.filter(pk__lt=wish.before)
    events = list(found[: PAGE + 1])
    return Page(events[:PAGE], events[PAGE - 1].pk if len(events) > PAGE else None)


def label(verb: str) -> str:
    """A verb for a list of choices: its sentence with an ellipsis for what differs each time."""
    template: Any = registry.words().get(verb)
    return str(template % _Dots()) if template is not None else verb


def _named(person: str) -> list[int]:
    """The people with this user name, else the first fifty whose name holds every one of these words."""
    exact = User.objects.filter(username=person).values_list("pk", flat=True)
    words = Q()
    for word in person.split():
        words &= Q(first_name__icontains=word) | Q(last_name__icontains=word) | Q(username__icontains=word)
    return list(exact) or list(User.objects.filter(words).values_list("pk", flat=True)[:50])


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _uid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


class _Dots(dict[str, Any]):
    def __missing__(self, key: str) -> Blank:
        return Blank("…")
