"""What every row that people speak about has: a public identifier, two times, and whether it is part of the demo."""

import uuid

from django.db import models
from django.db.models.functions import Now
from uuid_utils.compat import uuid7

from portal import clock


def new_uid() -> uuid.UUID:
    """A time-ordered identifier (UUIDv7), safe to show outside."""
    return uuid7()


class Record(models.Model):
    """Base of the rows that people speak about."""

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    occurred_at = models.DateTimeField(default=clock.now, editable=False)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    is_demo = models.BooleanField(default=clock.is_story, editable=False)

    class Meta:
        abstract = True
