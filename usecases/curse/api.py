"""The API of signals and of stage limits."""

from typing import Any

import django_filters
from django.db import models
from rest_framework import serializers

from portal.api.endpoints import Changing, Endpoint, Listing, Reading
from portal.api.serializers import Body
from portal.people import rights
from portal.people.models import Scope
from usecases.catalog.models import UseCase
from usecases.curse import actions
from usecases.curse.models import Raised, StageLimit
from usecases.curse.raised import curse_list


class StageLimitsOut(serializers.Serializer[Any]):
    """How many days a use case may stay in each stage; null where there is no limit."""

    exploration = serializers.IntegerField(allow_null=True)
    poc = serializers.IntegerField(allow_null=True)
    industrialisation = serializers.IntegerField(allow_null=True)


class StageLimitsIn(Body):
    """Days from one on; null lifts the limit, what is left out stays."""

    exploration = serializers.IntegerField(min_value=1, max_value=actions.LONGEST, allow_null=True)
    poc = serializers.IntegerField(min_value=1, max_value=actions.LONGEST, allow_null=True)
    industrialisation = serializers.IntegerField(min_value=1, max_value=actions.LONGEST, allow_null=True)


class StageLimits(Reading, Changing, Endpoint):
    """How long a use case may stay in each stage, for administrators and steering."""

    reads, writes = Scope.READ, Scope.WRITE
    serializer_class, body = StageLimitsOut, StageLimitsIn
    example = {"poc": 120, "industrialisation": None}

    def load(self) -> None:
        """Whether the caller may. Raises NotAllowed."""
        rights.require(self.person, actions.VERB)

    def thing(self) -> dict[str, int | None]:
        """The limits."""
        return actions.limits()

    def lock(self, thing: Any) -> None:
        """The limits there are; what is set meanwhile where there was none is compared by the action."""
        list(StageLimit.objects.select_for_update().values_list("pk"))

    def change(self, thing: Any, sent: dict[str, Any]) -> None:
        """Set the limit of each stage named, in days; null lifts it. The signals are looked at again."""
        actions.set_limits(sent, by=self.person)


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
