"""The API of KPIs: what is agreed, where it stands; a machine sends what it measured, the business validates it."""

from dataclasses import asdict
from typing import Any

import django_filters
from django.db import models
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.endpoints import Acting, Changing, Creating, Listing, Reading
from portal.api.filters import DayFilter
from portal.api.paging import Pages
from portal.api.serializers import Body, Named, PersonOut
from portal.errors import BadInput
from portal.people.models import Scope, User
from usecases.catalog.api import OfUseCase
from usecases.kpis import actions, rows
from usecases.kpis.models import (
    KPI,
    Aggregation,
    Cadence,
    Direction,
    Measurement,
    MeasurementStatus,
    Proof,
    Rule,
    Source,
)
from usecases.kpis.recording import Recorded
from usecases.kpis.standing import latest, standings


class KpiStandingOut(serializers.Serializer[Any]):
    """Where a KPI stands over a period (half-open), in its unit; null where nobody knows."""

    period_start = serializers.DateField(source="start")
    period_end = serializers.DateField(source="end")
    value = serializers.FloatField(source="estimate.value", default=None, allow_null=True)
    low = serializers.FloatField(source="estimate.low", default=None, allow_null=True, help_text="Of 95 %.")
    high = serializers.FloatField(source="estimate.high", default=None, allow_null=True)
    difference = serializers.FloatField(
        source="effect.difference", default=None, allow_null=True, help_text="To the system in place."
    )
    difference_low = serializers.FloatField(source="effect.low", default=None, allow_null=True)
    difference_high = serializers.FloatField(source="effect.high", default=None, allow_null=True)
    on_target = serializers.BooleanField(allow_null=True)
    provisional = serializers.BooleanField(help_text="The business has not validated all of it.")
    immature = serializers.BooleanField(help_text="Its outcomes are not all known: it counts nowhere yet.")
    mature_on = serializers.DateField()
    missing = serializers.CharField(help_text="The sites that were measured before and are not in this period.")
    sentence = serializers.CharField()
    caution = serializers.CharField()


class KpiOut(serializers.ModelSerializer[KPI]):
    """A KPI, how many measurements wait for the business, and where it stood last (null: never measured)."""

    owner = PersonOut(read_only=True)
    waiting = serializers.IntegerField(read_only=True)
    standing = KpiStandingOut(read_only=True, allow_null=True)

    class Meta:
        model = KPI
        fields = (
            *("uid", "number", "version", "name", "unit", "direction", "cadence", "proof", "owner"),
            *("baseline", "baseline_error", "baseline_source", "target", "target_date", "unit_value"),
            *("aggregation", "scale", "outcome_delay", "counted_from", "rule", "margin", "control_share", "planned_n"),
            *("comparison_ends", "proxy_metric", "proxy_direction", "is_headline", "waiting", "standing"),
        )
        read_only_fields = fields


def members(view: Any) -> models.QuerySet[User]:
    """The people of the team of a use case."""
    return User.objects.filter(memberships__team=view.use_case.team, is_active=True).distinct()


class KpiIn(Body):
    """What a KPI says. Values are in its unit, `unit_value` is money in the currency of the use case."""

    name = serializers.CharField(max_length=120)
    unit = serializers.CharField(max_length=40)
    direction = serializers.ChoiceField(choices=Direction.choices, required=False)
    cadence = serializers.ChoiceField(choices=Cadence.choices, required=False)
    proof = serializers.ChoiceField(choices=Proof.choices, required=False)
    owner = Named(members, by="uid", required=False, help_text="The uid of a member of the team; you when left out.")
    baseline = serializers.FloatField(required=False, allow_null=True, help_text="What the system in place does.")
    baseline_error = serializers.FloatField(required=False, allow_null=True, min_value=0, help_text="Standard error.")
    baseline_source = serializers.CharField(max_length=240, required=False, allow_blank=True)
    target = serializers.FloatField(required=False, allow_null=True)
    target_date = serializers.DateField(required=False, allow_null=True)
    unit_value = serializers.DecimalField(max_digits=14, decimal_places=4, required=False, allow_null=True)
    aggregation = serializers.ChoiceField(choices=Aggregation.choices, required=False)
    scale = serializers.FloatField(required=False, help_text="A rate is given per so many: 100.")
    outcome_delay = serializers.IntegerField(required=False, min_value=0, max_value=3650, help_text="Days.")
    counted_from = serializers.DateField(required=False, allow_null=True)
    rule = serializers.ChoiceField(choices=Rule.choices, required=False)
    margin = serializers.FloatField(required=False, allow_null=True)
    control_share = serializers.FloatField(required=False, allow_null=True, help_text="Between 0 and 1.")
    planned_n = serializers.IntegerField(required=False, min_value=100, max_value=2**31 - 1)
    comparison_ends = serializers.DateField(required=False, allow_null=True)
    proxy_metric = serializers.CharField(max_length=120, required=False, allow_blank=True)
    proxy_direction = serializers.ChoiceField(choices=Direction.choices, required=False)


class OfKpis(OfUseCase):
    """The KPIs of a use case."""

    reads, writes = Scope.READ, Scope.WRITE
    serializer_class: Any = KpiOut
    lookup_field = "number"

    def rows(self) -> models.QuerySet[KPI]:
        """Those of the use case."""
        mine = KPI.objects.filter(use_case=self.use_case).with_waiting()
        found: models.QuerySet[KPI] = mine.select_related("owner", "use_case__team")
        return found

    def dress(self, rows: Any) -> None:
        """Where they stood last (one query)."""
        last = latest(rows)
        for kpi in rows:
            kpi.standing = last.get(kpi.pk)


class Kpis(Listing, Creating, OfKpis):
    """The KPIs of a use case, with where each stands."""

    shows_the_past = True
    body = KpiIn
    example = {"name": "Visit rate", "unit": "visits per 100", "baseline": 14.1, "target": 17.5}
    orderings = ("number", "-number", "name", "-name")
    has_rules = True

    def create(self, sent: dict[str, Any]) -> KPI:
        """Define a KPI; the first of a use case is its headline."""
        made = actions.define_kpi(self.use_case, by=self.person, **sent)
        return self.rows().get(pk=made.pk)

    def where(self, thing: KPI) -> str:
        """Its address."""
        return reverse("api_kpi", args=[self.use_case.slug, thing.number])


class OneKpi(Reading, Changing, OfKpis):
    """A KPI: baseline, target, how it is proven, where it stands."""

    shows_the_past = True
    body = KpiIn
    has_rules = True

    def change(self, thing: KPI, sent: dict[str, Any]) -> None:
        """Change what a KPI says; the journal keeps what it said before."""
        actions.edit_kpi(thing, by=self.person, **sent)


class KpiHeadline(Acting, OfKpis):
    """Let this KPI stand for its use case."""

    def act(self, thing: KPI, sent: dict[str, Any]) -> None:
        """Let this KPI stand for its use case instead of another."""
        actions.make_headline(thing, by=self.person)


class Seen(Body):
    """How many measurements were read, of those that wait for the caller."""

    number = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    seal = serializers.CharField(required=False, max_length=64, help_text="The waiting_seal of its effect.")


class KpiValidateAll(Acting, OfKpis):
    """Validate every measurement that waits."""

    body = Seen
    example = {"number": 1}
    has_rules = True

    def act(self, thing: KPI, sent: dict[str, Any]) -> None:
        """Validate every measurement of a KPI that waits, when they are as many as were read, and the same.

        A role limited to a site validates those of the site and below.
        """
        actions.validate_all(thing, by=self.person, seen=sent["number"], seal=sent.get("seal"))


class KpiStandingsOut(serializers.Serializer[Any]):
    """Where a KPI stood over each period, the oldest first."""

    results = KpiStandingOut(many=True)


class Standings(OfKpis):
    """Where a KPI stood over each period it was measured, the oldest first: what its chart shows."""

    shows_the_past = True
    serializer_class = KpiStandingsOut

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """All periods."""
        kpi = self.thing()
        return Response({"results": KpiStandingOut(standings(kpi), many=True).data})

    def dress(self, rows: Any) -> None:
        """Nothing else is told."""


class MeasurementOut(serializers.ModelSerializer[Measurement]):
    """A measurement as machines read it; the period is half-open."""

    site = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True, allow_null=True)
    recorded_by = PersonOut(read_only=True)
    validated_by = PersonOut(read_only=True, allow_null=True)

    class Meta:
        model = Measurement
        fields = (
            "uid",
            "period_start",
            "period_end",
            "site",
            "value",
            "n",
            "standard_error",
            "reference_value",
            "reference_standard_error",
            *("reference_n", "conversions", "reference_conversions", "numerator", "denominator"),
            "status",
            "rejection",
            "source",
            "occurred_at",
            "recorded_by",
            "validated_at",
            "validated_by",
        )
        read_only_fields = fields


class MeasurementFilter(django_filters.FilterSet):
    """Which measurements of a KPI."""

    status = django_filters.ChoiceFilter(choices=MeasurementStatus.choices)
    source = django_filters.ChoiceFilter(choices=Source.choices)
    site = django_filters.CharFilter(field_name="site__slug")
    since = DayFilter(field_name="period_start", lookup_expr="gte")
    until = DayFilter(field_name="period_start", lookup_expr="lt")


class Taken(serializers.Serializer[Any]):
    """How many were new, how many replaced a provisional one, how many said nothing new."""

    recorded = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()


class MeasurementPages(Pages):
    """Pages of 500."""

    default = most = 500


MAYBE = {"type": ["number", "string", "null"], "description": "A number, or its text."}
ROW = {
    "type": "object",
    "required": ["period_start"],
    "additionalProperties": False,
    "properties": {
        "period_start": {"type": "string", "format": "date"},
        "period_end": {"type": ["string", "null"], "format": "date", "description": "The first day after the period."},
        "value": {**MAYBE, "description": "Left out when it follows from conversions or from a numerator."},
        "site": {"type": ["string", "null"], "description": "Name or slug of a site served; none for all together."},
        **dict.fromkeys(rows.COLUMNS[4:], MAYBE),
    },
}
BATCH = {
    "type": "object",
    "required": ["measurements"],
    "properties": {"measurements": {"type": "array", "minItems": 1, "maxItems": rows.MAX_ROWS, "items": ROW}},
}


class OfMeasurements(OfUseCase):
    """The measurements of a KPI."""

    serializer_class: Any = MeasurementOut
    lookup_field = "uid"

    def load(self) -> None:
        """The use case, and the KPI in it. Raises Http404."""
        super().load()
        self.kpi = get_object_or_404(KPI, use_case=self.use_case, number=self.kwargs["number"])
        self.kpi.use_case = self.use_case

    def rows(self) -> models.QuerySet[Measurement]:
        """Those of the KPI."""
        return self.kpi.measurements.select_related("kpi__use_case__team", "site", "recorded_by", "validated_by")


class Measurements(Listing, Creating, OfMeasurements):
    """The measurements of a KPI, the newest period first."""

    shows_the_past = True
    reads = Scope.READ, Scope.MEASUREMENTS
    writes = Scope.MEASUREMENTS
    filterset_class = MeasurementFilter
    past_filters = frozenset({"site", "since", "until"})
    pagination_class = MeasurementPages
    orderings = ("-period_start", "period_start")
    has_rules = True
    body = {"application/json": BATCH}
    example = {"measurements": [{"period_start": "2026-05-04", "value": 0.146, "n": 21306}]}
    answers = {"POST": {"201": OpenApiResponse(Taken, "Recorded.")}}

    def create(self, sent: dict[str, Any]) -> Recorded:
        """Record a batch of measurements, all of it or nothing; problems carry the 1-based index as line.

        A measurement that is there with the same values is left; a provisional one is replaced.
        """
        sent = self.request.data if isinstance(self.request.data, dict) else {}
        found = sent.get("measurements")
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            raise BadInput(_("Send an object with “measurements”: a list of objects."))
        return actions.record_measurements(self.kpi, found, by=self.person, source=Source.API)

    def told_created(self, thing: Recorded) -> dict[str, int]:
        """The counts."""
        return asdict(thing)


class OneMeasurement(Reading, OfMeasurements):
    """A measurement."""

    shows_the_past = True
    reads = Scope.READ, Scope.MEASUREMENTS


class ValidateMeasurement(Acting, OfMeasurements):
    """Say, for the business, that a measurement is true."""

    writes = Scope.WRITE

    def act(self, thing: Measurement, sent: dict[str, Any]) -> None:
        """Validate a measurement, as it was when it was read."""
        actions.validate(thing, by=self.person)
