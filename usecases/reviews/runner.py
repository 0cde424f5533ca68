"""What machines do for reviews: make the PDF in every language, remind owners the evening before."""

import hashlib
from datetime import time, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal import clock
from portal.jobs import runner as jobs
from portal.notifications.actions import tell
from portal.ui import wording
from usecases.reviews.models import Decision, Document, Review, ReviewAction, today
from usecases.reviews.page import Page, kind, page

FONTS = settings.BASE_DIR / "portal" / "static" / "vendor" / "inter"
EVENING = time(18)


def make_documents(progress: jobs.Progress, review_id: int) -> None:
    """Make the PDF of a review in every language, and keep it; once it is closed, once and for all."""
    review = Review.objects.select_related("use_case__team").get(pk=review_id)
    for done, (language, _name) in enumerate(settings.LANGUAGES):
        progress(done, len(settings.LANGUAGES), "reviews.printing", language=language)
        if review.documents.filter(language=language, is_final=True).exists():
            continue
        with override(language):
            content, pages = print_sheet(review, language)
        made = {
            "content": content,
            "sha256": hashlib.sha256(content).hexdigest(),
            "pages": pages,
            "is_final": not review.is_open,
            "made_at": clock.now(),
        }
        with transaction.atomic():
            Document.objects.update_or_create(review=review, language=language, defaults=made)


def print_sheet(review: Review, language: str) -> tuple[bytes, int]:
    """The PDF in the language in force, and its number of pages."""
    from usecases.reviews import pdf  # the library of the workers: no page process loads it

    told = page(review)
    foot = f"{told.said['title']} · {told.label} · {told.frozen}"
    below = [told.said["line"], told.frozen]
    if told.present:
        below.append(_("Present: %(people)s") % {"people": ", ".join(told.present)})
    sheet = pdf.Sheet(
        language=language,
        title=told.said["title"],
        above=told.label,
        below=below,
        verdict=told.said["verdict"],
        sections=[*told.said["sections"], *_written(review, told)],
        foot=foot,
        of=_("page %(page)s of %(pages)s"),
    )
    return pdf.build(sheet, FONTS)


def _written(review: Review, told: Page) -> list[dict[str, Any]]:
    """The sections that people wrote: decided last time, decided now, actions, the next day, the seal."""
    sections = []
    for title, decisions in ((_("Decided last time"), told.before), (_("Decisions"), told.decisions)):
        items = [_said(one, review) for one in decisions]
        if items:
            sections.append({"title": title, "parts": [{"lines": items}]})
    rows = [[one.text, str(one.owner), wording.day(one.due), one.state] for one in told.actions]
    if rows:
        headings = [_("Action"), _("Owner"), _("Due"), _("State")]
        sections.append({"title": _("Actions"), "parts": [{"headings": headings, "rows": rows}]})
    pairs = [[_("Next review"), told.next or wording.unknown()]]
    if review.digest:
        pairs.append([_("Closed, under the seal"), review.digest])
    else:
        pairs.append([_("State"), _("Open: this is a draft")])
    return [*sections, {"title": kind(review), "parts": [{"pairs": pairs}]}]


def _said(decision: Decision, review: Review) -> str:
    about = decision.about if review.use_case is None else None
    return f"{about.name} · {decision.text}" if about else decision.text


def remind() -> None:
    """From six in the evening, tell owners of what is due tomorrow; each once."""
    now = timezone.localtime(clock.now(), timezone.get_default_timezone())
    if now.time() < EVENING:
        return
    due = ReviewAction.objects.filter(due=today() + timedelta(days=1), done_at=None, reminded_at=None)
    for action in due.select_related("owner", "review__use_case__team"):
        with transaction.atomic():
            if not due.filter(pk=action.pk).update(reminded_at=clock.now()):
                continue
            use_case = action.review.use_case
            tell(
                "notice.action_due",
                [action.owner],
                url=reverse("my_actions"),
                team=use_case.team if use_case else None,
                use_case=use_case.slug if use_case else "",
                data={"action": str(action.uid)},
                cause=f"action-due:{action.uid}",
                title=action.text,
                due=action.due.isoformat(),
            )
