"""KPIs agreed by the business, and what was measured."""

from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal import plain
from portal.records import Record
from usecases.catalog.models import Site, UseCase


class Direction(models.TextChoices):
    """Which way is better."""

    UP = "up", _("Higher is better")
    DOWN = "down", _("Lower is better")


class Cadence(models.TextChoices):
    """How often it is measured."""

    WEEK = "week", _("Every week")
    MONTH = "month", _("Every month")


class Proof(models.TextChoices):
    """How the effect is proven, strongest first; the letter stands beside the headline."""

    EXPERIMENT = "A", _("A: randomised test or permanent hold-out")
    PARALLEL = "B", _("B: parallel run")
    BEFORE_AFTER = "C", _("C: before and after")


class Source(models.TextChoices):
    """Where a measurement came from."""

    TYPED = "typed", _("Typed")
    CSV = "csv", _("CSV file")
    API = "api", _("API")


class MeasurementStatus(models.TextChoices):
    """A measurement counts as truth once the business has validated it."""

    PROVISIONAL = "provisional", _("Provisional")
    VALIDATED = "validated", _("Validated")


class KPIQuerySet(models.QuerySet["KPI"]):
    """Questions of the pages."""

    def with_waiting(self) -> Any:
        """Each with `waiting`, how many measurements the business has not validated, and `waiting_since`."""
        provisional = models.Q(measurements__status=MeasurementStatus.PROVISIONAL)
        return self.annotate(
            waiting=models.Count("measurements", filter=provisional),
            waiting_since=models.Min("measurements__occurred_at", filter=provisional),
        )


class KPI(Record):
    """What the business measures, from where it starts (the system in place) and where it should go."""

    use_case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="kpis")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=120)
    unit = models.CharField(max_length=40)
    direction = models.CharField(max_length=4, choices=Direction, default=Direction.UP)
    cadence = models.CharField(max_length=5, choices=Cadence, default=Cadence.WEEK)
    proof = models.CharField(max_length=1, choices=Proof, default=Proof.BEFORE_AFTER)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # The system in place: null means nobody knows, and every page says so.
    baseline = models.FloatField(null=True, blank=True)
    baseline_source = models.CharField(max_length=240, blank=True)
    target = models.FloatField(null=True, blank=True)
    target_date = models.DateField(null=True, blank=True)
    unit_value = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    # The model metric that stands for it until outcomes are known, as named in MLflow.
    proxy_metric = models.CharField(max_length=120, blank=True)
    proxy_direction = models.CharField(max_length=4, choices=Direction, default=Direction.UP)
    is_headline = models.BooleanField(default=False)

    objects = KPIQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        indexes = [
            # the search: parts of its name
            plain.name_index("kpi_name_parts", "name"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["use_case", "number"], name="kpi_number_once"),
            models.UniqueConstraint(fields=["use_case", "name"], name="kpi_name_once"),
            models.UniqueConstraint(fields=["use_case"], condition=models.Q(is_headline=True), name="kpi_one_headline"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("kpi", args=[self.use_case.slug, self.number])


class Measurement(Record):
    """The value of a KPI over a period (half-open, in days of the organisation's zone), at a site or everywhere."""

    kpi = models.ForeignKey(KPI, on_delete=models.CASCADE, related_name="measurements")
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    period_start = models.DateField()
    period_end = models.DateField(help_text=_("First day after the period."))
    value = models.FloatField()
    n = models.PositiveIntegerField(null=True, blank=True)
    standard_error = models.FloatField(null=True, blank=True)
    # The system in place over the same period and people, when it was measured beside.
    reference_value = models.FloatField(null=True, blank=True)
    reference_standard_error = models.FloatField(null=True, blank=True)
    source = models.CharField(max_length=5, choices=Source)
    status = models.CharField(max_length=11, choices=MeasurementStatus, default=MeasurementStatus.PROVISIONAL)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    validated_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    validated_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["period_start", "site_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kpi", "site", "period_start"], nulls_distinct=False, name="measurement_once"
            ),
            models.CheckConstraint(
                condition=models.Q(period_end__gt=models.F("period_start")), name="measurement_period_forward"
            ),
            models.CheckConstraint(
                condition=models.Q(standard_error__isnull=True) | models.Q(standard_error__gte=0),
                name="measurement_error_positive",
            ),
            models.CheckConstraint(
                condition=models.Q(status="provisional", validated_by__isnull=True)
                | models.Q(status="validated", validated_by__isnull=False),
                name="measurement_validated_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kpi} {self.period_start:%Y-%m-%d}"

    @property
    def seen(self) -> str:
        """The value as a form sends it back, to the last bit, in no language."""
        return repr(self.value)

    @property
    def low(self) -> float | None:
        """Lower bound of the 95 % interval, None when the standard error is unknown."""
        return None if self.standard_error is None else self.value - 1.959964 * self.standard_error

    @property
    def high(self) -> float | None:
        """Upper bound of the 95 % interval, None when the standard error is unknown."""
        return None if self.standard_error is None else self.value + 1.959964 * self.standard_error
