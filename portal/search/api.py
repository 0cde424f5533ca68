"""The API of the search: what the palette finds."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.endpoints import Endpoint
from portal.errors import BadInput
from portal.people.models import Scope
from portal.registry import Hit
from portal.search.find import find

LONGEST, USUAL, MOST = 200, 24, 100


class HitOut(serializers.Serializer[Hit]):
    """Something that answers; `url` is its page, `score` from 0 to 1."""

    kind = serializers.CharField()
    title = serializers.CharField()
    detail = serializers.CharField()
    url = serializers.CharField()
    score = serializers.FloatField()


class FoundOut(serializers.Serializer[Any]):
    """What was understood of the query, and what answers, the best first."""

    query = serializers.CharField()
    results = HitOut(many=True)


class Search(Endpoint):
    """What one may see and that answers `q`; pages to go to when nothing is asked."""

    reads = Scope.READ
    serializer_class = FoundOut
    parameters = (
        OpenApiParameter("q", {"type": "string", "maxLength": LONGEST}, "query", description="Words, #12, a digest."),
        OpenApiParameter(
            "limit",
            {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL},
            "query",
            description="At most so many.",
        ),
    )

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The hits."""
        query, limit = request.query_params.get("q", ""), request.query_params.get("limit", str(USUAL))
        if len(query) > LONGEST or "\0" in query:
            sentence = _("At most %(most)s characters.") % {"most": LONGEST}
            raise BadInput.of(sentence, {"q": sentence})
        if not (limit.isascii() and limit.isdigit() and len(limit) < 4 and 1 <= int(limit) <= MOST):
            sentence = _("limit is a whole number from 1 to %(most)s.") % {"most": MOST}
            raise BadInput.of(sentence, {"limit": sentence})
        found = find(self.person, query, int(limit))
        # What the page's own buttons do is no address.
        hits = [hit for group in found.groups for hit in group.hits if not hit.url.startswith("#")]
        return Response(self.told({"query": found.query, "results": sorted(hits, key=lambda hit: -hit.score)}))
