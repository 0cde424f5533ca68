"""A business series that feeds a KPI: each full period of points becomes a provisional measurement."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from monitoring.series.models import Series
from portal.records import Record
from portal.words import say
from usecases.kpis.models import KPI


class Statistic(models.TextChoices):
    """What is made of the points of a period."""

    MEAN = "mean", _("Their mean")
    SUM = "sum", _("Their sum")
    LAST = "last", _("The last one")


class KpiFeed(Record):
    """A series feeds a KPI, in the name of the person who said so, whose rights are asked again each time."""

    series = models.OneToOneField(Series, on_delete=models.CASCADE, related_name="feed")
    kpi = models.ForeignKey(KPI, on_delete=models.CASCADE, related_name="feeds")
    statistic = models.CharField(max_length=4, choices=Statistic, default=Statistic.MEAN)
    since = models.DateField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    fed_at = models.DateTimeField(null=True)
    # Why nothing came of the last time, as a code; empty when all is well.
    trouble = models.CharField(max_length=60, blank=True)
    trouble_params: Any = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return f"{self.series} → {self.kpi}"

    @property
    def trouble_words(self) -> str:
        """Why nothing came of the last time, in the reader's language; empty when all is well."""
        return say(self.trouble, self.trouble_params) if self.trouble else ""
