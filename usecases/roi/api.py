"""The API of cost and value."""

from dataclasses import asdict
from typing import Any

import django_filters
from django.db import models
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

from portal.api.endpoints import Acting, Creating, Endpoint, Listing, Reading
from portal.api.filters import DayFilter
from portal.api.serializers import Body
from portal.errors import BadInput
from portal.people import rights
from portal.people.models import Scope, Team
from usecases.catalog.api import OfUseCase
from usecases.catalog.models import UseCase
from usecases.roi import actions, rows
from usecases.roi.account import Account, accounts, book, effort
from usecases.roi.models import BusinessCase, Cost, CostKind, DayRate, ExpectedMonth

MONEY: dict[str, Any] = {"max_digits": 14, "decimal_places": 2}


class CostOut(serializers.ModelSerializer[Cost]):
    """A cost; `money` is null while its days have no day rate."""

    money = serializers.DecimalField(max_digits=20, decimal_places=2, read_only=True, allow_null=True)

    class Meta:
        model = Cost
        fields = (
            "uid",
            "number",
            "kind",
            "period_start",
            "period_end",
            "person_days",
            "amount",
            "money",
            "currency",
            "note",
            "struck_at",
            "struck_reason",
        )
        read_only_fields = fields


class CostIn(Body):
    """A cost as it is sent: person-days or an amount; the period is half-open, until the end of its month when left."""

    kind = serializers.ChoiceField(choices=CostKind.choices)
    period_start = serializers.DateField()
    period_end = serializers.DateField(required=False, allow_null=True)
    person_days = serializers.DecimalField(max_digits=8, decimal_places=2, required=False, allow_null=True)
    amount = serializers.DecimalField(**MONEY, required=False, allow_null=True)
    currency = serializers.RegexField(r"^[A-Z]{3}$", required=False)
    note = serializers.CharField(required=False, allow_blank=True, max_length=240)


class StrikeIn(Body):
    """Why it no longer counts."""

    reason = serializers.CharField(max_length=240)


class MonthOut(serializers.ModelSerializer[ExpectedMonth]):
    """A month of a business case, told by its first day."""

    class Meta:
        model = ExpectedMonth
        fields = ("month", "value", "cost")
        read_only_fields = fields


class MonthIn(Body):
    """A month of a business case, told by its first day; what is left out is nothing."""

    month = serializers.DateField()
    value = serializers.DecimalField(**MONEY, required=False)
    cost = serializers.DecimalField(**MONEY, required=False, min_value=0)


class CaseOut(serializers.ModelSerializer[BusinessCase]):
    """A business case, month by month."""

    months = MonthOut(many=True, read_only=True)
    validated_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True, allow_null=True)

    class Meta:
        model = BusinessCase
        fields = (
            "uid",
            "number",
            "status",
            "currency",
            "assumptions",
            "months",
            "occurred_at",
            "validated_by",
            "validated_at",
        )
        read_only_fields = fields


class CaseIn(Body):
    """A business case as it is sent."""

    assumptions = serializers.CharField(max_length=20_000)
    currency = serializers.RegexField(r"^[A-Z]{3}$", required=False)
    months = serializers.ListField(child=MonthIn(), min_length=1, max_length=actions.MOST_MONTHS)


class NothingIn(Body):
    """Nothing needs to be said."""


class RateOut(serializers.ModelSerializer[DayRate]):
    """A day rate; `team` is null for the organisation's."""

    team = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True, allow_null=True)

    class Meta:
        model = DayRate
        fields = ("uid", "team", "amount", "currency", "valid_from")
        read_only_fields = fields


class RateIn(Body):
    """A day rate as it is sent."""

    amount = serializers.DecimalField(**MONEY, min_value=0)
    currency = serializers.RegexField(r"^[A-Z]{3}$")
    valid_from = serializers.DateField()


class LedgerMonth(serializers.Serializer[Any]):
    """A month of the account; what begins with `all_` is cumulated; null is unknown or not yet."""

    month = serializers.DateField()
    cost = serializers.DecimalField(max_digits=20, decimal_places=2)
    all_cost = serializers.DecimalField(max_digits=20, decimal_places=2)
    expected = serializers.DecimalField(max_digits=20, decimal_places=2, allow_null=True)
    all_expected = serializers.DecimalField(max_digits=20, decimal_places=2, allow_null=True)
    realised = serializers.DecimalField(max_digits=20, decimal_places=2, allow_null=True)
    all_realised = serializers.DecimalField(
        max_digits=20, decimal_places=2, allow_null=True, source="all_realised.value", default=None
    )
    all_realised_low = serializers.DecimalField(
        max_digits=20, decimal_places=2, allow_null=True, source="all_realised.low", default=None
    )
    all_realised_high = serializers.DecimalField(
        max_digits=20, decimal_places=2, allow_null=True, source="all_realised.high", default=None
    )


class RoiAccountOut(serializers.Serializer[Account]):
    """Cost and value in one currency; months are told by their first day, sums of currencies are never added."""

    currency = serializers.CharField()
    spent = serializers.DecimalField(max_digits=20, decimal_places=2, source="sums.cost")
    days_without_rate = serializers.DecimalField(max_digits=20, decimal_places=2, source="sums.unpriced_days")
    expected = serializers.DecimalField(max_digits=20, decimal_places=2, allow_null=True, source="sums.expected")
    realised = serializers.DecimalField(max_digits=20, decimal_places=2, allow_null=True, source="sums.value")
    realised_low = serializers.DecimalField(
        max_digits=20, decimal_places=2, allow_null=True, source="sums.realised.total.low", default=None
    )
    realised_high = serializers.DecimalField(
        max_digits=20, decimal_places=2, allow_null=True, source="sums.realised.total.high", default=None
    )
    realised_until = serializers.DateField(allow_null=True, source="sums.realised.until")
    periods = serializers.IntegerField(source="sums.realised.periods")
    periods_provisional = serializers.IntegerField(source="sums.realised.provisional")
    periods_immature = serializers.IntegerField(source="sums.realised.immature")
    periods_unknown = serializers.IntegerField(source="sums.realised.unknown")
    expected_payback = serializers.DateField(allow_null=True)
    realised_payback = serializers.DateField(allow_null=True)
    proven_payback = serializers.DateField(allow_null=True, help_text="By the lower bound of the 95 % interval.")
    months = LedgerMonth(many=True)


class EffortMonth(serializers.Serializer[Any]):
    """The person-days of a month by kind; `ml_share` of ML and integration together, null when there was neither."""

    month = serializers.DateField()
    days = serializers.DictField(child=serializers.DecimalField(max_digits=20, decimal_places=2))
    ml_share = serializers.DecimalField(max_digits=5, decimal_places=4, allow_null=True)


class RoiOut(serializers.Serializer[Any]):
    """The accounts of a use case, its own currency first, and where the effort went."""

    accounts = RoiAccountOut(many=True)
    ml_share = serializers.DecimalField(max_digits=5, decimal_places=4, allow_null=True)
    effort = EffortMonth(many=True)


class CostFilter(django_filters.FilterSet):
    """Which costs; those struck out are told too, unless `standing` asks for the others."""

    kind = django_filters.ChoiceFilter(choices=CostKind.choices)
    since = DayFilter(field_name="period_start", lookup_expr="gte")
    standing = django_filters.BooleanFilter(field_name="struck_at", lookup_expr="isnull")


class _OfRoi(OfUseCase):
    reads, writes = Scope.READ, Scope.WRITE


class Roi(Reading, _OfRoi):
    """What a use case cost, was expected to bring, and brought, in each of its currencies."""

    shows_the_past = True
    serializer_class = RoiOut

    def rows(self) -> models.QuerySet[UseCase]:
        """The use case."""
        return UseCase.objects.filter(pk=self.use_case.pk)

    def thing(self) -> Any:
        """Its accounts."""
        written = book(self.use_case)
        worked = effort(self.use_case, written=written)
        return {
            "accounts": accounts(self.use_case, written=written),
            "ml_share": worked.ml_share,
            "effort": worked.months,
        }


class Costs(Listing, Creating, _OfRoi):
    """The costs of a use case."""

    serializer_class, body = CostOut, CostIn
    filterset_class = CostFilter
    orderings = ("number", "-number")
    has_rules = True
    example = {"kind": "integration", "period_start": "2026-05-01", "person_days": "12.5"}

    def rows(self) -> models.QuerySet[Cost]:
        """The costs of the use case, priced."""
        return Cost.objects.filter(use_case=self.use_case).priced()

    def create(self, sent: dict[str, Any]) -> Cost:
        """Record effort or money."""
        made = actions.record_cost(self.use_case, by=self.person, **sent)
        return self.rows().get(pk=made.pk)


class CostsTaken(serializers.Serializer[Any]):
    """How many costs were new, how many were there already."""

    recorded = serializers.IntegerField()
    unchanged = serializers.IntegerField()


SUM = {"type": ["number", "string", "null"], "description": "Above zero, with two decimals at most."}
ROW = {
    "type": "object",
    "required": ["kind", "period_start"],
    "additionalProperties": False,
    "properties": {
        "kind": {"type": "string", "enum": CostKind.values},
        "period_start": {"type": "string", "format": "date"},
        "period_end": {"type": ["string", "null"], "format": "date", "description": "The first day after the period."},
        "person_days": SUM,
        "amount": SUM,
        "currency": {"type": ["string", "null"], "pattern": "^[A-Z]{3}$"},
        "note": {"type": ["string", "null"], "maxLength": 240},
    },
}
BATCH = {
    "type": "object",
    "required": ["costs"],
    "properties": {"costs": {"type": "array", "minItems": 1, "maxItems": rows.MAX_ROWS, "items": ROW}},
}


class CostsBatch(Creating, _OfRoi):
    """Many costs at once."""

    serializer_class = CostOut
    body = {"application/json": BATCH}
    has_rules = True
    example = {"costs": [rows.EXAMPLE]}
    answers = {"POST": {"201": OpenApiResponse(CostsTaken, "Recorded.")}}

    def create(self, sent: dict[str, Any]) -> actions.Recorded:
        """Record a batch of costs, all of it or nothing; problems carry the 1-based index as line.

        A cost that stands with the very same facts is left as it is.
        """
        sent = self.request.data if isinstance(self.request.data, dict) else {}
        found = sent.get("costs")
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            raise BadInput(_("Send an object with “costs”: a list of objects."))
        return actions.record_costs(self.use_case, found, by=self.person)

    def told_created(self, thing: actions.Recorded) -> dict[str, int]:
        """The counts."""
        return asdict(thing)


class CostStrike(Acting, _OfRoi):
    """Count a cost no longer."""

    serializer_class, body = CostOut, StrikeIn
    lookup_field = "number"
    has_rules = True
    example = {"reason": "Counted twice."}

    def rows(self) -> models.QuerySet[Cost]:
        """The costs of the use case, priced."""
        return Cost.objects.filter(use_case=self.use_case).priced()

    def act(self, thing: Cost, sent: dict[str, Any]) -> None:
        """Count a cost no longer, and say why."""
        thing.use_case = self.use_case
        actions.strike_cost(thing, by=self.person, **sent)


class BusinessCases(Listing, Creating, _OfRoi):
    """The business cases of a use case: the one in force, the one that waits, and those they replaced."""

    serializer_class, body = CaseOut, CaseIn
    orderings = ("-number", "number")
    has_rules = True
    example = {
        "assumptions": "2,000 more visits a month, 6 each.",
        "months": [{"month": "2026-05-01", "value": "12000.00", "cost": "3500.00"}],
    }

    def rows(self) -> models.QuerySet[BusinessCase]:
        """The business cases of the use case."""
        return self.use_case.business_cases.select_related("validated_by").prefetch_related("months")

    def create(self, sent: dict[str, Any]) -> BusinessCase:
        """Write a business case; it waits for the business."""
        return actions.write_case(self.use_case, sent.pop("months"), by=self.person, **sent)


class BusinessCaseValidate(Acting, _OfRoi):
    """Validate a business case for the business."""

    serializer_class, body = CaseOut, NothingIn
    lookup_field = "number"
    has_rules = True

    def rows(self) -> models.QuerySet[BusinessCase]:
        """The business cases of the use case."""
        return self.use_case.business_cases.select_related("validated_by").prefetch_related("months")

    def act(self, thing: BusinessCase, sent: dict[str, Any]) -> None:
        """Validate a business case; the one in force is replaced."""
        thing.use_case = self.use_case
        actions.validate_case(thing, by=self.person)


class _Rates(Listing, Creating, Endpoint):
    reads, writes = Scope.READ, Scope.WRITE
    serializer_class, body = RateOut, RateIn
    has_rules = True
    orderings = ("-valid_from", "valid_from")
    example: dict[str, Any] = {"amount": "640.00", "currency": "EUR", "valid_from": "2026-01-01"}
    team: Team | None = None

    def create(self, sent: dict[str, Any]) -> DayRate:
        """Say what a day of a person is counted at from a day on."""
        return actions.set_rate(team=self.team, by=self.person, **sent)


class DayRates(_Rates):
    """What a day is counted at, in the organisation and in its teams."""

    def rows(self) -> models.QuerySet[DayRate]:
        """All of them, for who may set the organisation's."""
        rights.require(self.person, actions.RATE_OF_ALL)
        return DayRate.objects.select_related("team")


class TeamDayRates(_Rates):
    """What a day is counted at in a team: its own rates, and the organisation's."""

    def load(self) -> None:
        """The team, if this person may see it. Raises Http404."""
        everything = rights.sees_everything(self.person)
        seen = Team.objects.all() if everything else Team.objects.filter(pk__in=rights.team_ids(self.person))
        self.team = get_object_or_404(seen, slug=self.kwargs["slug"])

    def rows(self) -> models.QuerySet[DayRate]:
        """The team's and the organisation's."""
        return DayRate.objects.filter(models.Q(team=self.team) | models.Q(team=None)).select_related("team")
