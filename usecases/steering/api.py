"""The API of steering: figures, use cases one by one, stops, decisions, lessons."""

from datetime import date
from typing import Any

import django_filters.rest_framework as filters
from django.db import models
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal import clock
from portal.api.endpoints import Creating, Endpoint, Listing
from portal.api.filters import DayFilter, TextFilter
from portal.api.serializers import Body, PersonOut
from portal.errors import BadInput
from portal.people import rights
from portal.people.models import Scope
from usecases.catalog.api import OfUseCase
from usecases.catalog.models import Funding, UseCase, UseCaseSite
from usecases.catalog.tree import under
from usecases.lifecycle.models import StageChange
from usecases.roi.totals import totals
from usecases.steering import actions, lists, tables
from usecases.steering.leads import leads
from usecases.steering.models import DecisionKind, Lesson, SteeringDecision
from usecases.steering.tables import end_of, known

MONEY: dict[str, Any] = {"max_digits": 20, "decimal_places": 4, "allow_null": True}


# --- the figures of the portfolio -----------------------------------------------------------------------------------
class LeadOut(serializers.Serializer[Any]):
    """How many took how long, in days; null when nobody did."""

    count = serializers.IntegerField()
    median = serializers.FloatField(allow_null=True)
    p75 = serializers.FloatField(allow_null=True)


class RoadStepOut(serializers.Serializer[Any]):
    """A stage of the road: how many entered it, who left it and is there, how many were stopped there."""

    stage = serializers.CharField()
    entered = serializers.IntegerField()
    stopped = serializers.IntegerField()
    left = LeadOut()
    there = LeadOut()


class TotalOut(serializers.Serializer[Any]):
    """Money in one currency; `low` and `high`: 95 % interval of `realised`. Null is what nobody knows."""

    currency = serializers.CharField()
    counted = serializers.IntegerField(help_text="Use cases with a cost or a value.")
    valued = serializers.IntegerField(help_text="Use cases whose realised value is known.")
    cost = serializers.DecimalField(**MONEY)
    unpriced_days = serializers.DecimalField(**MONEY)
    expected = serializers.DecimalField(**MONEY)
    realised = serializers.DecimalField(**MONEY)
    low = serializers.DecimalField(**MONEY)
    high = serializers.DecimalField(**MONEY)
    net = serializers.DecimalField(**MONEY)


class SteeringOut(serializers.Serializer[Any]):
    """The portfolio as steering reads it: funnel, lead times, money per currency."""

    opened = serializers.IntegerField(source="leads.opened")
    going_on = serializers.IntegerField(source="leads.going_on")
    stopped = serializers.IntegerField(source="leads.stopped")
    retired = serializers.IntegerField(source="leads.retired")
    steps = RoadStepOut(many=True, source="leads.steps")
    live = LeadOut(source="leads.live", help_text="From creation to the first site live.")
    flow = LeadOut(source="leads.flow", help_text="From creation to the first production flow.")
    market = LeadOut(
        source="leads.market", help_text="From creation, over the first site live, to the first validated KPI."
    )
    totals = TotalOut(many=True)


class Chosen(filters.FilterSet):
    """Which use cases."""

    q = TextFilter("name", "decision", "slug", label="A part of the name, the decision or the slug.")
    tag = filters.CharFilter(method="tagged", label="A tag.")
    site = filters.CharFilter(method="at_site", label="A site's slug: served there, or below.")
    team = filters.CharFilter(field_name="team__slug")
    funding = filters.ChoiceFilter(choices=Funding.choices)
    opened_from = DayFilter(field_name="occurred_at", lookup_expr="date__gte")
    opened_to = DayFilter(field_name="occurred_at", lookup_expr="date__lte")

    def tagged(self, rows: models.QuerySet[UseCase], name: str, value: str) -> models.QuerySet[UseCase]:
        """Those that have this tag."""
        return rows.filter(tags__contains=[value])

    def at_site(self, rows: models.QuerySet[UseCase], name: str, value: str) -> models.QuerySet[UseCase]:
        """Those that serve this site or one below it."""
        return rows.filter(pk__in=UseCaseSite.objects.filter(site__in=under(value)).values("use_case"))


class OfSteering(Endpoint):
    """What those who steer read. Raises NotAllowed for everybody else."""

    reads = Scope.READ

    def load(self) -> None:
        """Whether one may."""
        rights.require(self.person, "steering.view")


class Steering(OfSteering):
    """The figures of the portfolio, as of a day."""

    serializer_class = SteeringOut
    filterset_class = Chosen
    query_has_rules = True  # the day of `as_of` has passed
    parameters = (
        OpenApiParameter("as_of", {"type": "string", "format": "date"}, "query", description="At the end of this day."),
    )

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Added up now."""
        as_of = end_of(past_day(request.query_params))
        found = self.filter_queryset(known(self.person, as_of))
        cases = list(found.order_by().select_related(None).defer(None).only("pk", "currency"))
        figures = leads([one.pk for one in cases], as_of or clock.now())
        return Response(self.told({"leads": figures, "totals": totals(cases, as_of)}))

    def get_queryset(self) -> models.QuerySet[UseCase]:
        """What the filters are about."""
        return UseCase.objects.none()


def past_day(query: QueryDict) -> date | None:
    """The day of `as_of`, None without one. Raises BadInput for what is none, or has not passed."""
    text = query.get("as_of")
    if text is None:
        return None
    sentence = _("A day in the past, written 2026-05-04.")
    try:
        asked = date.fromisoformat(text) if len(text) == len("2026-05-04") else None
    except ValueError:
        asked = None
    if asked is None or not date(1900, 1, 1) < asked < timezone.localdate(clock.now()):
        raise BadInput.of(sentence, {"as_of": sentence})
    return asked


# --- use cases one by one -------------------------------------------------------------------------------------------
class MoneyOut(serializers.Serializer[Any]):
    """The money of a use case in one currency."""

    currency = serializers.CharField()
    cost = serializers.DecimalField(**MONEY)
    unpriced_days = serializers.DecimalField(**MONEY)
    expected = serializers.DecimalField(**MONEY)
    realised = serializers.DecimalField(source="value", **MONEY)


class SteeredOut(serializers.ModelSerializer[UseCase]):
    """A use case as steering reads it: its times, its money, the decision in force, the curse signals."""

    team = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    days_per_stage = serializers.DictField(child=serializers.IntegerField(), source="row.times.days_per_stage")
    first_live_at = serializers.DateTimeField(source="row.times.first_live_at", allow_null=True)
    first_flow_at = serializers.DateTimeField(source="row.times.first_flow_at", allow_null=True)
    first_validated_at = serializers.DateTimeField(source="row.times.first_validated_at", allow_null=True)
    money = MoneyOut(many=True, source="row.currencies")
    signals = serializers.SerializerMethodField()

    class Meta:
        model = UseCase
        fields = (
            *("uid", "slug", "name", "team", "tags", "stage", "stage_since", "occurred_at", "funding"),
            *("funding_since", "days_per_stage", "first_live_at", "first_flow_at", "first_validated_at"),
            *("money", "signals"),
        )
        read_only_fields = fields

    def get_signals(self, use_case: UseCase) -> list[str]:
        """The codes of the curse signals at the last look."""
        return [one.code for one in use_case.row.signals]  # type: ignore[attr-defined]


class Steered(Listing, OfSteering):
    """The use cases as steering reads them."""

    serializer_class = SteeredOut
    filterset_class = Chosen
    orderings = ("slug", "-slug", "name", "-name", "occurred_at", "-occurred_at")

    def rows(self) -> models.QuerySet[UseCase]:
        """All of them."""
        return known(self.person, None)

    def dress(self, rows: Any) -> None:
        """Times, money, signs, in a fixed number of queries."""
        for row in tables.rows(list(rows)):
            row.use_case.row = row  # type: ignore[attr-defined]


# --- stops ----------------------------------------------------------------------------------------------------------
class UseCaseNamed(serializers.ModelSerializer[UseCase]):
    """A use case, named."""

    class Meta:
        model = UseCase
        fields = ("slug", "name")
        read_only_fields = fields


class StopOut(serializers.ModelSerializer[StageChange]):
    """A use case that was stopped: in which stage, when, by whom, why, and what was learnt."""

    use_case = UseCaseNamed(read_only=True)
    by = PersonOut(read_only=True)
    learnt = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = StageChange
        fields = ("uid", "use_case", "from_stage", "occurred_at", "by", "reason", "learnt")
        read_only_fields = fields


class Stops(Listing, OfSteering):
    """What was stopped, the newest first."""

    serializer_class = StopOut
    orderings = ("-occurred_at", "occurred_at")

    def rows(self) -> models.QuerySet[StageChange]:
        """The stop in force of each."""
        return lists.stops(self.person, None)

    def dress(self, rows: Any) -> None:
        """What was learnt."""
        for stop in lists.dress_stops(list(rows)):
            stop.change.learnt = stop.learnt  # type: ignore[attr-defined]


# --- decisions ------------------------------------------------------------------------------------------------------
class SteeringDecisionOut(serializers.ModelSerializer[SteeringDecision]):
    """A decision of steering; `amount` is money granted, in `currency`."""

    use_case = UseCaseNamed(read_only=True)
    by = PersonOut(read_only=True)

    class Meta:
        model = SteeringDecision
        fields = ("uid", "use_case", "kind", "reason", "amount", "currency", "by", "occurred_at")
        read_only_fields = fields


class SteeringDecisionIn(Body):
    """To fund, to pause or to stop, and why. `seen`: the funding one started from: nobody is overruled unseen."""

    kind = serializers.ChoiceField(choices=DecisionKind.choices)
    reason = serializers.CharField(min_length=actions.MIN_REASON, max_length=actions.LONGEST)
    amount = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=0, required=False, allow_null=True)
    seen = serializers.ChoiceField(choices=Funding.choices)


class Decisions(Listing, OfSteering):
    """What steering decided, the newest first."""

    serializer_class = SteeringDecisionOut
    orderings = ("-occurred_at", "occurred_at")

    def rows(self) -> models.QuerySet[SteeringDecision]:
        """About all use cases."""
        visible = UseCase.objects.visible_to(self.person).values("pk")
        return SteeringDecision.objects.filter(use_case__in=visible).select_related("use_case", "by")


class DecisionsOfUseCase(Listing, Creating, OfUseCase):
    """What steering decided about a use case."""

    reads, writes = Scope.READ, Scope.WRITE
    serializer_class, body = SteeringDecisionOut, SteeringDecisionIn
    example = {"kind": "fund", "reason": "The data is there, and the decision is taken each week.", "seen": "undecided"}
    orderings = ("-occurred_at", "occurred_at")
    has_rules = True

    def rows(self) -> models.QuerySet[SteeringDecision]:
        """Of the use case."""
        return self.use_case.steering_decisions.select_related("use_case", "by")

    def create(self, sent: dict[str, Any]) -> SteeringDecision:
        """Decide; to stop takes the use case off its road."""
        return actions.decide(self.use_case, by=self.person, **sent)

    def where(self, thing: SteeringDecision) -> str:
        """Where the decisions are."""
        return reverse("api_steering_decisions_of", args=[self.use_case.slug])


# --- lessons --------------------------------------------------------------------------------------------------------
class LessonOut(serializers.ModelSerializer[Lesson]):
    """What somebody learnt from a use case that was stopped or retired."""

    by = PersonOut(read_only=True)

    class Meta:
        model = Lesson
        fields = ("uid", "text", "by", "occurred_at")
        read_only_fields = fields


class LessonIn(Body):
    """What was learnt."""

    text = serializers.CharField(min_length=actions.MIN_REASON, max_length=actions.LONGEST)


class Lessons(Listing, Creating, OfUseCase):
    """What was learnt from a use case, the newest first."""

    reads, writes = Scope.READ, Scope.WRITE
    serializer_class, body = LessonOut, LessonIn
    example = {"text": "Ask for annotation capacity before the POC."}
    orderings = ("-occurred_at", "occurred_at")
    has_rules = True

    def rows(self) -> models.QuerySet[Lesson]:
        """Of the use case."""
        return self.use_case.lessons.select_related("by")

    def create(self, sent: dict[str, Any]) -> Lesson:
        """Say what was learnt; the use case is off its road."""
        return actions.say_learnt(self.use_case, by=self.person, **sent)

    def where(self, thing: Lesson) -> str:
        """Where the lessons are."""
        return reverse("api_lessons", args=[self.use_case.slug])
