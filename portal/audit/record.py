"""Writing the journal. Called inside the transaction of the change: no audit, no change."""

from typing import Any

from django.db import connection, models

from portal.audit.models import Event
from portal.people import rights
from portal.people.models import Team, User


def record(
    verb: str,
    target: models.Model,
    *,
    by: User | None,
    machine: str = "",
    person: User | None = None,
    team: Team | None = None,
    use_case: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    named: dict[str, Any] | None = None,
    **params: Any,
) -> Event:
    """Write that `by` (or, when None, the part of the machine named `machine`) did `verb` to `target`.

    `verb` is a code worded by some feature's WORDS ("kpi.validated"); `params` fill its sentence and, like
    `before` and `after`, must be JSON values without names of people. Who is spoken of is `person` (the target itself
    when it is one); for whom `by` acts as a deputy is what `rights.require` noted.
    `named` is what the sentence calls the target, when that is worded for each reader (`portal.words.quoted`).
    The sentence calls them %(person)s by their name of the day it is read. Raises RuntimeError outside
    a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("An audit event belongs to the transaction of the change it tells.")
    if named:
        params["target"] = named
    data = {key: value for key, value in (("before", before), ("after", after), ("params", params)) if value}
    if isinstance(target, User):
        person = target
    return Event.objects.create(
        actor=by,
        on_behalf_of_id=rights.stands_for(by, team) if by else None,
        machine="" if by else machine or "system",
        person=person,
        verb=verb,
        target_type=target._meta.label_lower,
        target_uid=getattr(target, "uid", None),
        target_label="" if getattr(target, "is_personal", False) else str(target)[:200],
        team=team,
        use_case=use_case,
        data=data,
    )
