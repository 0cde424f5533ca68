"""The API of health: how use cases are, as far as their checks know."""

from typing import Any

import django_filters
from django.db import models
from rest_framework import serializers

from monitoring.boards.watched import watched
from portal.api.endpoints import Endpoint, Listing, Reading
from portal.people.models import Scope
from usecases.catalog.api import OfUseCase
from usecases.catalog.models import Health, UseCase


class CheckCounts(serializers.Serializer[UseCase]):
    """How many active checks are in each state."""

    healthy = serializers.IntegerField(source="checks_healthy")
    warning = serializers.IntegerField(source="checks_warning")
    error = serializers.IntegerField(source="checks_error")
    unknown = serializers.IntegerField(source="checks_unknown")


class HealthOut(serializers.ModelSerializer[UseCase]):
    """How a use case is; `reason` says why in the caller's language, unknown is never healthy."""

    use_case = serializers.CharField(source="slug", read_only=True)
    team = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    reason = serializers.CharField(source="health_reason", read_only=True)
    unresolved_incidents = serializers.IntegerField(source="unresolved", read_only=True)
    series = serializers.IntegerField(source="series_count", read_only=True)
    checks = CheckCounts(source="*", read_only=True)

    class Meta:
        model = UseCase
        fields = (
            "use_case",
            "name",
            "team",
            "health",
            "health_since",
            "reason",
            "unresolved_incidents",
            "series",
            "checks",
        )
        read_only_fields = fields


class HealthFilter(django_filters.FilterSet):
    """Which use cases."""

    health = django_filters.ChoiceFilter(choices=Health.choices)
    team = django_filters.CharFilter(field_name="team__slug")


class HealthOfAll(Listing, Endpoint):
    """How every use case is that one may see."""

    reads = Scope.READ
    serializer_class = HealthOut
    filterset_class = HealthFilter
    orderings = ("slug", "-slug")

    def rows(self) -> models.QuerySet[UseCase]:
        """The use cases that may be seen, with what is counted of them."""
        return watched(UseCase.objects.visible_to(self.person))


class HealthOfUseCase(Reading, OfUseCase):
    """How a use case is, why, and since when."""

    reads = Scope.READ
    serializer_class = HealthOut
    lookup_field = "slug"

    def rows(self) -> models.QuerySet[UseCase]:
        """The use case, with what is counted of it."""
        return watched(UseCase.objects.filter(pk=self.use_case.pk))
