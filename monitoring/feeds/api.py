"""The API of feeds: which series feeds which KPI."""

from typing import Any

from django.db import models
from rest_framework import serializers

from monitoring.feeds import actions
from monitoring.feeds.models import KpiFeed, Statistic
from monitoring.series.models import Series
from portal.api.endpoints import Creating, Listing, Reading, Removing
from portal.api.serializers import Body, Named, PersonOut
from portal.people.models import Scope
from usecases.catalog.api import OfUseCase


class KpiFeedOut(serializers.ModelSerializer[KpiFeed]):
    """A series that feeds a KPI; `trouble_words` says why nothing came of the last time, empty when all is well."""

    series = serializers.SlugRelatedField[Any](slug_field="uid", read_only=True)
    kpi = serializers.SlugRelatedField[Any](slug_field="number", read_only=True)
    created_by = PersonOut(read_only=True)
    trouble_words = serializers.CharField(read_only=True)

    class Meta:
        model = KpiFeed
        fields = ("uid", "series", "kpi", "statistic", "since", "created_by", "fed_at", "trouble_words")
        read_only_fields = fields


class KpiFeedIn(Body):
    """Each full period of a business series becomes a provisional measurement."""

    series = Named(lambda view: Series.objects.filter(use_case=view.use_case), by="uid", help_text="By its uid.")
    kpi = Named(lambda view: view.use_case.kpis.all(), by="number", help_text="By its number.")
    statistic = serializers.ChoiceField(choices=Statistic.choices, required=False)
    since = serializers.DateField()


class OfFeeds(OfUseCase):
    """The feeds of a use case."""

    reads, writes = Scope.READ, Scope.WRITE
    serializer_class = KpiFeedOut
    lookup_field = "uid"

    def rows(self) -> models.QuerySet[KpiFeed]:
        """Those of the use case."""
        mine = KpiFeed.objects.filter(series__use_case=self.use_case)
        return mine.select_related("series__use_case__team", "series__site", "kpi", "created_by")


class KpiFeeds(Listing, Creating, OfFeeds):
    """The series that feed KPIs."""

    body = KpiFeedIn
    example = {"series": "0198c0de-0000-7000-8000-000000000000", "kpi": 1, "since": "2026-05-04"}
    has_rules = True

    def create(self, sent: dict[str, Any]) -> KpiFeed:
        """Let each full period of a business series become a provisional measurement of a KPI."""
        return actions.start_feed(sent.pop("series"), sent.pop("kpi"), by=self.person, **sent)


class OneKpiFeed(Reading, Removing, OfFeeds):
    """A series that feeds a KPI."""

    def remove(self, thing: KpiFeed) -> None:
        """Let a series feed a KPI no more; what it fed stays."""
        actions.stop_feed(thing, by=self.person)
