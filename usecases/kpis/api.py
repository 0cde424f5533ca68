"""The API of KPIs: a machine sends what it measured and reads what is known."""

from dataclasses import asdict
from typing import Any

import django_filters
from django.db import models
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

from portal.api.endpoints import Creating, Listing
from portal.api.filters import DayFilter
from portal.api.paging import Pages
from portal.errors import BadInput
from portal.people.models import Scope
from usecases.catalog.api import OfUseCase
from usecases.kpis import actions, rows
from usecases.kpis.models import KPI, Measurement, MeasurementStatus, Source
from usecases.kpis.recording import Recorded


class MeasurementOut(serializers.ModelSerializer[Measurement]):
    """A measurement as machines read it; the period is half-open."""

    site = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True, allow_null=True)

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
            "status",
            "source",
            "occurred_at",
            "validated_at",
        )
        read_only_fields = fields


class MeasurementFilter(django_filters.FilterSet):
    """Which measurements of a KPI."""

    status = django_filters.ChoiceFilter(choices=MeasurementStatus.choices)
    since = DayFilter(field_name="period_start", lookup_expr="gte")


class Taken(serializers.Serializer[Any]):
    """How many were new, how many replaced a provisional one, how many said nothing new."""

    recorded = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()


class MeasurementPages(Pages):
    """Pages of 500."""

    default = most = 500


NUMBER = {"type": ["number", "string"], "description": "A number, or its text."}
MAYBE = {**NUMBER, "type": ["number", "string", "null"]}
ROW = {
    "type": "object",
    "required": ["period_start", "value"],
    "additionalProperties": False,
    "properties": {
        "period_start": {"type": "string", "format": "date"},
        "period_end": {"type": ["string", "null"], "format": "date", "description": "The first day after the period."},
        "value": NUMBER,
        "site": {"type": ["string", "null"], "description": "Name or slug of a site served; none for all together."},
        **dict.fromkeys(("n", "standard_error", "reference_value", "reference_standard_error"), MAYBE),
    },
}
BATCH = {
    "type": "object",
    "required": ["measurements"],
    "properties": {"measurements": {"type": "array", "minItems": 1, "maxItems": rows.MAX_ROWS, "items": ROW}},
}


class Measurements(Listing, Creating, OfUseCase):
    """The measurements of a KPI, the newest period first."""

    reads = Scope.READ, Scope.MEASUREMENTS
    writes = Scope.MEASUREMENTS
    serializer_class = MeasurementOut
    filterset_class = MeasurementFilter
    pagination_class = MeasurementPages
    orderings = ("-period_start", "period_start")
    has_rules = True
    body = {"application/json": BATCH}
    example = {"measurements": [{"period_start": "2026-05-04", "value": 0.146, "n": 21306}]}
    answers = {"POST": {"201": OpenApiResponse(Taken, "Recorded.")}}

    def load(self) -> None:
        """The use case, and the KPI in it. Raises Http404."""
        super().load()
        self.kpi = get_object_or_404(KPI, use_case=self.use_case, number=self.kwargs["number"])
        self.kpi.use_case = self.use_case

    def rows(self) -> models.QuerySet[Measurement]:
        """The measurements of a KPI that the token's owner may see."""
        return self.kpi.measurements.select_related("site")

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
