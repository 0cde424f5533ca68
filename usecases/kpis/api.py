"""The API of KPIs: a machine sends what it measured and reads what is known."""

from typing import Any, cast

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from portal.errors import BadInput
from portal.people.models import Scope, User
from usecases.catalog.models import UseCase
from usecases.kpis import actions
from usecases.kpis.models import KPI, Measurement, Source


class MeasurementSerializer(serializers.ModelSerializer[Measurement]):
    """A measurement as machines read it; the period is half-open."""

    site = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)

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


class NewestPeriodFirst(CursorPagination):
    """Pages of 500 measurements, the newest period first."""

    page_size = 500
    ordering = ("-period_start", "-id")


class Measurements(ListAPIView[Measurement]):
    """GET lists the measurements of a KPI; POST records a batch, all of it or nothing."""

    reads = Scope.READ, Scope.MEASUREMENTS
    writes = Scope.MEASUREMENTS
    serializer_class = MeasurementSerializer
    pagination_class = NewestPeriodFirst

    def get_queryset(self) -> Any:
        """The measurements of a KPI that the token's owner may see."""
        return self._kpi().measurements.select_related("site")

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Record `{"measurements": [{"period_start": …, "value": …}]}`; problems carry the 1-based index as line."""
        kpi = self._kpi()
        sent = request.data.get("measurements") if isinstance(request.data, dict) else None
        if not isinstance(sent, list) or not all(isinstance(row, dict) for row in sent):
            raise BadInput(_("Send an object with “measurements”: a list of objects."))
        kept = actions.record_measurements(kpi, sent, by=cast(User, request.user), source=Source.API)
        told = {"recorded": kept.recorded, "updated": kept.updated, "unchanged": kept.unchanged}
        return Response(told, status=status.HTTP_201_CREATED)

    def _kpi(self) -> KPI:
        mine = UseCase.objects.visible_to(cast(User, self.request.user))
        use_case = get_object_or_404(mine.select_related("team"), slug=self.kwargs["slug"])
        kpi = get_object_or_404(KPI, use_case=use_case, number=self.kwargs["number"])
        kpi.use_case = use_case
        return kpi
