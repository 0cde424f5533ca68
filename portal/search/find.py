"""Asking every source of the registry, and putting what they find in order."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from portal import plain, registry
from portal.people.models import User
from portal.registry import Hit, Text
from portal.search import places


@dataclass(frozen=True, slots=True)
class Group:
    """Hits of one kind."""

    kind: Text
    hits: Sequence[Hit]


@dataclass(frozen=True, slots=True)
class Found:
    """What answers a query: groups, the one with the best hit first, and how many hits there are in all."""

    query: str
    groups: Sequence[Group]
    number: int


def find(user: User, query: str, limit: int) -> Found:
    """At most `limit` things that this person may see and that answer; pages and deeds when nothing is asked.

    One query per source, and one that says how much a text must be like the query.
    """
    text = plain.ask(query).text
    if not text:
        return _grouped("", places.offered(user))
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [plain.ALIKE])
        return _grouped(text, registry.search(user, text, limit))


def _grouped(text: str, hits: Sequence[Hit]) -> Found:
    by_kind: dict[str, list[Hit]] = {}
    for hit in hits:
        by_kind.setdefault(str(hit.kind), []).append(hit)
    return Found(text, [Group(kind, tuple(some)) for kind, some in by_kind.items()], len(hits))
