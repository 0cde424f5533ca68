"""Problems and debts of a use case, ranked: what stands between it and its use, and what every month of it costs."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal import clock, plain
from portal.audit.models import Event
from portal.audit.rewind import rewind
from portal.people.models import User
from portal.records import Record
from portal.registry import Tone
from usecases.catalog.models import UseCase


class ProblemKind(models.TextChoices):
    """Something in the way now, or something that was put off and costs until it is paid."""

    PROBLEM = "problem", _("Problem")
    DEBT = "debt", _("Debt")


class IceFace(models.TextChoices):
    """Which face of the iceberg it belongs to."""

    BUSINESS = "business", _("Business")
    SCIENCE = "science", _("Science")
    DATA = "data", _("Data")
    INTEGRATION = "integration", _("Integration")
    OPERATIONS = "operations", _("Operations")
    ORGANISATION = "organisation", _("Organisation")


class ProblemStatus(models.TextChoices):
    """Open until it is solved, or dropped with a reason; either can be opened again."""

    OPEN = "open", _("Open")
    SOLVED = "solved", _("Solved")
    DROPPED = "dropped", _("Dropped")

    @property
    def tone(self) -> Tone:
        """How it is coloured."""
        tones: dict[str, Tone] = {"open": "warn", "solved": "ok", "dropped": "unk"}
        return tones[self.value]


class ProblemQuerySet(models.QuerySet["Problem"]):
    """Questions of the pages."""

    def open(self) -> "ProblemQuerySet":
        """Those that are still there, the first to solve first; on a day of the past, those that were, by age."""
        if clock.past() is None:
            return self.filter(status=ProblemStatus.OPEN).order_by("use_case_id", "rank")
        then: Any = self.known()
        found: ProblemQuerySet = then.filter(status_then=ProblemStatus.OPEN).order_by("use_case_id", "number")
        return found

    def known(self) -> "ProblemQuerySet":
        """All of them; on a day of the past, those of then, each with `status_then`."""
        if clock.past() is None:
            return self.all()
        last = ProblemChange.objects.filter(problem=models.OuterRef("pk")).order_by("-id").values("to_status")[:1]
        return self.filter(occurred_at__lte=clock.past()).annotate(status_then=models.Subquery(last))

    def overdue(self, today: date) -> "ProblemQuerySet":
        """Those still open whose day has passed."""
        return self.open().filter(due__lt=today)

    def burden(self) -> dict[str, Any]:
        """Of the open ones: `number`, `debts`, `cost` a month (None when nobody knows any), `unpriced`."""
        return (
            self.open()
            .order_by()
            .aggregate(
                number=models.Count("pk"),
                debts=models.Count("pk", filter=models.Q(kind=ProblemKind.DEBT)),
                cost=models.Sum("cost_per_month"),
                unpriced=models.Count("pk", filter=models.Q(cost_per_month=None)),
            )
        )


class Problem(Record):
    """A problem or a debt: face of the iceberg, owner, due day, cost a month in the use case's currency, rank."""

    use_case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="problems")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=7, choices=ProblemKind, default=ProblemKind.PROBLEM)
    face = models.CharField(max_length=12, choices=IceFace)
    title = models.CharField(max_length=160)
    description = models.TextField(blank=True)
    # Null: nobody has taken it, and every page says so.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    due = models.DateField(null=True, blank=True)
    # Null: nobody knows; zero is an answer.
    cost_per_month = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    tracker_url = models.URLField(max_length=400, blank=True)
    # 1 is solved first. What is no longer open has none.
    rank = models.PositiveIntegerField(null=True)
    status = models.CharField(max_length=7, choices=ProblemStatus, default=ProblemStatus.OPEN)
    status_since = models.DateTimeField(default=clock.now)
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = ProblemQuerySet.as_manager()

    class Meta:
        ordering = ["use_case_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["use_case", "number"], name="problem_number_once"),
            # Deferred: an exchange of two ranks passes through a moment with one of them twice. Also the top three.
            models.UniqueConstraint(
                fields=["use_case", "rank"], name="problem_rank_once", deferrable=models.Deferrable.DEFERRED
            ),
            models.CheckConstraint(
                condition=models.Q(status="open", rank__gte=1) | (~models.Q(status="open") & models.Q(rank=None)),
                name="problem_ranked_while_open",
            ),
            models.CheckConstraint(condition=~models.Q(title=""), name="problem_titled"),
            models.CheckConstraint(
                condition=models.Q(cost_per_month=None) | models.Q(cost_per_month__gte=0), name="problem_cost_positive"
            ),
        ]
        indexes = [
            # the search: parts of its title, words of what is said of it
            plain.name_index("problem_title_parts", "title"),
            plain.words_index("problem_words", "title", "description"),
            # the inbox: what is mine, what is overdue
            models.Index(fields=["owner", "due"], condition=models.Q(status="open"), name="problem_open_by_owner"),
            models.Index(fields=["due"], condition=models.Q(status="open"), name="problem_open_by_due"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("problem", args=[self.use_case.slug, self.number])

    @classmethod
    def as_they_were(cls, rows: Sequence["Problem"], at: datetime) -> None:
        """As the journal and their steps say they were; which rank they had was not kept. Four queries."""
        rewind(rows, at)
        _owned(rows, at)
        steps = ProblemChange.objects.filter(problem__in=rows, occurred_at__lte=at).order_by("id")
        last = {step.problem_id: step for step in steps}
        for one in rows:
            one.rank = None
            if one.pk in last:
                one.status, one.status_since = last[one.pk].to_status, last[one.pk].occurred_at

    @property
    def tone(self) -> Tone:
        """How its status is coloured; red once its day has passed."""
        return "err" if self.is_overdue else ProblemStatus(self.status).tone

    @property
    def is_overdue(self) -> bool:
        """Whether it is open and its day has passed, in the organisation's zone."""
        return self.status == ProblemStatus.OPEN and self.due is not None and self.due < today()


def _owned(rows: Sequence[Problem], at: datetime) -> None:
    """Give each the owner it had: the journal keeps who it was before a change, by the identifier of the person."""
    later = Event._base_manager.filter(
        target_uid__in=[one.uid for one in rows], occurred_at__gt=at, data__before__has_key="owner"
    )
    before = {event.target_uid: event.data["before"]["owner"] for event in later.order_by("-occurred_at", "-id")}
    people = {str(one.uid): one for one in User.objects.filter(uid__in=filter(None, before.values()))}
    for one in rows:
        if one.uid in before:
            one.owner = people.get(before[one.uid] or "")


class ProblemChange(Record):
    """A step in the life of a problem: raised, solved, dropped, opened again; with the words said then."""

    problem = models.ForeignKey(Problem, on_delete=models.CASCADE, related_name="changes")
    from_status = models.CharField(max_length=7, choices=ProblemStatus, blank=True)
    to_status = models.CharField(max_length=7, choices=ProblemStatus)
    comment = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.from_status} → {self.to_status}"


def today() -> date:
    """The day of the story, in the organisation's zone."""
    return timezone.localdate(clock.now(), timezone.get_default_timezone())
