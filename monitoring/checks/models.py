"""Checks: a bound on a series, and the state it is in."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from monitoring.series.models import Series
from portal import plain
from portal.audit.rewind import rewind
from portal.records import Known, Record, Rewound
from portal.registry import Tone
from usecases.catalog.models import Health, UseCase


class Comparator(models.TextChoices):
    """When the bound is crossed."""

    ABOVE = "above", _("above")
    BELOW = "below", _("below")


class Severity(models.TextChoices):
    """What crossing the bound means."""

    WARNING = "warning", _("Warning")
    ERROR = "error", _("Error")


class CheckQuerySet(Rewound["Check"]):
    """Checks; on a day of the past, in the state that the journal says."""


class Check(Record):
    """Says that a series must stay on one side of a bound. `k` of the last `window` points must cross it."""

    use_case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="checks")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=120)
    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="checks")
    comparator = models.CharField(max_length=5, choices=Comparator)
    bound = models.FloatField()
    severity = models.CharField(max_length=7, choices=Severity, default=Severity.WARNING)
    k = models.PositiveSmallIntegerField(default=1)
    window = models.PositiveSmallIntegerField(default=1)
    is_active = models.BooleanField(default=True)
    state = models.CharField(max_length=8, choices=Health, default=Health.UNKNOWN)
    state_since = models.DateTimeField(null=True)
    # The point that decided, and when it was last looked at.
    last_ts = models.DateTimeField(null=True)
    last_value = models.FloatField(null=True)
    evaluated_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = Known.from_queryset(CheckQuerySet)()

    class Meta:
        ordering = ["number"]
        indexes = [
            # the search: parts of its name
            plain.name_index("check_name_parts", "name"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["use_case", "number"], name="check_number_once"),
            models.CheckConstraint(
                condition=models.Q(k__gte=1) & models.Q(k__lte=models.F("window")), name="check_k_of_window"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("check", args=[self.use_case.slug, self.number])

    def unlearn(self, at: datetime) -> None:
        """What it saw later it had not seen."""
        if self.later("last_ts", at):
            self.last_ts = self.last_value = None
        if self.later("evaluated_at", at):
            self.evaluated_at = None
        if self.later("state_since", at):
            self.state_since = None

    @classmethod
    def as_they_were(cls, rows: Sequence["Check"], at: datetime) -> None:
        """In the state that the journal says."""
        rewind(rows, at)

    @property
    def rule(self) -> str:
        """The rule in one line: "error rate > 0.05 % (2/3)" is 2 of the last 3 points."""
        sign = ">" if self.comparator == Comparator.ABOVE else "<"
        points = f" ({self.k}/{self.window})" if self.window > 1 else ""
        unit = f" {self.series.unit}" if self.series.unit else ""
        return f"{self.series} {sign} {self.bound:.6g}{unit}{points}"

    @property
    def tone(self) -> Tone:
        """How its state is coloured."""
        return Health(self.state).tone
