"""A review as it is shown: on the page and in the PDF, the same words and figures, in the reader's language."""

from dataclasses import dataclass
from typing import Any

from babel.dates import format_datetime
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.ui import wording
from usecases.reviews.models import Decision, Review, ReviewAction

LANGUAGES = ("en", "fr")


@dataclass(frozen=True, slots=True)
class Page:
    """What is told of a review: the frozen sections, and beside them decisions, actions, people."""

    label: str
    frozen: str
    said: dict[str, Any]
    before: list[Decision]
    decisions: list[Decision]
    actions: list[ReviewAction]
    present: list[str]
    next: str


def page(review: Review) -> Page:
    """The page of a review; four queries."""
    language = (get_language() or "en")[:2]
    return Page(
        label=f"{kind(review)} · {meeting(review)}",
        frozen=_("frozen %(moment)s") % {"moment": wording.minute(review.as_of)},
        said=review.content.get(language if language in LANGUAGES else "en", {}),
        before=list(
            Decision.objects.filter(review__in=Review.objects.of(review.use_case).filter(number=review.number - 1))
            .select_related("about", "by")
            .order_by("id")
        ),
        decisions=list(review.decisions.select_related("about", "by")),
        actions=list(
            ReviewAction.objects.shown_in(review)
            .select_related("owner", "about", "review__use_case")
            .order_by("due", "id")
        ),
        present=[str(one.person) for one in review.present.select_related("person")],
        next=_moment(review.next_at) if review.next_at else "",
    )


def kind(review: Review) -> str:
    """ "Review 3", "Portfolio review 3"."""
    said = _("Review %(number)s") if review.use_case_id else _("Portfolio review %(number)s")
    return said % {"number": review.number}


def meeting(review: Review) -> str:
    """When it meets, in words: "Wednesday 13 May 2026, 09:00"."""
    return _moment(review.meets_at)


def _moment(moment: Any) -> str:
    local = timezone.localtime(moment)
    return str(format_datetime(local, format="EEEE d MMMM yyyy, HH:mm", locale=wording.locale()))
