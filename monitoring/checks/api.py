"""The API of checks: what must hold of a series, and whether it does."""

from typing import Any

import django_filters
from django.db import models
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from monitoring.checks import actions
from monitoring.checks.models import Check, Comparator, Severity
from portal.api.endpoints import Acting, Creating, Listing, Reading
from portal.api.serializers import Body
from portal.errors import BadInput
from portal.people.models import Scope
from usecases.catalog.api import OfUseCase
from usecases.catalog.models import Health


class CheckOut(serializers.ModelSerializer[Check]):
    """A check; `rule` in one line, `last_value` the point that decided; off, its state is unknown."""

    series = serializers.SlugRelatedField[Any](slug_field="uid", read_only=True)
    rule = serializers.CharField(read_only=True)

    class Meta:
        model = Check
        fields = (
            "number",
            "name",
            "series",
            "comparator",
            "bound",
            "severity",
            "k",
            "window",
            "rule",
            "is_active",
            "state",
            "state_since",
            "last_ts",
            "last_value",
            "evaluated_at",
        )
        read_only_fields = fields


class CheckIn(Body):
    """A bound on a series: `k` of its last `window` points beyond it are wrong."""

    name = serializers.CharField(max_length=120)
    series = serializers.UUIDField(help_text="The series, by its uid.")
    comparator = serializers.ChoiceField(choices=Comparator.choices)
    bound = serializers.FloatField()
    severity = serializers.ChoiceField(choices=Severity.choices, default=Severity.WARNING)
    k = serializers.IntegerField(default=1, min_value=1, max_value=actions.WIDEST)
    window = serializers.IntegerField(default=1, min_value=1, max_value=actions.WIDEST)


class SwitchIn(Body):
    """On or off."""

    on = serializers.BooleanField()


class CheckFilter(django_filters.FilterSet):
    """Which checks."""

    state = django_filters.ChoiceFilter(choices=Health.choices)
    series = django_filters.UUIDFilter(field_name="series__uid")
    is_active = django_filters.BooleanFilter()


class OfCheck(OfUseCase):
    """The checks of a use case."""

    serializer_class = CheckOut
    lookup_field = "number"

    def rows(self) -> models.QuerySet[Check]:
        """The checks, with what their rule names."""
        return Check.objects.filter(use_case=self.use_case).select_related("series__site", "use_case__team")


class Checks(Listing, Creating, OfCheck):
    """The checks of a use case."""

    shows_the_past = True
    reads, writes = Scope.READ, Scope.WRITE
    body = CheckIn
    filterset_class = CheckFilter
    orderings = ("number", "-number")
    has_rules = True
    example = {
        "name": "Fewer visits than before",
        "series": "01890f3c-0000-7000-8000-000000000000",
        "comparator": "below",
        "bound": 0.1,
    }

    def create(self, sent: dict[str, Any]) -> Check:
        """Define a check; its state is known in a moment."""
        series = self.use_case.series.select_related("site").filter(uid=sent.pop("series")).first()
        if series is None:
            sentence = _("This series is not one of the use case.")
            raise BadInput.of(_("The check cannot be defined like this."), {"series": sentence})
        return actions.define_check(self.use_case, series, by=self.person, **sent)


class OneCheck(Reading, OfCheck):
    """A check: its rule, its state, the point that decided."""

    shows_the_past = True
    reads = Scope.READ


class SwitchCheck(Acting, OfCheck):
    """Switch a check on or off."""

    writes = Scope.WRITE
    body = SwitchIn
    example = {"on": False}
    has_rules = True

    def act(self, thing: Check, sent: dict[str, Any]) -> None:
        """Switch a check on or off; off, its state is unknown."""
        actions.switch_check(thing, sent["on"], by=self.person)
