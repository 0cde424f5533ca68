"""The machine's part: look at the facts of every use case on its road, and keep which signals are raised."""

from collections.abc import Callable, Sequence

from django.db import transaction
from django.db.models.functions import Now

from portal import registry
from portal.audit import record as audit
from portal.notifications.actions import members, tell
from portal.people.models import Role
from portal.registry import Finding
from portal.words import quoted
from usecases.catalog.models import Stage, UseCase
from usecases.curse.models import Raised

# Looked at together: every rule asks its fixed number of queries for so many use cases.
AT_ONCE = 500
# Who can do something about it.
CONCERNED = (Role.BUSINESS, Role.DATA, Role.IT)
OFF_THE_ROAD = (Stage.STOPPED, Stage.RETIRED)


def sweep(progress: Callable[..., None] | None = None) -> int:
    """Look at every use case, a batch at a time; returns how many signals are raised. Can run twice."""
    keys = list(UseCase.objects.order_by("pk").values_list("pk", flat=True))
    raised = 0
    for start in range(0, len(keys), AT_ONCE):
        batch = list(UseCase.objects.filter(pk__in=keys[start : start + AT_ONCE]).select_related("team"))
        raised += look_at(batch)
        if progress is not None:
            progress(min(start + AT_ONCE, len(keys)), len(keys), "curse.looked_at")
    return raised


def look_at(use_cases: Sequence[UseCase]) -> int:
    """Look at the facts of these use cases and keep what they show; returns how many signals are raised.

    What is stopped or retired shows none. A signal keeps the moment at which it was first seen.
    """
    on_the_road = [one for one in use_cases if one.stage not in OFF_THE_ROAD]
    found = {
        (pk, signal.code): finding
        for signal in registry.signals().values()
        for pk, finding in signal.find(on_the_road).items()
    }
    by_pk = {one.pk: one for one in use_cases}
    with transaction.atomic():
        known = {
            (row.use_case_id, row.code): row
            for row in Raised.objects.select_for_update(of=("self",)).filter(use_case__in=list(by_pk)).order_by("pk")
        }
        _clear([row for key, row in known.items() if key not in found], by_pk)
        _raise(found, known, by_pk)
    return len(found)


def _raise(
    found: dict[tuple[int, str], Finding], known: dict[tuple[int, str], Raised], by_pk: dict[int, UseCase]
) -> None:
    """Write what is found, in one statement; the journal and the members are told what was not raised before."""
    rows = [
        Raised(
            use_case=by_pk[pk],
            code=code,
            reason=finding.reason,
            params=dict(finding.params),
            url=finding.url,
            since=finding.since,
        )
        for (pk, code), finding in found.items()
    ]
    Raised.objects.bulk_create(
        rows,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["use_case", "code"],
        update_fields=["reason", "params", "url", "since"],
    )
    Raised.objects.filter(use_case__in=list(by_pk)).update(looked_at=Now())
    for row in rows:
        if (row.use_case_id, row.code) not in known:
            _tell("raised", row, by_pk[row.use_case_id])


def _clear(gone: list[Raised], by_pk: dict[int, UseCase]) -> None:
    for row in gone:
        _tell("cleared", row, by_pk[row.use_case_id])
    Raised.objects.filter(pk__in=[row.pk for row in gone]).delete()


def _tell(what: str, row: Raised, use_case: UseCase) -> None:
    audit.record(
        f"curse.{what}.{row.code}",
        use_case,
        by=None,
        machine="curse",
        team=use_case.team,
        use_case=use_case.slug,
        reason=row.reason,
    )
    if use_case.stage not in OFF_THE_ROAD:
        tell(
            f"notice.curse_{what}",
            members(use_case.team, CONCERNED),
            url=row.url if what == "raised" else use_case.get_absolute_url(),
            team=use_case.team,
            use_case=use_case.slug,
            data={"use_case": use_case.slug, "signal": row.code},
            use_case_name=use_case.name,
            what=quoted(f"curse.{what}.{row.code}", {}),
            why=quoted(row.reason, row.params),
        )
