"""What people do with reviews: open one, prepare it again, write what is decided and who does what, close it."""

import hashlib
import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import clock
from portal.audit import record as audit
from portal.errors import BadInput, NotAllowed, Refused
from portal.jobs import queue
from portal.notifications.actions import members, tell
from portal.people import rights
from portal.people.models import OrganisationRole, User
from portal.words import quoted
from usecases.catalog.models import UseCase
from usecases.catalog.numbering import next_number
from usecases.reviews import sheet
from usecases.reviews.models import Attendance, Decision, Review, ReviewAction, ReviewStatus, today

HOLD, HOLD_PORTFOLIO = "review.hold", "review.hold_portfolio"
FARTHEST = timedelta(days=366)
LONGEST_ACTION = 240


def open_review(use_case: UseCase | None, *, by: User, meets_at: datetime) -> Review:
    """Freeze the page of a meeting, of a use case or (None) of the portfolio, as of now.

    Raises NotAllowed, BadInput for a meeting before today or more than a year ahead, Refused while one is open.
    """
    require(by, use_case)
    _meeting_day(meets_at)
    with transaction.atomic():
        number = next_number(Review, use_case) if use_case else _next_of_portfolio()
        if Review.objects.of(use_case).filter(status=ReviewStatus.OPEN).exists():
            raise Refused(_("A review is open already: close it before the next one."))
        before = Review.objects.of(use_case).order_by("-number").first()
        review = Review(use_case=use_case, number=number, meets_at=meets_at, opened_by=by)
        review.as_of, review.since = clock.now(), before.as_of if before else None
        review.content = sheet.of(review, by)
        try:
            with transaction.atomic():
                review.save(force_insert=True)
        except IntegrityError as error:
            raise Refused(_("Somebody else has just opened one: look at the list.")) from error
        _tell("review.opened", review, by=by)
        tell("notice.review_opened", _readers(review, but=by), url=review.get_absolute_url(), **_where(review))
        _print(review)
    return review


def prepare_again(review: Review, *, by: User) -> None:
    """Freeze the page of an open review anew, as of now."""
    with transaction.atomic():
        _open(review, by)
        review.as_of = clock.now()
        review.content = sheet.of(review, by)
        review.save(update_fields=["as_of", "content"])
        _tell("review.prepared", review, by=by)
        _print(review)


def decide(review: Review, *, by: User, text: str, about: UseCase | None = None) -> Decision:
    """Write down a decision. Raises BadInput for an empty one, or about what `by` may not see."""
    text = _words(text, "text")
    with transaction.atomic():
        _open(review, by)
        about = _about(review, about, by)
        decision = Decision.objects.create(review=review, about=about, text=text, by=by)
        _tell("review.decided", review, by=by, text=text)
    return decision


def agree(review: Review, *, by: User, text: str, owner: User, due: date, about: UseCase | None = None) -> ReviewAction:
    """Write down who does what until when; the owner is told.

    Raises BadInput for an empty action, a day that has passed, an owner who may not read the review or use case.
    """
    text = _words(text, "text")
    if len(text) > LONGEST_ACTION:
        sentence = _("An action fits in %(number)s characters.") % {"number": LONGEST_ACTION}
        raise BadInput.of(sentence, {"text": sentence})
    if due < today():
        sentence = _("The day is today or later.")
        raise BadInput.of(sentence, {"due": sentence})
    with transaction.atomic():
        _open(review, by)
        about = _about(review, about, by)
        if not may_own(review, about).filter(pk=owner.pk).exists():
            sentence = _("%(person)s may not see what it is about: choose somebody of the team.") % {"person": owner}
            raise BadInput.of(sentence, {"owner": sentence})
        action = ReviewAction.objects.create(review=review, about=about, text=text, owner=owner, due=due, written_by=by)
        _tell("review.agreed", review, by=by, person=owner, text=text, due=due.isoformat())
        if owner != by:
            told = {"title": text, "due": due.isoformat(), **_where(review)}
            tell("notice.action_yours", [owner], url=reverse("my_actions"), **told)
    return action


def finish(action: ReviewAction, *, by: User) -> None:
    """Say that it is done: its owner, or who may hold the review. Raises Refused when it is done already."""
    _mine(action, by)
    with transaction.atomic():
        left = ReviewAction.objects.filter(pk=action.pk, done_at=None)
        if not left.update(done_at=clock.now(), done_by=by):
            raise Refused(_("This action is done already."))
        action.refresh_from_db(fields=["done_at", "done_by"])
        _tell("review.action_done", action.review, by=by, text=action.text)


def take_back(action: ReviewAction, *, by: User) -> None:
    """Say that it is not done after all. Raises Refused when it was not said to be."""
    _mine(action, by)
    with transaction.atomic():
        if not ReviewAction.objects.filter(pk=action.pk, done_at__isnull=False).update(done_at=None, done_by=None):
            raise Refused(_("This action is still to do."))
        action.refresh_from_db(fields=["done_at", "done_by"])
        _tell("review.action_reopened", action.review, by=by, text=action.text)


def attend(review: Review, people: Iterable[User], *, by: User) -> None:
    """Say who is there. Raises BadInput for somebody who may not read the review."""
    wanted = {person.pk: person for person in people}
    with transaction.atomic():
        _open(review, by)
        if may_own(review).filter(pk__in=wanted).count() != len(wanted):
            sentence = _("Only who may read the review attends it.")
            raise BadInput.of(sentence, {"people": sentence})
        before = set(review.present.values_list("person", flat=True))
        if before == set(wanted):
            return
        review.present.exclude(person__in=wanted).delete()
        Attendance.objects.bulk_create(
            Attendance(review=review, person=person) for pk, person in wanted.items() if pk not in before
        )
        _tell("review.attendance", review, by=by, number=len(wanted))


def close(review: Review, *, by: User, next_at: datetime | None = None) -> None:
    """Seal the review: its page, what happened during the meeting, decisions, actions, attendance, the next day.

    Raises Refused when it is closed already, BadInput for a next meeting that is not later.
    """
    if next_at is not None and next_at <= max(review.meets_at, clock.now()):
        sentence = _("The next review comes after this one.")
        raise BadInput.of(sentence, {"next_at": sentence})
    with transaction.atomic():
        _open(review, by)
        review.closed_at, review.closed_by, review.next_at = clock.now(), by, next_at
        sheet.add_meeting(review, by)
        review.status, review.digest = ReviewStatus.CLOSED, digest(review)
        review.save()
        _tell("review.closed", review, by=by, digest=review.digest)
        tell("notice.review_closed", _readers(review, but=by), url=review.get_absolute_url(), **_where(review))
        _print(review)


def ask_for_document(review: Review, *, by: User) -> None:
    """Have the PDF made again while the review is open: with what was decided until now."""
    with transaction.atomic():
        _open(review, by)
        _print(review)


def may_hold(user: User, review: Review) -> bool:
    """Whether this person may write the review."""
    use_case = review.use_case
    return rights.can(user, HOLD, use_case.team) if use_case else rights.can(user, HOLD_PORTFOLIO)


def require(by: User, use_case: UseCase | None) -> None:
    """Raise NotAllowed unless this person may hold a review of the use case, or (None) of the portfolio."""
    if use_case is None:
        rights.require(by, HOLD_PORTFOLIO)
    else:
        rights.require(by, HOLD, use_case.team)


def may_own(review: Review, about: UseCase | None = None) -> Any:
    """The people who may be given an action, or attend: the team's, and those who read every use case."""
    use_case = review.use_case or about
    everywhere = rights.VERBS["usecase.view"].organisation
    people = User.objects.filter(is_active=True)
    found = people.filter(organisation_grants__role__in=everywhere)
    if use_case is not None:
        found = found | people.filter(memberships__team=use_case.team)
    elif review.use_case is None:
        # In a meeting about all of them, anybody of a team.
        found = found | people.filter(memberships__isnull=False)
    return User.objects.filter(pk__in=found.order_by().values("pk")).order_by("first_name", "last_name", "pk")


def digest(review: Review) -> str:
    """SHA-256 of what a review says, as 64 characters: canonical JSON, people by their uid."""
    said = {
        "review": str(review.uid),
        "as_of": review.as_of.isoformat(),
        "meets_at": review.meets_at.isoformat(),
        "next_at": review.next_at.isoformat() if review.next_at else None,
        "content": review.content,
        "decisions": [[str(one.uid), one.text] for one in review.decisions.all()],
        "actions": [
            [str(one.uid), one.text, str(one.owner.uid), one.due.isoformat()]
            for one in review.actions.select_related("owner")
        ],
        "present": sorted(str(one.person.uid) for one in review.present.select_related("person")),
    }
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _open(review: Review, by: User) -> None:
    """The review, held until the transaction ends; raises NotAllowed, or Refused when it is closed."""
    require(by, review.use_case)
    held = Review.objects.select_for_update(of=("self",)).only("status").get(pk=review.pk)
    if held.status != ReviewStatus.OPEN:
        raise Refused(_("This review is closed: what it says stays."))


def _mine(action: ReviewAction, by: User) -> None:
    if action.owner_id != by.pk and not may_hold(by, action.review):
        raise NotAllowed(_("This is for %(person)s, or who holds the review, to say.") % {"person": action.owner})


def _about(review: Review, about: UseCase | None, by: User) -> UseCase | None:
    """The use case that is spoken about: that of the review, or one that `by` may see."""
    if review.use_case is not None or about is None:
        return review.use_case
    if not UseCase.objects.visible_to(by).filter(pk=about.pk).exists():
        sentence = _("There is no such use case.")
        raise BadInput.of(sentence, {"about": sentence})
    return about


def _words(text: str, field: str) -> str:
    text = text.strip()
    if not text or "\x00" in text:
        sentence = _("Say it in words.")
        raise BadInput.of(sentence, {field: sentence})
    return text


def _meeting_day(meets_at: datetime) -> None:
    now = clock.now()
    if meets_at < now - timedelta(days=1) or meets_at > now + FARTHEST:
        sentence = _("A meeting is today or within a year.")
        raise BadInput.of(sentence, {"meets_at": sentence})


def _next_of_portfolio() -> int:
    return int(Review.objects.of(None).aggregate(last=Max("number"))["last"] or 0) + 1


def _readers(review: Review, *, but: User) -> list[User]:
    """Whom a review concerns: business, data and IT of the team; for the portfolio, steering."""
    if review.use_case:
        return members(review.use_case.team, rights.VERBS[HOLD].roles, but=but)
    people = User.objects.filter(organisation_grants__role=OrganisationRole.STEERING, is_active=True)
    return list(people.exclude(pk=but.pk))


def _where(review: Review) -> dict[str, Any]:
    use_case = review.use_case
    return {
        "team": use_case.team if use_case else None,
        "use_case": use_case.slug if use_case else "",
        "data": {"review": str(review.uid)},
        "number": review.number,
        "what": use_case.name if use_case else "Portfolio",
    }


def _print(review: Review) -> None:
    """Have the PDF made by a worker, in every language."""
    use_case = review.use_case
    about = queue.About(str(review), use_case.team if use_case else None, use_case.slug if use_case else "")
    queue.enqueue("reviews.print", str(review.uid), about=about, review_id=review.pk)


def _tell(verb: str, review: Review, *, by: User, **params: Any) -> None:
    use_case = review.use_case
    audit.record(
        verb,
        review,
        by=by,
        team=use_case.team if use_case else None,
        use_case=use_case.slug if use_case else "",
        named=_named(review),
        **params,
    )


def _named(review: Review) -> dict[str, Any]:
    """Which review, to be told in each reader's language."""
    if review.use_case:
        return quoted("review.of", {"number": review.number, "use_case": review.use_case.name})
    return quoted("review.of_portfolio", {"number": review.number})
