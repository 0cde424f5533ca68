"""KPIs agreed by the business, and what was measured."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal import clock, plain
from portal.audit.rewind import rewind
from portal.people import rights
from portal.records import Known, Record, Rewound
from portal.registry import Tone
from usecases.catalog.models import Site, UseCase, place_at


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


class Aggregation(models.TextChoices):
    """How the figures of sites and periods are put together."""

    MEAN = "mean", _("Mean, weighted by size (n)")
    RATIO = "ratio", _("Ratio: numerators over denominators")
    SUM = "sum", _("Sum over the sites, averaged per period")


class Rule(models.TextChoices):
    """When the business calls it better than the system in place; agreed before the figures are looked at."""

    SUPERIORITY = "superiority", _("Superiority: the whole interval is on the better side")
    NON_INFERIORITY = "non_inferiority", _("Non-inferiority: no more than the margin is lost, whole interval counted")
    SIGNED = "signed", _("A signed decision on stated evidence")


class Source(models.TextChoices):
    """Where a measurement came from."""

    TYPED = "typed", _("Typed")
    CSV = "csv", _("CSV file")
    API = "api", _("API")
    SERIES = "series", _("Series")


class MeasurementStatus(models.TextChoices):
    """A measurement counts as truth once the business has validated it; a rejected one counts nowhere."""

    PROVISIONAL = "provisional", _("Provisional")
    VALIDATED = "validated", _("Validated")
    REJECTED = "rejected", _("Rejected")

    @property
    def tone(self) -> Tone:
        """How it is coloured."""
        tones: dict[str, Tone] = {"provisional": "unk", "validated": "ok", "rejected": "err"}
        return tones[self.value]


class KPIQuerySet(Rewound["KPI"]):
    """Questions of the pages."""

    def with_waiting(self, among: models.Q | None = None) -> Any:
        """Each with `waiting`, how many measurements the business has not validated, and `waiting_since`.

        `among`: a condition on the KPI and its `measurements`, for those that count.
        """
        if clock.past() is not None:
            # In the past nothing waits for anybody.
            return self.annotate(
                waiting=models.Value(0), waiting_since=models.Value(None, output_field=models.DateTimeField())
            )
        provisional = models.Q(measurements__status=MeasurementStatus.PROVISIONAL)
        if among is not None:
            provisional &= among
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
    aggregation = models.CharField(max_length=5, choices=Aggregation, default=Aggregation.MEAN)
    # A rate is given per so many: 100 for "visits per 100 customers".
    scale = models.FloatField(default=1)
    # Days after a period until its outcomes are known: before, it is shown dotted and counts nowhere.
    outcome_delay = models.PositiveSmallIntegerField(default=0)
    # Periods that begin earlier are the time before: drawn, not counted.
    counted_from = models.DateField(null=True, blank=True)
    baseline_error = models.FloatField(null=True, blank=True)
    rule = models.CharField(max_length=15, choices=Rule, default=Rule.SUPERIORITY)
    margin = models.FloatField(null=True, blank=True)
    # The share of people drawn into the control arm, 0 to 1; null when nobody is drawn.
    control_share = models.FloatField(null=True, blank=True)
    # The number of people in both arms at which the interval valid at any time is the tightest.
    planned_n = models.PositiveIntegerField(default=10_000)
    comparison_ends = models.DateField(null=True, blank=True)
    # The number of its definition as it stands; every definition there was is a KPIVersion.
    version = models.PositiveIntegerField(default=1)
    is_headline = models.BooleanField(default=False)

    objects = Known.from_queryset(KPIQuerySet)()

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
            models.CheckConstraint(condition=models.Q(scale__gt=0), name="kpi_scale_positive"),
            models.CheckConstraint(
                condition=models.Q(baseline_error__isnull=True) | models.Q(baseline_error__gte=0),
                name="kpi_baseline_error_positive",
            ),
            models.CheckConstraint(
                condition=~models.Q(rule="non_inferiority") | models.Q(margin__isnull=False, margin__gt=0),
                name="kpi_margin_given_away",
            ),
            models.CheckConstraint(
                condition=models.Q(control_share__isnull=True) | models.Q(control_share__gt=0, control_share__lt=1),
                name="kpi_control_share_a_share",
            ),
            models.CheckConstraint(condition=models.Q(planned_n__gte=100), name="kpi_planned_n_enough"),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def as_they_were(cls, rows: Sequence["KPI"], at: datetime) -> None:
        """As they were defined."""
        rewind(rows, at)

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("kpi", args=[self.use_case.slug, self.number])


class KPIVersion(Record):
    """What a KPI said from one edit to the next; iterations, decisions and reviews name it."""

    kpi = models.ForeignKey(KPI, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    # The fields of `actions.Facts` but its owner, as JSON.
    facts = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["kpi", "number"], name="kpi_version_once")]

    def __str__(self) -> str:
        return f"{self.kpi} v{self.number}"


class KPIAgreement(Record):
    """A person agreed on a version of a KPI, about something: an iteration, a review."""

    version = models.ForeignKey(KPIVersion, on_delete=models.PROTECT, related_name="agreements")
    about = models.CharField(max_length=120, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["occurred_at"]
        constraints = [models.UniqueConstraint(fields=["version", "about", "by"], name="kpi_agreement_once")]

    def __str__(self) -> str:
        return str(self.version)


class KPIDecision(Record):
    """The business signed, on evidence it states, that a KPI is better than the system in place, or that it is not."""

    kpi = models.ForeignKey(KPI, on_delete=models.CASCADE, related_name="decisions")
    version = models.PositiveIntegerField()
    is_better = models.BooleanField()
    evidence = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-occurred_at", "-pk"]
        indexes = [
            # the last decision of a KPI
            models.Index(fields=["kpi", "-occurred_at"], name="kpi_decision_last"),
        ]
        constraints = [
            models.CheckConstraint(condition=~models.Q(evidence=""), name="kpi_decision_on_evidence"),
        ]

    def __str__(self) -> str:
        return str(self.kpi)


class Figures(Record):
    """What was measured over a period, in the KPI's unit, and the state it is in since `occurred_at`."""

    period_end = models.DateField(help_text=_("First day after the period."))
    value = models.FloatField()
    n = models.PositiveIntegerField(null=True, blank=True)
    standard_error = models.FloatField(null=True, blank=True)
    # The system in place over the same period and people, when it was measured beside.
    reference_value = models.FloatField(null=True, blank=True)
    reference_standard_error = models.FloatField(null=True, blank=True)
    # Of two arms, or of two systems side by side: sizes, and how many of them converted.
    reference_n = models.PositiveIntegerField(null=True, blank=True)
    conversions = models.PositiveIntegerField(null=True, blank=True)
    reference_conversions = models.PositiveIntegerField(null=True, blank=True)
    # Of a ratio: value = scale × numerator / denominator.
    numerator = models.FloatField(null=True, blank=True)
    denominator = models.FloatField(null=True, blank=True)
    source = models.CharField(max_length=6, choices=Source)
    status = models.CharField(max_length=11, choices=MeasurementStatus, default=MeasurementStatus.PROVISIONAL)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    validated_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    validated_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class MeasurementQuerySet(Rewound["Measurement"]):
    """Measurements; on a day of the past, with the figures they had."""


class KnownMeasurements(Known["Measurement"]):
    """Measurements that were there: those corrected since, too."""

    def get_queryset(self) -> models.QuerySet["Measurement"]:
        """Every row whose figures, or figures before them, are not of the future of the day looked at."""
        at = clock.past()
        if at is None:
            return super().get_queryset()
        with clock.looking_back(None):
            rows = super().get_queryset()
        corrected = MeasurementRevision.objects.filter(measurement=models.OuterRef("pk"), occurred_at__lte=at)
        return rows.filter(models.Q(occurred_at__lte=at) | models.Exists(corrected))


class Measurement(Figures):
    """The value of a KPI over a period (half-open, in days of the organisation's zone), at a site or everywhere."""

    kpi = models.ForeignKey(KPI, on_delete=models.CASCADE, related_name="measurements")
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    period_start = models.DateField()
    rejection = models.CharField(max_length=500, blank=True)

    objects = KnownMeasurements.from_queryset(MeasurementQuerySet)()

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
                condition=models.Q(status="validated", validated_by__isnull=False)
                | models.Q(status__in=("provisional", "rejected"), validated_by__isnull=True),
                name="measurement_validated_by_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(conversions__isnull=True) | models.Q(conversions__lte=models.F("n")),
                name="measurement_conversions_of_n",
            ),
            models.CheckConstraint(
                condition=models.Q(reference_conversions__isnull=True)
                | models.Q(reference_conversions__lte=models.F("reference_n")),
                name="measurement_reference_conversions_of_n",
            ),
            models.CheckConstraint(
                condition=models.Q(denominator__isnull=True) | models.Q(denominator__gt=0),
                name="measurement_denominator_positive",
            ),
            models.CheckConstraint(
                condition=models.Q(status="rejected", rejection__gt="")
                | models.Q(status__in=("provisional", "validated"), rejection=""),
                name="measurement_rejected_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kpi} {self.period_start:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("measurement", args=[self.kpi.use_case.slug, self.kpi.number, self.uid])

    @property
    def place(self) -> rights.Place:
        """Where it was measured, for the rights."""
        return place_at(self.site)

    @property
    def tone(self) -> Tone:
        """How its status is coloured."""
        return MeasurementStatus(self.status).tone

    @property
    def state(self) -> str:
        """What stands for everything it says, as a form sends it back; it changes when any of it does."""
        return f"{self.status} {self.value!r} {self.occurred_at.isoformat()}"

    def unlearn(self, at: datetime) -> None:
        """Validated later: it was provisional."""
        if self.later("validated_at", at):
            self.status, self.validated_by, self.validated_at = MeasurementStatus.PROVISIONAL, None, None

    @classmethod
    def as_they_were(cls, rows: Sequence["Measurement"], at: datetime) -> None:
        """With the figures they had before they were corrected or rejected. One query."""
        later = {row.pk: row for row in rows if row.occurred_at > at}
        revisions = MeasurementRevision.objects.filter(measurement__in=later, replaced_at__gt=at)
        names = [field.attname for field in Figures._meta.concrete_fields if field.name not in ("uid", "recorded_at")]
        for revision in revisions:
            row = later.pop(revision.measurement_id, None)
            for name in names if row is not None else ():
                setattr(row, name, getattr(revision, name))
            if row is not None:
                row.rejection = ""
                row.unlearn(at)

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


class MeasurementRevision(Figures):
    """What a measurement said until it was corrected or rejected: by whom, when (`replaced_at`), and why."""

    measurement = models.ForeignKey(Measurement, on_delete=models.CASCADE, related_name="revisions")
    replaced_at = models.DateTimeField()
    replaced_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-replaced_at", "-pk"]
        indexes = [
            # what was known at a date: the states that ended after it
            models.Index(fields=["measurement", "replaced_at"], name="measurement_revision_then"),
        ]

    def __str__(self) -> str:
        return str(self.measurement)
