"""Reviews: opened on a frozen page, written in the meeting, sealed for ever."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError, InternalError, transaction
from django.utils import timezone

from portal.audit.models import Event
from portal.errors import BadInput, NotAllowed, Refused
from portal.notifications.models import Notification
from usecases.catalog.actions import edit_use_case
from usecases.kpis import actions as kpis
from usecases.reviews import actions, runner
from usecases.reviews.inbox import waiting
from usecases.reviews.models import Decision, Review, ReviewAction, today
from usecases.reviews.page import page

pytestmark = pytest.mark.django_db


def told(review, language="en"):
    parts = [part for section in review.content[language]["sections"] for part in section["parts"]]
    cells = [cell for part in parts for row in part.get("rows", []) for cell in row]
    return [*cells, *(text for part in parts for text in [part.get("text", ""), *part.get("lines", [])])]


def test_the_page_tells_what_was_known_in_both_languages(use_case, business, soon, measured):
    kpis.validate_all(measured, by=business)
    review = actions.open_review(use_case, by=business, meets_at=soon)
    assert "+0.75 %" in [text.replace("\N{NO-BREAK SPACE}", " ") for text in told(review)]
    assert any("95 %: +0.55 to +0.95" in text for text in told(review))
    assert any("1 measurement of “Visits” was validated" in text for text in told(review))
    assert "Visits" in review.content["fr"]["verdict"]
    assert any("\N{NO-BREAK SPACE}%" in text and "+0,75" in text for text in told(review, "fr"))
    assert "Business Martin" not in str(review.content)


def test_the_page_stays_frozen_until_it_is_prepared_again(review, use_case, business):
    edit_use_case(use_case, by=business, name="Autumn")
    review.refresh_from_db()
    assert review.content["en"]["title"] == "Spring e-mail campaign"
    review = Review.objects.select_related("use_case__team").get(pk=review.pk)
    actions.prepare_again(review, by=business)
    assert Review.objects.get(pk=review.pk).content["en"]["title"] == "Autumn"


def test_the_next_review_tells_what_changed_since(use_case, business, measured, soon):
    review = actions.open_review(use_case, by=business, meets_at=soon)
    actions.close(review, by=business)
    kpis.validate_all(measured, by=business)
    after = actions.open_review(use_case, by=business, meets_at=timezone.now() + timedelta(days=30))
    since = after.content["en"]["sections"][0]
    assert since["title"].startswith("Since the review as of")
    items = [item.partition(" · ")[2] for part in since["parts"] for item in part["lines"]]
    assert items == ["1 measurement of “Visits” was validated."]
    assert after.number == 2


@pytest.mark.parametrize("who", ["viewer", "decision_user", "auditor", "admin"])
def test_who_may_not_hold_a_review(review, request, who, use_case, soon):
    person = request.getfixturevalue(who)
    for refused in (
        lambda: actions.decide(review, by=person, text="No"),
        lambda: actions.close(review, by=person),
        lambda: actions.open_review(use_case, by=person, meets_at=soon),
        lambda: actions.open_review(None, by=person, meets_at=soon),
    ):
        with pytest.raises(NotAllowed):
            refused()


def test_only_steering_opens_a_review_of_the_portfolio(business, steering, soon, use_case):
    with pytest.raises(NotAllowed):
        actions.open_review(None, by=business, meets_at=soon)
    review = actions.open_review(None, by=steering, meets_at=soon)
    assert review.content["en"]["title"] == "Portfolio"
    assert any("Spring e-mail campaign" in text for text in told(review))


def test_one_review_is_open_at_a_time(review, use_case, data, soon):
    with pytest.raises(Refused, match="open already"):
        actions.open_review(use_case, by=data, meets_at=soon)


def test_the_database_holds_one_open_portfolio_review(portfolio, steering, soon):
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.create(number=2, meets_at=soon, as_of=soon, opened_by=steering)


def test_a_meeting_is_not_last_month(use_case, business):
    with pytest.raises(BadInput):
        actions.open_review(use_case, by=business, meets_at=timezone.now() - timedelta(days=30))


def test_actions_are_carried_over_until_they_are_done(review, use_case, business, it):
    first = actions.agree(review, by=business, text="Brief the crew", owner=it, due=today() + timedelta(days=3))
    done = actions.agree(review, by=business, text="Name a budget", owner=it, due=today() + timedelta(days=3))
    actions.finish(done, by=it)
    actions.close(review, by=business)
    after = actions.open_review(use_case, by=business, meets_at=timezone.now() + timedelta(days=30))
    assert [one.text for one in page(after).actions] == ["Brief the crew", "Name a budget"]
    actions.close(after, by=business)
    third = actions.open_review(use_case, by=business, meets_at=timezone.now() + timedelta(days=60))
    assert [one.text for one in page(third).actions] == ["Brief the crew"]
    actions.finish(first, by=it)
    with pytest.raises(Refused, match="done already"):
        actions.finish(first, by=it)


def test_an_action_is_given_to_who_may_see_it(review, business, stranger):
    with pytest.raises(BadInput) as refused:
        actions.agree(review, by=business, text="Look", owner=stranger, due=today())
    assert refused.value.problems[0].field == "owner"
    with pytest.raises(BadInput):
        actions.agree(review, by=business, text="Look", owner=business, due=today() - timedelta(days=1))


def test_only_its_owner_or_the_holder_says_that_it_is_done(review, business, it, viewer):
    action = actions.agree(review, by=business, text="Look", owner=it, due=today())
    with pytest.raises(NotAllowed):
        actions.finish(action, by=viewer)
    actions.finish(action, by=business)
    actions.take_back(action, by=it)
    assert ReviewAction.objects.get().done_at is None


def test_a_closed_review_is_sealed_by_the_database(review, business, it):
    decision = actions.decide(review, by=business, text="Go on")
    action = actions.agree(review, by=business, text="Look", owner=it, due=today())
    actions.attend(review, [business, it], by=business)
    actions.close(review, by=business)
    closed = Review.objects.get()
    assert closed.digest == actions.digest(closed)
    assert len(closed.digest) == 64
    for forged in (
        lambda: Review.objects.update(content={}),
        lambda: Review.objects.all().delete(),
        lambda: Decision.objects.filter(pk=decision.pk).update(text="Stop"),
        lambda: Decision.objects.create(review=closed, text="Also", by=it),
        lambda: ReviewAction.objects.filter(pk=action.pk).update(text="Nothing"),
        lambda: closed.present.all().delete(),
    ):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            forged()
    with pytest.raises(Refused, match="closed"):
        actions.decide(closed, by=business, text="Late")
    actions.finish(ReviewAction.objects.get(), by=it)


def test_closing_tells_what_happened_in_the_meeting(review, business, measured):
    kpis.validate_all(measured, by=business)
    actions.close(review, by=business, next_at=timezone.now() + timedelta(days=30))
    meeting = Review.objects.get().content["en"]["sections"][-1]
    assert meeting["key"] == "meeting"
    assert any("validated" in item for item in meeting["parts"][0]["lines"])


def test_everything_is_in_the_journal_and_told_to_whom_it_concerns(data, it, viewer, review, business):
    actions.decide(review, by=business, text="Go on")
    actions.agree(review, by=business, text="Look", owner=it, due=today())
    actions.close(review, by=business)
    verbs = list(Event.objects.filter(verb__startswith="review.").order_by("id").values_list("verb", flat=True))
    assert verbs == ["review.opened", "review.decided", "review.agreed", "review.closed"]
    kinds = list(Notification.objects.filter(person=it).order_by("id").values_list("message__kind", flat=True))
    assert kinds == ["notice.review_opened", "notice.action_yours", "notice.review_closed"]
    assert not Notification.objects.filter(person=viewer).exists()


def test_the_evening_before_the_owner_is_reminded_once(review, business, it):
    with time_machine.travel("2026-05-12 10:00+02:00", tick=False):
        tomorrow = date(2026, 5, 13)
        actions.agree(review, by=business, text="Brief the crew", owner=it, due=tomorrow)
        runner.remind()
        assert not Notification.objects.filter(message__kind="notice.action_due").exists()
        assert [item.urgent for item in waiting(it)] == [True]
    with time_machine.travel("2026-05-12 18:05+02:00", tick=False):
        runner.remind()
        runner.remind()
    assert [one.person for one in Notification.objects.filter(message__kind="notice.action_due")] == [it]
    assert waiting(business) == []
