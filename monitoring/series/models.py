"""Series, their points (a table partitioned by month, made in SQL), their latest values, and ingested batches."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portal import plain
from portal.records import Record
from usecases.catalog.models import Site, UseCase


class Kind(models.TextChoices):
    """What a series tells about."""

    BUSINESS = "business", _("Business")
    MODEL = "model", _("Model")
    DATA = "data", _("Data")
    SERVICE = "service", _("Service")


class Series(Record):
    """A named quantity over time, of a use case, at a site or everywhere.

    Its points live in `monitoring_point` (series_id, ts, value): one value per series and moment, a correction
    replaces. The table is partitioned by month and made by a migration: Django does not manage it.
    """

    use_case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="series")
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.PROTECT, related_name="series")
    kind = models.CharField(max_length=8, choices=Kind)
    name = models.CharField(max_length=160)
    unit = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["kind", "name", "site__name"]
        indexes = [
            # the search: parts of its name
            plain.name_index("series_name_parts", "name"),
        ]
        verbose_name_plural = "series"
        constraints = [
            models.UniqueConstraint(fields=["use_case", "name", "site"], nulls_distinct=False, name="series_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} · {self.site}" if self.site_id else self.name


class LatestValue(models.Model):
    """The newest point of a series, kept in the statement that writes points."""

    series = models.OneToOneField(Series, primary_key=True, on_delete=models.CASCADE, related_name="latest")
    ts = models.DateTimeField()
    value = models.FloatField()
    received_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.series_id}: {self.value}"


class Batch(Record):
    """Points received in one request. The same key with the same body is answered from here."""

    use_case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="batches")
    key = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    points = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    series_created = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["use_case", "key"], name="batch_key_once")]

    def __str__(self) -> str:
        return self.key
