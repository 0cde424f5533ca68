"""Incidents: something is wrong, somebody has it in hand, it is over and why."""

import functools
import operator
from collections.abc import Collection
from datetime import datetime

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from monitoring.checks.models import Check, Severity
from portal import clock, plain
from portal.people import rights
from portal.records import Record
from portal.registry import Tone
from usecases.catalog.models import UseCase, place_at


class IncidentStatus(models.TextChoices):
    """The life of an incident."""

    OPEN = "open", _("Open")
    ACKNOWLEDGED = "acknowledged", _("In hand")
    RESOLVED = "resolved", _("Resolved")


def in_status(wanted: Collection[str]) -> models.Q:
    """The condition: in one of these statuses, on the day looked at if one is."""
    at = clock.past()
    if at is None:
        return models.Q(status__in=wanted)
    taken, over = models.Q(acknowledged_at__lte=at), models.Q(resolved_at__lte=at)
    then: dict[str, models.Q] = {"open": ~taken & ~over, "acknowledged": taken & ~over, "resolved": over}
    asked = [then[status] for status in wanted if status in then]
    return functools.reduce(operator.or_, asked, models.Q(pk__in=[]))


class Incident(Record):
    """A check went wrong. At most one is unresolved per check."""

    use_case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="incidents")
    number = models.PositiveIntegerField()
    check_that_failed = models.ForeignKey(Check, on_delete=models.PROTECT, related_name="incidents")
    severity = models.CharField(max_length=7, choices=Severity)
    status = models.CharField(max_length=12, choices=IncidentStatus, default=IncidentStatus.OPEN)
    # The moment of the point that crossed the bound, and the value it had.
    began_at = models.DateTimeField()
    value = models.FloatField()
    # When the series came back on the right side; it stays open until somebody says why it happened.
    recovered_at = models.DateTimeField(null=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    acknowledged_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    resolved_at = models.DateTimeField(null=True)
    cause = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["use_case", "number"], name="incident_number_once"),
            models.UniqueConstraint(
                fields=["check_that_failed"],
                condition=~models.Q(status="resolved"),
                name="incident_one_unresolved_per_check",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="resolved") | (models.Q(resolved_at__isnull=False) & ~models.Q(cause="")),
                name="incident_resolved_with_cause",
            ),
        ]
        indexes = [
            # the search: its cause
            plain.name_index("incident_cause_parts", "cause"),
            plain.words_index("incident_cause_words", "cause"),
            # what needs somebody
            models.Index(fields=["use_case"], condition=~models.Q(status="resolved"), name="incident_unresolved"),
        ]

    def __str__(self) -> str:
        return _("Incident %(number)s: %(check)s") % {"number": self.number, "check": self.check_that_failed}

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("incident", args=[self.use_case.slug, self.number])

    def unlearn(self, at: datetime) -> None:
        """Resolved, recovered or taken in hand later: it was not."""
        if self.later("resolved_at", at):
            self.resolved_at, self.resolved_by, self.cause = None, None, ""
            self.status = IncidentStatus.ACKNOWLEDGED if self.acknowledged_at else IncidentStatus.OPEN
        if self.later("recovered_at", at):
            self.recovered_at = None
        if self.later("acknowledged_at", at):
            self.acknowledged_at, self.owner, self.status = None, None, IncidentStatus.OPEN

    @property
    def place(self) -> rights.Place:
        """Where the series is that went wrong, for the rights."""
        return place_at(self.check_that_failed.series.site)

    @property
    def tone(self) -> Tone:
        """How it is coloured."""
        if self.status == IncidentStatus.RESOLVED:
            return "ok"
        return "err" if self.severity == Severity.ERROR else "warn"
