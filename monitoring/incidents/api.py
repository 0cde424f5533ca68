"""The API of incidents: what is wrong, who has it in hand, why it happened."""

from typing import Any

import django_filters
from django.db import models
from rest_framework import serializers

from monitoring.checks.models import Severity
from monitoring.incidents import actions
from monitoring.incidents.models import Incident, IncidentStatus, in_status
from portal.api.endpoints import Acting, Endpoint, Listing, Reading
from portal.api.filters import DayFilter
from portal.api.serializers import Body
from portal.people.models import Scope
from usecases.catalog.api import OfUseCase
from usecases.catalog.models import UseCase


class IncidentOut(serializers.ModelSerializer[Incident]):
    """An incident; `check` is the number of the check that failed, people are told by their user names."""

    use_case = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    check = serializers.IntegerField(source="check_that_failed.number", read_only=True)
    title = serializers.CharField(source="check_that_failed.name", read_only=True)
    owner = serializers.SlugRelatedField[Any](slug_field="username", read_only=True, allow_null=True)
    resolved_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True, allow_null=True)

    class Meta:
        model = Incident
        fields = (
            "uid",
            "use_case",
            "number",
            "check",
            "title",
            "severity",
            "status",
            "began_at",
            "value",
            "recovered_at",
            "owner",
            "acknowledged_at",
            "resolved_by",
            "resolved_at",
            "cause",
        )
        read_only_fields = fields


class CauseIn(Body):
    """Why it happened, and what was done."""

    cause = serializers.CharField(min_length=actions.SHORTEST_CAUSE, max_length=5000)


class IncidentFilter(django_filters.FilterSet):
    """Which incidents of a use case."""

    status = django_filters.ChoiceFilter(choices=IncidentStatus.choices, method="standing")
    severity = django_filters.ChoiceFilter(choices=Severity.choices)
    check = django_filters.NumberFilter(field_name="check_that_failed__number", min_value=0, max_value=2**31 - 1)
    since = DayFilter(field_name="began_at", lookup_expr="date__gte")

    def standing(self, rows: models.QuerySet[Incident], name: str, value: str) -> models.QuerySet[Incident]:
        """Those in a status, on the day looked at if one is."""
        return rows.filter(in_status([value]))


class AnyIncidentFilter(django_filters.FilterSet):
    """Which incidents of all that one may see."""

    use_case = django_filters.CharFilter(field_name="use_case__slug")
    status = django_filters.ChoiceFilter(choices=IncidentStatus.choices)
    severity = django_filters.ChoiceFilter(choices=Severity.choices)
    since = DayFilter(field_name="began_at", lookup_expr="date__gte")


RELATED = ("use_case__team", "check_that_failed__series__site", "owner", "resolved_by")


class AllIncidents(Listing, Endpoint):
    """The incidents of every use case one may see, the newest first."""

    reads = Scope.READ
    serializer_class = IncidentOut
    filterset_class = AnyIncidentFilter
    orderings = ("-id",)

    def rows(self) -> models.QuerySet[Incident]:
        """The incidents of the use cases that may be seen."""
        visible = UseCase.objects.visible_to(self.person)
        return Incident.objects.filter(use_case__in=visible).select_related(*RELATED)


class OfIncident(OfUseCase):
    """The incidents of a use case."""

    serializer_class = IncidentOut
    lookup_field = "number"

    def rows(self) -> models.QuerySet[Incident]:
        """The incidents, with who has them."""
        return Incident.objects.filter(use_case=self.use_case).select_related(*RELATED)


class Incidents(Listing, OfIncident):
    """The incidents of a use case, the newest first."""

    shows_the_past = True
    reads = Scope.READ
    filterset_class = IncidentFilter
    past_filters = frozenset({"status", "severity", "check", "since"})
    orderings = ("-number", "number")


class OneIncident(Reading, OfIncident):
    """An incident: what, since when, who has it, why it happened."""

    shows_the_past = True
    reads = Scope.READ


class Acknowledge(Acting, OfIncident):
    """Take an incident in hand."""

    writes = Scope.WRITE

    def act(self, thing: Incident, sent: dict[str, Any]) -> None:
        """Take an open incident in hand: its owner is the caller."""
        actions.acknowledge(thing, by=self.person)


class Resolve(Acting, OfIncident):
    """Close an incident by saying why it happened."""

    writes = Scope.WRITE
    body = CauseIn
    example = {"cause": "The nightly job sent yesterday's file twice; it was replaced."}
    has_rules = True

    def act(self, thing: Incident, sent: dict[str, Any]) -> None:
        """Close an incident by saying why it happened."""
        actions.resolve(thing, by=self.person, cause=sent["cause"])
