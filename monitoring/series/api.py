"""The machine's door: points in, series out."""

from collections.abc import Callable
from typing import Any

from django.db import models
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.request import Request
from rest_framework.response import Response

from monitoring.series import payload
from monitoring.series.actions import send_points
from monitoring.series.models import Series
from portal.api import idempotency
from portal.api.endpoints import Listing
from portal.people.models import Scope
from usecases.catalog.api import OfUseCase

READERS: dict[str, Callable[[bytes], payload.Payload]] = {
    "application/json": payload.read_json,
    "text/csv": payload.read_csv,
}
COLUMNS = {
    "type": "object",
    "required": ["series", "index", "ts", "value"],
    "additionalProperties": False,
    "properties": {
        "series": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name"],
                "additionalProperties": False,
                "properties": {
                    "name": {"type": "string", "maxLength": 160, "pattern": r"\S"},
                    "kind": {"type": "string", "enum": ["", *sorted(payload.KINDS)]},
                    "unit": {"type": "string", "maxLength": 40},
                    "site": {"type": ["string", "null"], "description": "Slug of a site of the use case."},
                },
            },
        },
        "index": {"type": "array", "items": {"type": "integer", "minimum": 0}, "description": "Which of `series`."},
        "ts": {
            "type": "array",
            "items": {"type": ["string", "integer"]},
            "description": "RFC 3339 with a zone, or milliseconds since 1970.",
        },
        "value": {"type": "array", "items": {"type": "number"}},
    },
}
SHEET = {
    "type": "string",
    "minLength": 1,
    "example": "series,ts,value,kind\nscored,2026-05-11T06:00:00Z,21300,business\n",
}


class PointsTaken(serializers.Serializer[Any]):
    """How many points came, how many were new or changed something, how many series were created."""

    received = serializers.IntegerField()
    changed = serializers.IntegerField()
    series_created = serializers.IntegerField()
    batch = serializers.UUIDField()


class Points(OfUseCase):
    """Take one batch of points, as columnar JSON or CSV: all of it or nothing.

    A point sent again replaces the first, so that sending again is always safe. With the optional Idempotency-Key the
    batch is answered as the first time, for good and for every token of the use case; with other points it is a 422.
    """

    writes = Scope.POINTS
    body = {"application/json": COLUMNS, "text/csv": SHEET}
    answers = {"POST": {"200": OpenApiResponse(PointsTaken, "Taken.")}}
    example = {
        "series": [{"name": "scored", "kind": "business", "unit": "customers"}],
        "index": [0, 0],
        "ts": ["2026-05-11T06:00:00Z", "2026-05-12T06:00:00Z"],
        "value": [21300, 21384],
    }
    has_rules = True
    key_is_optional = True

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Take the batch."""
        media_type = (request.content_type or "").partition(";")[0].strip().lower()
        if media_type not in READERS:
            raise UnsupportedMediaType(media_type)
        sent = READERS[media_type](_body(request))
        batch = send_points(self.use_case, sent, by=self.person, key=idempotency.key_of(request))
        return Response(
            {
                "received": batch.points,
                "changed": batch.changed,
                "series_created": batch.series_created,
                "batch": str(batch.uid),
            }
        )


class LatestOut(serializers.Serializer[Any]):
    """The newest point."""

    ts = serializers.DateTimeField()
    value = serializers.FloatField()


class SeriesOut(serializers.ModelSerializer[Series]):
    """A series and its latest value, null before its first point."""

    site = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True, allow_null=True)
    latest = LatestOut(read_only=True, allow_null=True, default=None)

    class Meta:
        model = Series
        fields = ("uid", "name", "kind", "unit", "site", "latest")
        read_only_fields = fields


class SeriesList(Listing, OfUseCase):
    """The series of a use case with their latest values."""

    reads = Scope.READ, Scope.POINTS
    serializer_class = SeriesOut
    orderings = ("name", "-name")

    def rows(self) -> models.QuerySet[Series]:
        """The series of the use case."""
        return Series.objects.filter(use_case=self.use_case).select_related("site", "latest")


def _body(request: Request) -> bytes:
    """The body, refused by its announced length before it is read. Raises TooLarge."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > payload.MOST_BYTES:
        raise payload.TooLarge(payload.too_large())
    return request.body
