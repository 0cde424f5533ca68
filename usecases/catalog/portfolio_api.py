"""The API of the portfolio as it is drawn, and of the judgements it is drawn by."""

from typing import Any

from django.db import models
from django.urls import reverse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.endpoints import Creating, Endpoint, Listing
from portal.api.serializers import Body, PersonOut
from portal.people.models import Scope
from usecases.catalog import actions
from usecases.catalog.api import OfUseCase
from usecases.catalog.filters import UseCaseFilter
from usecases.catalog.kanban import totals
from usecases.catalog.matrix import matrix
from usecases.catalog.models import Score, UseCase, UseCaseScore

SCALE: dict[str, Any] = {"min_value": Score.VERY_LOW.value, "max_value": Score.VERY_HIGH.value}


class StageCountOut(serializers.Serializer[Any]):
    """A stage: how many use cases stand there, and the median of their days in it."""

    stage = serializers.CharField()
    total = serializers.IntegerField()
    median_days = serializers.FloatField(source="median", allow_null=True)


class ScoreCountOut(serializers.Serializer[Any]):
    """How many use cases are judged so."""

    value = serializers.IntegerField()
    feasibility = serializers.IntegerField()
    total = serializers.IntegerField()


class PortfolioOut(serializers.Serializer[Any]):
    """The use cases one may see, counted by stage, and by value and feasibility."""

    stages = StageCountOut(many=True)
    scores = ScoreCountOut(many=True)
    unjudged = serializers.IntegerField()


class Portfolio(Endpoint):
    """The use cases one may see, counted as the kanban and the matrix show them."""

    reads = Scope.READ
    serializer_class = PortfolioOut
    filterset_class = UseCaseFilter

    def get_queryset(self) -> models.QuerySet[UseCase]:
        """Those one may see."""
        if getattr(self, "swagger_fake_view", False):
            return UseCase.objects.none()
        return UseCase.objects.visible_to(self.person)

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Counted now."""
        found = self.filter_queryset(self.get_queryset())
        stages = [{"stage": stage, "total": n, "median": median} for stage, n, median in totals(found)]
        every = matrix(found)
        scores = [cell for _value, cells in every.lines for cell in cells if cell.total]
        return Response(self.told({"stages": stages, "scores": scores, "unjudged": every.unjudged}))


class ScoreOut(serializers.ModelSerializer[UseCaseScore]):
    """What somebody judged the value and the feasibility to be, from 1 (very low) to 5."""

    by = PersonOut(read_only=True)

    class Meta:
        model = UseCaseScore
        fields = ("uid", "value", "feasibility", "reason", "by", "occurred_at")
        read_only_fields = fields


class ScoreIn(Body):
    """A judgement; `seen_value` and `seen_feasibility` are those one started from, null when there were none."""

    value = serializers.IntegerField(**SCALE)
    feasibility = serializers.IntegerField(**SCALE)
    reason = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    seen_value = serializers.IntegerField(**SCALE, allow_null=True)
    seen_feasibility = serializers.IntegerField(**SCALE, allow_null=True)


class Scores(Listing, Creating, OfUseCase):
    """Who judged the value and the feasibility of a use case, the newest first."""

    reads, writes = Scope.READ, Scope.WRITE
    serializer_class, body = ScoreOut, ScoreIn
    example = {"value": 4, "feasibility": 3, "seen_value": None, "seen_feasibility": None}
    orderings = ("-occurred_at", "occurred_at")
    has_rules = True

    def rows(self) -> models.QuerySet[UseCaseScore]:
        """Of the use case."""
        return self.use_case.scores.select_related("by")

    def create(self, sent: dict[str, Any]) -> UseCaseScore:
        """Judge."""
        seen = (sent.pop("seen_value"), sent.pop("seen_feasibility"))
        return actions.score_use_case(self.use_case, by=self.person, seen=seen, **sent)

    def where(self, thing: UseCaseScore) -> str:
        """Where the judgements are."""
        return reverse("api_scores", args=[self.use_case.slug])
