"""The machine's door: points in, series out."""

from collections.abc import Callable
from typing import cast

from django.shortcuts import get_object_or_404
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from monitoring.series import ingest
from monitoring.series.actions import send_points
from monitoring.series.models import Series
from portal.people.models import Scope, User
from usecases.catalog.models import UseCase

READERS: dict[str, Callable[[bytes], ingest.Payload]] = {
    "application/json": ingest.read_json,
    "text/csv": ingest.read_csv,
}


class PointsView(APIView):
    """POST /api/v1/use-cases/<slug>/points: one batch of points, as columnar JSON or CSV."""

    writes = Scope.POINTS

    def post(self, request: Request, slug: str) -> Response:
        """Take the batch; the header Idempotency-Key makes it safe to send again."""
        by = cast(User, request.user)  # the permission asks for a token, which has an owner
        use_case = get_object_or_404(UseCase.objects.visible_to(by).select_related("team"), slug=slug)
        media_type = (request.content_type or "").partition(";")[0].strip().lower()
        if media_type not in READERS:
            raise UnsupportedMediaType(media_type)
        payload = READERS[media_type](_body(request))
        batch = send_points(use_case, payload, by=by, key=request.headers.get("Idempotency-Key"))
        return Response(
            {
                "received": batch.points,
                "changed": batch.changed,
                "series_created": batch.series_created,
                "batch": str(batch.uid),
            }
        )


class SeriesView(APIView):
    """GET /api/v1/use-cases/<slug>/series: the series of a use case with their latest values."""

    reads = Scope.READ, Scope.POINTS

    def get(self, request: Request, slug: str) -> Response:
        """Every series, by kind and name."""
        use_case = get_object_or_404(UseCase.objects.visible_to(cast(User, request.user)), slug=slug)
        found = Series.objects.filter(use_case=use_case).select_related("site", "latest")
        return Response({"series": [_told(series) for series in found]})


def _told(series: Series) -> dict[str, object]:
    latest = getattr(series, "latest", None)
    return {
        "uid": str(series.uid),
        "name": series.name,
        "kind": series.kind,
        "unit": series.unit,
        "site": series.site.slug if series.site else None,
        "latest": {"ts": latest.ts, "value": latest.value} if latest else None,
    }


def _body(request: Request) -> bytes:
    """The body, refused by its announced length before it is read. Raises TooLarge."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > ingest.MOST_BYTES:
        raise ingest.TooLarge(ingest.too_large())
    return request.body
