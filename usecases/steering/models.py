"""What steering decided about use cases, and what was learnt from those that were stopped."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.records import Record
from portal.registry import Tone
from usecases.catalog.models import UseCase


class DecisionKind(models.TextChoices):
    """What steering may decide about a use case."""

    FUND = "fund", _("Fund")
    PAUSE = "pause", _("Pause")
    STOP = "stop", pgettext_lazy("steering", "Stop")

    @property
    def tone(self) -> Tone:
        """How it is coloured."""
        tones: dict[str, Tone] = {"fund": "ok", "pause": "warn", "stop": "err"}
        return tones[self.value]


class SteeringDecision(Record):
    """A use case was funded, paused or stopped: by whom, why. `amount` is money granted, in the use case's currency."""

    use_case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="steering_decisions")
    kind = models.CharField(max_length=5, choices=DecisionKind)
    reason = models.TextField()
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-occurred_at", "-id"]
        indexes = [
            # the last decision of each use case, as of a day
            models.Index(fields=["use_case", "-occurred_at"], name="steering_decision_last"),
            # the list of decisions, newest first
            models.Index(fields=["-occurred_at", "-id"], name="steering_decision_newest"),
        ]
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="steering_decision_says_why"),
            models.CheckConstraint(
                condition=models.Q(amount=None) | models.Q(kind="fund", amount__gt=0), name="steering_only_funds_money"
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())

    @property
    def tone(self) -> Tone:
        """How it is coloured."""
        return DecisionKind(self.kind).tone


class Lesson(Record):
    """What somebody learnt from a use case that was stopped or retired. All are kept, the newest is shown first."""

    use_case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="lessons")
    text = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=~models.Q(text=""), name="lesson_says_something")]

    def __str__(self) -> str:
        return self.text
