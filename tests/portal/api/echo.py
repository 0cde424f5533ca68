"""A small API of its own, so that the doors' manners are tested apart from what any feature does."""

from typing import Any

from django.urls import include, path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.api.parsers import StrictJSONParser
from portal.errors import BadInput, NotAllowed, Problem, Refused
from portal.people.models import Scope

REFUSALS = {
    "conflict": Refused("It is already live."),
    "forbidden": NotAllowed("Only IT may."),
    "bad": BadInput("Nothing was taken.", [Problem("value", "Not a number.", line=3)]),
}


class Echo(APIView):
    writes = Scope.POINTS
    parser_classes = [StrictJSONParser]

    def post(self, request: Request) -> Response:
        """Refuse as asked, else say who spoke and what was said."""
        said: Any = request.data
        if "refuse" in said:
            raise REFUSALS[said["refuse"]]
        return Response({"who": request.user.username, "token": str(request.auth), "said": said})


class Undeclared(APIView):
    def get(self, request: Request) -> Response:
        """Never answered: no scope is declared."""
        return Response({})


urlpatterns = [
    path("api/v1/echo/", Echo.as_view()),
    path("api/v1/undeclared/", Undeclared.as_view()),
    path("", include("portal.api.health_urls")),
]
