"""What waits for a person: the actions of reviews that are theirs and due within a week, or late."""

from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from portal.people.models import User
from portal.registry import InboxItem
from portal.ui import wording
from usecases.reviews.models import ReviewAction, today

SOON, MOST = timedelta(days=7), 50


def waiting(user: User) -> list[InboxItem]:
    """One item per action to do within a week; those due tomorrow or late are urgent. One query."""
    if not user.is_active:
        return []
    mine = ReviewAction.objects.due_to(user).filter(due__lte=today() + SOON)
    return [_item(one) for one in mine.select_related("review__use_case", "about")[:MOST]]


def _item(one: ReviewAction) -> InboxItem:
    about = one.about or one.review.use_case
    words = {"where": about.name if about else _("Portfolio"), "due": wording.day(one.due)}
    said = _("%(where)s: was due on %(due)s.") if one.is_late else _("%(where)s: due on %(due)s.")
    return InboxItem(
        kind="action",
        icon="flag",
        title=one.text,
        detail=said % words,
        url=reverse("my_actions"),
        action=_("Look"),
        since=one.occurred_at,
        urgent=one.is_late or one.is_due_tomorrow,
    )
