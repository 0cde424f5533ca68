"""Reviews: a page frozen for a meeting, who was there, what was decided, who does what until when, and its PDF."""

from datetime import date, timedelta

import pgtrigger
from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from portal import clock
from portal.people import rights
from portal.people.models import User
from portal.records import Known, Record
from portal.registry import Tone
from usecases.catalog.models import UseCase

# What belongs to a closed review is as closed as it is; an action may still be done.
STAYS = """
    IF (SELECT status FROM usecases_review WHERE id = COALESCE(NEW.review_id, OLD.review_id)) = 'closed' {unless} THEN
        RAISE EXCEPTION 'the review is closed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
"""
SAME_ACTION = """AND NOT (
        TG_OP = 'UPDATE' AND (NEW.review_id, NEW.about_id, NEW.text, NEW.owner_id, NEW.due)
        IS NOT DISTINCT FROM (OLD.review_id, OLD.about_id, OLD.text, OLD.owner_id, OLD.due)
    )"""


def _closed_with_its_review(name: str, unless: str = "") -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        when=pgtrigger.Before,
        func=STAYS.format(unless=unless),
    )


def today() -> date:
    """The day of the story, in the organisation's zone."""
    return timezone.localdate(clock.now(), timezone.get_default_timezone())


class ReviewStatus(models.TextChoices):
    """Open until the meeting is over; then it says the same for ever."""

    OPEN = "open", pgettext_lazy("review", "Open")
    CLOSED = "closed", pgettext_lazy("review", "Closed")


class ReviewQuerySet(models.QuerySet["Review"]):
    """Questions of the pages."""

    def visible_to(self, user: User) -> "ReviewQuerySet":
        """Those of use cases one may see; those of the portfolio for who reads every use case."""
        if rights.sees_everything(user):
            return self
        return self.filter(use_case__in=UseCase.objects.visible_to(user))

    def of(self, use_case: UseCase | None) -> "ReviewQuerySet":
        """Those of a use case; None: of the portfolio."""
        return self.filter(use_case=use_case) if use_case else self.filter(use_case__isnull=True)


class Review(Record):
    """A meeting about a use case, or about the portfolio (no use case), and the page that was frozen for it."""

    use_case = models.ForeignKey(UseCase, null=True, on_delete=models.PROTECT, related_name="reviews")
    number = models.PositiveIntegerField()
    meets_at = models.DateTimeField()
    # What is told is what was known then, and what changed since the review before.
    as_of = models.DateTimeField()
    since = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=6, choices=ReviewStatus, default=ReviewStatus.OPEN)
    # The page by language, without names of people: {"en": {title, line, verdict, sections: [{key, title, parts}]}}.
    content = models.JSONField(default=dict)
    # SHA-256 over content, decisions, actions and attendance, in 64 characters, once it is closed.
    digest = models.CharField(max_length=64, blank=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)

    objects = Known.from_queryset(ReviewQuerySet)()

    class Meta:
        ordering = ["-meets_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["use_case", "number"], nulls_distinct=False, name="review_number_once"),
            models.UniqueConstraint(
                fields=["use_case"],
                condition=models.Q(status="open"),
                nulls_distinct=False,
                name="review_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(status="open", digest="", closed_at__isnull=True)
                | (models.Q(status="closed", closed_at__isnull=False, closed_by__isnull=False) & ~models.Q(digest="")),
                name="review_closed_is_sealed",
            ),
        ]
        indexes = [
            # the list of everybody's reviews, the newest first
            models.Index(fields=["-meets_at", "-id"], name="review_by_meeting"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="review_closed_stays",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__status="closed"),
            ),
        ]

    def __str__(self) -> str:
        words = {"number": self.number, "use_case": self.use_case.name if self.use_case else ""}
        said = _("Review %(number)s of “%(use_case)s”") if self.use_case else _("Portfolio review %(number)s")
        return said % words

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("review", args=[self.uid])

    @property
    def is_open(self) -> bool:
        """Whether it can still be written."""
        return self.status == ReviewStatus.OPEN

    @property
    def tone(self) -> Tone:
        """How its status is coloured."""
        return "warn" if self.is_open else "ok"


class Attendance(models.Model):
    """A person was there."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="present")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["person__first_name", "person__last_name", "person_id"]
        constraints = [models.UniqueConstraint(fields=["review", "person"], name="attendance_once")]
        triggers = [_closed_with_its_review("attendance_stays")]

    def __str__(self) -> str:
        return str(self.person)


class Decision(Record):
    """Something that was decided in the meeting; `about` a use case, in a review of the portfolio."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="decisions")
    about = models.ForeignKey(UseCase, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=~models.Q(text=""), name="decision_says_something")]
        triggers = [_closed_with_its_review("decision_stays")]

    def __str__(self) -> str:
        return self.text[:80]


class ReviewActionQuerySet(models.QuerySet["ReviewAction"]):
    """Questions of the pages."""

    def shown_in(self, review: Review) -> "ReviewActionQuerySet":
        """Those written in a review, and those of reviews before that were still to do when it was frozen."""
        earlier = models.Q(review__number__lt=review.number)
        to_do = models.Q(done_at__isnull=True) | models.Q(done_at__gt=review.since or review.occurred_at)
        same = self.filter(review__use_case=review.use_case_id)
        if review.use_case_id is None:
            same = self.filter(review__use_case__isnull=True)
        return same.filter(models.Q(review=review) | (earlier & to_do))

    def due_to(self, user: User) -> "ReviewActionQuerySet":
        """Those this person still has to do, the first due first."""
        return self.filter(owner=user, done_at__isnull=True).order_by("due", "id")


class ReviewAction(Record):
    """What somebody does until a day, as agreed in a review; carried over to the next one until it is done."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="actions")
    about = models.ForeignKey(UseCase, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=240)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    due = models.DateField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    # The owner was reminded, the evening before.
    reminded_at = models.DateTimeField(null=True)

    objects = Known.from_queryset(ReviewActionQuerySet)()

    class Meta:
        ordering = ["due", "id"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(text=""), name="review_action_says_something"),
            models.CheckConstraint(
                condition=models.Q(done_at__isnull=True, done_by__isnull=True)
                | models.Q(done_at__isnull=False, done_by__isnull=False),
                name="review_action_done_by_somebody",
            ),
        ]
        indexes = [
            # the inbox, and the evening's reminders
            models.Index(fields=["owner", "due"], condition=models.Q(done_at=None), name="review_action_to_do"),
            models.Index(fields=["due"], condition=models.Q(done_at=None), name="review_action_due"),
        ]
        triggers = [_closed_with_its_review("review_action_stays", SAME_ACTION)]

    def __str__(self) -> str:
        return self.text

    @property
    def is_late(self) -> bool:
        """Whether its day has passed and it is not done."""
        return self.done_at is None and self.due < today()

    @property
    def is_due_tomorrow(self) -> bool:
        """Whether this is the evening before."""
        return self.done_at is None and self.due == today() + timedelta(days=1)

    @property
    def tone(self) -> Tone:
        """How its state is coloured."""
        return "ok" if self.done_at else "err" if self.is_late else "warn"

    @property
    def state(self) -> str:
        """Its state in a word."""
        if self.done_at:
            return _("Done")
        return _("Late") if self.is_late else _("To do")


class Document(models.Model):
    """The PDF of a review in a language, made by a worker: again while it is open, for good once it is closed."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="documents")
    language = models.CharField(max_length=2, choices=settings.LANGUAGES)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    pages = models.PositiveSmallIntegerField()
    is_final = models.BooleanField(default=False)
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "language"], name="review_document_once")]
        triggers = [
            pgtrigger.Protect(
                name="review_document_final_stays",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__is_final=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.review_id} {self.language}"
