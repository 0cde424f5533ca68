"""What the API remembers."""

from django.db import models
from django.db.models.functions import Now

from portal.people.models import AccessToken


class KeptAnswer(models.Model):
    """The answer to a request that came with an Idempotency-Key, written with its effect, kept 24 hours."""

    token = models.ForeignKey(AccessToken, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=100)
    # SHA-256 of method, address and body.
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.TextField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="kept_answer_once")]
        # the hourly purge
        indexes = [models.Index(fields=["recorded_at"], name="kept_answer_by_age")]

    def __str__(self) -> str:
        return self.key
