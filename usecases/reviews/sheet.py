"""What the page of a review says: the sections of every feature as of a moment, frozen in every language.

No names of people are in it: they are told by today's name beside it, and can be forgotten while its seal holds.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from portal import clock, registry
from portal.audit.models import Event
from portal.people.models import User
from portal.registry import Facts, Grid, Headline, Part, Value
from portal.ui import wording
from usecases.catalog.models import Health, Stage, UseCase
from usecases.reviews.models import Review

# What changed, besides what the sections tell of.
NEWS = ("usecase.created", "usecase.became_", "usecase.stopped", "usecase.retired")
TOLD = 60  # events on a page


def of(review: Review, reader: User) -> dict[str, Any]:
    """The page as of now, by language; of the portfolio, the use cases that `reader` may see."""
    page = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            page[language] = _of_use_case(review) if review.use_case else _of_portfolio(review, reader)
    return page


def add_meeting(review: Review, reader: User) -> None:
    """Add what happened from the moment the page was frozen until the review is closed, in every language."""
    use_cases = [review.use_case] if review.use_case else list(UseCase.objects.visible_to(reader))
    for language, said in review.content.items():
        with override(language):
            items = _happened(use_cases, review.as_of, review.closed_at or clock.now())
            title = _("After the page was frozen, until the end of the meeting")
            said["sections"] += [_section("meeting", title, [{"lines": items}])] if items else []


def _of_use_case(review: Review) -> dict[str, Any]:
    use_case, as_of = review.use_case, review.as_of
    assert use_case is not None  # noqa: S101 asked for by `of`
    headline = registry.headlines([use_case]).get(use_case.pk)
    sections = [_since(review, [use_case])]
    for section, parts in registry.dossier(use_case, as_of, review.since):
        sections.append(_section(section.key, section.title, [_part(part) for part in parts]))
    return {
        "title": use_case.name,
        "line": _standing(use_case, as_of),
        "verdict": _verdict(headline),
        "sections": sections,
    }


def _of_portfolio(review: Review, reader: User) -> dict[str, Any]:
    use_cases = list(UseCase.objects.visible_to(reader).select_related("team").order_by("name"))
    now = registry.headlines(use_cases)
    before: dict[int, Headline] = {}
    if review.since is not None:
        with clock.looking_back(review.since):
            before = registry.headlines(use_cases)
    rows: list[list[Value]] = [
        [
            one.name,
            str(Stage(one.stage).label),
            (review.as_of - one.stage_since).days,
            str(Health(one.health).label),
            *_figure(now.get(one.pk)),
            _value(before.get(one.pk)) if one.pk in before else None,
        ]
        for one in use_cases
    ]
    headings = [_("Use case"), _("Stage"), _("Days there"), _("Health"), _("KPI"), _("Interval"), _("Proof")]
    health = Counter(one.health for one in use_cases)
    stages = Counter(one.stage for one in use_cases)
    told = [f"{stages[stage]} {Stage(stage).label}" for stage in Stage if stages[stage]]
    worried = health[Health.ERROR] + health[Health.WARNING]
    verdict = ngettext("%(number)s use case needs somebody.", "%(number)s use cases need somebody.", worried)
    grid = Grid([*headings, _("At the review before")], rows)
    added = [
        _section(section.key, section.title, [_part(part) for part in parts])
        for section, parts in registry.overall(use_cases, review.as_of, review.since)
    ]
    return {
        "title": _("Portfolio"),
        "line": " · ".join(told),
        "verdict": verdict % {"number": worried} if worried else _("No use case is known to be unwell."),
        "sections": [_since(review, use_cases), _section("use_cases", _("Use cases"), [_part(grid)]), *added],
    }


def _since(review: Review, use_cases: Sequence[UseCase]) -> dict[str, Any]:
    """What changed since the review before, or since the beginning."""
    if review.since is None:
        title = _("Until this first review")
    else:
        title = _("Since the review as of %(day)s") % {"day": wording.day(review.since)}
    items = _happened(use_cases, review.since, review.as_of)
    return _section("since", title, [{"lines": items}] if items else [{"text": _("Nothing changed.")}])


def _happened(use_cases: Sequence[UseCase], since: datetime | None, until: datetime) -> list[str]:
    """What the journal tells of these use cases, the newest first; two queries at most however many they are."""
    verbs = [*NEWS, *(verb for section in registry.sections() for verb in section.verbs)]
    wanted = Q()
    for verb in verbs:
        wanted |= Q(verb__startswith=verb)
    names = {one.slug: one.name for one in use_cases}
    events = Event.objects.filter(wanted, use_case__in=names, occurred_at__lte=until)
    if since is not None:
        events = events.filter(occurred_at__gt=since)
    told = list(events.told()[: TOLD + 1])
    lines = [_told(event, names if len(names) > 1 else {}) for event in told[:TOLD]]
    if len(told) > TOLD:
        lines.append(_("and %(number)s more, in the journal") % {"number": events.count() - TOLD})
    return lines


def _told(event: Event, names: dict[str, str]) -> str:
    # A person is not named in what is sealed.
    event.person = None
    where = f"{names[event.use_case]} · " if event.use_case in names else ""
    return f"{wording.day(event.occurred_at)} · {where}{event.sentence}"


def _standing(use_case: UseCase, as_of: datetime) -> str:
    days = max(0, (as_of - use_case.stage_since).days)
    words = ngettext("%(stage)s for %(days)s day", "%(stage)s for %(days)s days", days)
    health = _("health: %(health)s") % {"health": Health(use_case.health).label}
    return f"{words % {'stage': Stage(use_case.stage).label, 'days': days}} · {health}"


def _verdict(headline: Headline | None) -> str:
    if headline is None or not headline.value:
        return str(headline.note) if headline else _("No KPI yet.")
    interval = f" ({headline.interval})" if headline.interval else ""
    grade = _(", proof grade %(grade)s") % {"grade": headline.grade} if headline.grade else ""
    return wording.labelled(headline.title, f"{headline.value}{interval}{grade}.")


def _figure(headline: Headline | None) -> list[Value]:
    return [_value(headline), headline.interval if headline else None, headline.grade if headline else None]


def _value(headline: Headline | None) -> str | None:
    return headline.value if headline and headline.value else None


def _section(key: str, title: object, parts: list[dict[str, Any]]) -> dict[str, Any]:
    return {"key": key, "title": str(title), "parts": parts}


def _part(part: Part) -> dict[str, Any]:
    """A part in the words of the reader's language, as JSON."""
    if isinstance(part, Facts):
        return {"pairs": [[str(label), _words(value)] for label, value in part.pairs]}
    if isinstance(part, Grid):
        numeric = [_is_number(column) for column in zip(*part.rows, strict=True)] or [False] * len(part.headings)
        rows = [[_words(value) for value in row] for row in part.rows]
        return {"headings": [str(one) for one in part.headings], "numeric": numeric, "rows": rows}
    return {"text": str(part)}


def _is_number(column: Sequence[Value]) -> bool:
    known = [value for value in column if value is not None]
    return bool(known) and all(isinstance(value, int | float | Decimal) for value in known)


def _words(value: Value) -> str:
    if isinstance(value, date):
        return wording.day(value)
    if value is None or (isinstance(value, int | float | Decimal) and not isinstance(value, bool)):
        return wording.number(value)
    return str(value)
