"""Rows as they were: what the journal kept of each change is undone, the newest first."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from portal.audit.models import Event
from portal.records import Record


def rewind(rows: Iterable[Record], at: datetime) -> None:
    """Give the rows back what they said `at`, in memory; one query however many they are.

    A change is undone field by field, from `before` of its event. What an event did not keep, or kept under the name
    of a relation, stays as it is: its feature says how that was.
    """
    by_uid = {row.uid: row for row in rows}
    if not by_uid:
        return
    later = Event._base_manager.filter(target_uid__in=by_uid, occurred_at__gt=at, data__has_key="before")
    for event in later.order_by("-occurred_at", "-id").only("target_uid", "data"):
        for name, value in event.data["before"].items():
            if event.target_uid in by_uid:
                _give_back(by_uid[event.target_uid], name, value)


def _give_back(row: Record, name: str, value: Any) -> None:
    field = next((one for one in row._meta.concrete_fields if one.name == name), None)
    if field is None or isinstance(field, models.ForeignKey):
        return
    try:
        setattr(row, name, field.to_python(value))
    except ValidationError:
        # Kept in a form of an earlier version: nobody knows it any more.
        setattr(row, name, None if field.null else "")
