"""What every row that people speak about has: a public identifier, two times, and whether it is part of the demo."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Self, TypeVar

from django.db import models
from django.db.models.base import ModelBase
from django.db.models.functions import Now
from django.db.models.query import ModelIterable
from uuid_utils.compat import uuid7

from portal import clock

Row = TypeVar("Row", bound=models.Model, covariant=True)


def new_uid() -> uuid.UUID:
    """A time-ordered identifier (UUIDv7), safe to show outside."""
    return uuid7()


class Known(models.Manager[Row]):
    """What is known: while somebody looks back, what happened later is not there.

    A record with questions of its own keeps it: `objects = Known.from_queryset(Questions)()`.
    """

    # The moment from which a row is there.
    since = "occurred_at"

    def get_queryset(self) -> models.QuerySet[Row]:
        """Every row, but for those of the future of the day looked at."""
        rows = super().get_queryset()
        at = clock.past()
        return rows if at is None else rows.filter(**{f"{self.since}__lte": at})


class Rewound(models.QuerySet[Row]):
    """Rows that other tables know the past of: while somebody looks back, `as_they_were` of their model is asked."""

    def _fetch_all(self) -> None:
        fresh = self._result_cache is None
        super()._fetch_all()
        at = clock.past()
        if fresh and at is not None and self._iterable_class is ModelIterable:
            model: Any = self.model
            model.as_they_were(self._result_cache, at)


class RecordBase(ModelBase):
    """Gives every kind of record that has no manager of its own the one that hides the future."""

    def __new__(cls, name: str, bases: tuple[type, ...], attrs: dict[str, Any], **options: Any) -> Any:
        """The class; an abstract one hands no manager down, so that what follows may have its own."""
        is_abstract = getattr(attrs.get("Meta"), "abstract", False)
        if not is_abstract and not any(isinstance(value, models.Manager) for value in attrs.values()):
            attrs["objects"] = Known()
        return super().__new__(cls, name, bases, attrs, **options)


class Record(models.Model, metaclass=RecordBase):
    """Base of the rows that people speak about."""

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    occurred_at = models.DateTimeField(default=clock.now, editable=False)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    is_demo = models.BooleanField(default=clock.is_story, editable=False)

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any], **options: Any) -> Self:
        """The row; while somebody looks back, as it was."""
        row = super().from_db(db, field_names, values, **options)
        at = clock.past()
        if at is not None:
            row.unlearn(at)
        return row

    def unlearn(self, at: datetime) -> None:
        """Take back what was written into this row after `at`, as far as the row itself dates it. Nothing, here."""

    @classmethod
    def as_they_were(cls, rows: Sequence[Any], at: datetime) -> None:
        """Give these rows back what other tables say they were `at`, in a fixed number of queries (see `Rewound`)."""

    def later(self, name: str, at: datetime) -> bool:
        """Whether the moment in this field, if it was read, comes after `at`."""
        moment = self.__dict__.get(name)
        return moment is not None and moment > at
