"""What a use case costs, what it is expected to bring, and what a day of work is counted at."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import DecimalField, ExpressionWrapper, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.people.models import Team
from portal.records import Known, Record
from portal.registry import Tone
from usecases.catalog.models import UseCase

MONEY: dict[str, Any] = {"max_digits": 14, "decimal_places": 2}
CURRENCY = r"^[A-Z]{3}$"


class CostKind(models.TextChoices):
    """What the effort or the money went into; the first two tell "80 % on ML, then 80 % again on integration"."""

    ML = "ml", _("ML")
    INTEGRATION = "integration", _("Integration")
    RUN = "run", _("Run")
    DEBT = "debt", _("Debt")


class CaseStatus(models.TextChoices):
    """A business case counts once the business has validated it, until another one is."""

    DRAFT = "draft", _("Waits for the business")
    VALIDATED = "validated", _("Validated")
    REPLACED = "replaced", _("Replaced")

    @property
    def tone(self) -> Tone:
        """How it is coloured."""
        tones: dict[str, Tone] = {"draft": "warn", "validated": "ok", "replaced": "unk"}
        return tones[self.value]


class DayRate(Record):
    """What a day of a person is counted at from a day on: in the organisation, or in one team of it."""

    # Null: the whole organisation.
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.CASCADE, related_name="day_rates")
    currency = models.CharField(max_length=3)
    amount = models.DecimalField(**MONEY)
    valid_from = models.DateField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-valid_from", "currency"]
        constraints = [
            # Also the search for the rate of a day.
            models.UniqueConstraint(
                fields=["currency", "team", "valid_from"], nulls_distinct=False, name="day_rate_once"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="day_rate_positive"),
            models.CheckConstraint(condition=Q(currency__regex=CURRENCY), name="day_rate_currency_iso"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


class CostQuerySet(models.QuerySet["Cost"]):
    """Questions of the pages."""

    def standing(self, as_of: datetime | None = None) -> "CostQuerySet":
        """Those that were not struck out; `as_of`: of those recorded by then."""
        if as_of is None:
            return self.filter(struck_at=None)
        return self.filter(occurred_at__lte=as_of).filter(Q(struck_at=None) | Q(struck_at__gt=as_of))

    def priced(self, as_of: datetime | None = None) -> Any:
        """Each with `rate`, the day rate of its first day (the team's before the organisation's), and `money`.

        Both are None where no rate was set (by `as_of`): such days are told apart, never counted as nothing.
        """
        mine = Q(team=OuterRef("use_case__team")) | Q(team=None)
        rates = DayRate.objects.filter(mine, currency=OuterRef("currency"), valid_from__lte=OuterRef("period_start"))
        if as_of is not None:
            rates = rates.filter(occurred_at__lte=as_of)
        first = rates.order_by(F("team").asc(nulls_last=True), "-valid_from").values("amount")[:1]
        days = ExpressionWrapper(
            F("person_days") * F("rate"), output_field=DecimalField(max_digits=20, decimal_places=4)
        )
        return self.annotate(rate=Subquery(first)).annotate(
            money=Coalesce(F("amount"), days, output_field=DecimalField(max_digits=20, decimal_places=4))
        )


class Cost(Record):
    """Effort in person-days, or money, of one kind over a period (half-open, days of the organisation's zone)."""

    use_case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="costs")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=11, choices=CostKind)
    period_start = models.DateField()
    period_end = models.DateField(help_text=_("First day after the period."))
    person_days = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    amount = models.DecimalField(**MONEY, null=True, blank=True)
    currency = models.CharField(max_length=3)
    note = models.CharField(max_length=240, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # Nothing is deleted: what was wrong is struck out, and says why.
    struck_at = models.DateTimeField(null=True)
    struck_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    struck_reason = models.CharField(max_length=240, blank=True)

    objects = Known.from_queryset(CostQuerySet)()

    class Meta:
        ordering = ["period_start", "number"]
        constraints = [
            models.UniqueConstraint(fields=["use_case", "number"], name="cost_number_once"),
            models.CheckConstraint(condition=Q(period_end__gt=F("period_start")), name="cost_period_forward"),
            models.CheckConstraint(
                condition=Q(person_days__gt=0, amount=None) | Q(person_days=None, amount__gt=0),
                name="cost_in_days_or_money",
            ),
            models.CheckConstraint(condition=Q(currency__regex=CURRENCY), name="cost_currency_iso"),
            models.CheckConstraint(
                condition=Q(struck_at=None, struck_by=None, struck_reason="")
                | (Q(struck_at__isnull=False, struck_by__isnull=False) & ~Q(struck_reason="")),
                name="cost_struck_by_somebody",
            ),
        ]
        indexes = [
            # the account of a use case, and of all of them
            models.Index(fields=["use_case", "currency"], condition=Q(struck_at=None), name="cost_standing"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.period_start:%Y-%m-%d}"

    @property
    def last_day(self) -> date:
        """The last day it is for."""
        return self.period_end - timedelta(days=1)

    def get_absolute_url(self) -> str:
        """Where it is listed."""
        return reverse("roi", args=[self.use_case.slug])


class BusinessCase(Record):
    """What a use case is expected to bring and to cost, month by month. The validated one counts; all are kept."""

    use_case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="business_cases")
    number = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    assumptions = models.TextField()
    status = models.CharField(max_length=9, choices=CaseStatus, default=CaseStatus.DRAFT)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    validated_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    validated_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["use_case", "number"], name="business_case_number_once"),
            models.UniqueConstraint(
                fields=["use_case"], condition=Q(status="validated"), name="business_case_one_validated"
            ),
            models.CheckConstraint(
                condition=Q(status="draft", validated_by=None) | (~Q(status="draft")),
                name="business_case_draft_by_nobody",
            ),
            models.CheckConstraint(
                condition=~Q(status="validated") | Q(validated_by__isnull=False, validated_at__isnull=False),
                name="business_case_validated_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(assumptions=""), name="business_case_on_assumptions"),
            models.CheckConstraint(condition=Q(currency__regex=CURRENCY), name="business_case_currency_iso"),
        ]

    def __str__(self) -> str:
        return _("Business case %(number)s") % {"number": self.number}

    def get_absolute_url(self) -> str:
        """Where it is shown."""
        return reverse("roi", args=[self.use_case.slug])

    @property
    def tone(self) -> Tone:
        """How its status is coloured."""
        return CaseStatus(self.status).tone


class ExpectedMonth(models.Model):
    """A month of a business case: what it is expected to bring, and to cost."""

    business_case = models.ForeignKey(BusinessCase, on_delete=models.CASCADE, related_name="months")
    month = models.DateField()  # its first day
    value = models.DecimalField(**MONEY, default=Decimal(0))
    cost = models.DecimalField(**MONEY, default=Decimal(0))

    class Meta:
        ordering = ["month"]
        constraints = [
            models.UniqueConstraint(fields=["business_case", "month"], name="expected_month_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="expected_month_first_day"),
            models.CheckConstraint(condition=Q(cost__gte=0), name="expected_cost_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"
