"""The API of signals and of stage limits."""

from typing import Any

import django_filters
from django.db import models
from rest_framework import serializers

from portal.api.endpoints import Endpoint, Listing
from portal.people.models import Scope
from usecases.catalog.models import UseCase
from usecases.curse.models import Raised
from usecases.curse.raised import curse_list


class SignalRaisedOut(serializers.ModelSerializer[Raised]):
    """A signal that is raised: why and what to do next, in the caller's language; `since` is null when nobody knows."""

    use_case = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    reason = serializers.CharField(source="reason_words", read_only=True)
    action = serializers.CharField(source="action_words", read_only=True)

    class Meta:
        model = Raised
        fields = ("uid", "use_case", "code", "reason", "action", "url", "since", "occurred_at", "looked_at")
        read_only_fields = fields


class RaisedFilter(django_filters.FilterSet):
    """Which signals."""

    code = django_filters.CharFilter()
    use_case = django_filters.CharFilter(field_name="use_case__slug")


class Signals(Listing, Endpoint):
    """The signals of the curse of going to production, raised on the use cases one may see."""

    reads = Scope.READ
    serializer_class = SignalRaisedOut
    filterset_class = RaisedFilter
    orderings = ("id", "-id")

    def rows(self) -> models.QuerySet[Raised]:
        """The signals of the use cases that the token's owner may see."""
        return curse_list(UseCase.objects.visible_to(self.person))
