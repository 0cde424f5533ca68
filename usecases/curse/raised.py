"""The signals raised now, for pages: of one use case, or of all that a person may see. One query each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, QuerySet

from portal import registry
from portal.registry import Text
from usecases.catalog.models import UseCase
from usecases.curse.models import Raised


@dataclass(frozen=True, slots=True)
class Sign:
    """A signal as it is read: what it is, why it is raised, what to do next and where, since when, as of when."""

    code: str
    title: Text
    reason: str
    action: str
    url: str
    since: datetime | None
    looked_at: datetime


def signs(use_cases: Iterable[UseCase]) -> dict[int, list[Sign]]:
    """The signals of each of these use cases by primary key, the oldest first; only those that show any. One query."""
    found: dict[int, list[Sign]] = {}
    for row in _told(Raised.objects.filter(use_case__in=[one.pk for one in use_cases])):
        found.setdefault(row.use_case_id, []).append(sign(row))
    return found


def curse_list(use_cases: QuerySet[UseCase]) -> QuerySet[Raised]:
    """Every signal raised on these use cases (those that somebody may see), the oldest first, with the use case.

    For the list of steering: page it, then word the rows of a page with `sign`.
    """
    return _told(Raised.objects.filter(use_case__in=use_cases)).select_related("use_case__team")


def sign(row: Raised) -> Sign:
    """A stored signal, worded in the reader's language."""
    known = registry.signals().get(row.code)
    title = known.title if known else row.code
    return Sign(row.code, title, row.reason_words, row.action_words, row.url, row.since, row.looked_at)


def _told(rows: QuerySet[Raised]) -> QuerySet[Raised]:
    return rows.order_by(F("since").asc(nulls_last=True), "pk")
