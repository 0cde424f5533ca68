"""Use cases as they were: what they said from the journal, their stage and health from their history."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from portal import clock
from portal.audit.models import Event
from portal.audit.rewind import rewind
from portal.errors import BadInput
from portal.ui import wording
from usecases.catalog.models import Health, Site, Stage, UseCase, UseCaseSite

BECAME = "usecase.became_"
SERVED, LEFT = "usecase.site_served", "usecase.site_left"
NOT_KEPT = "health.not_kept"


def as_it_was(use_case: UseCase, at: datetime) -> UseCase:
    """The use case as it was `at`. Raises BadInput when nobody had opened it yet."""
    if use_case.occurred_at > at:
        sentence = _("This use case was opened on %(day)s: before, there was nothing to show.")
        raise BadInput(sentence % {"day": wording.day(use_case.occurred_at)})
    return as_they_were([use_case], at)[0]


def as_they_were(use_cases: Sequence[UseCase], at: datetime) -> list[UseCase]:
    """Those of these use cases that existed `at`, as they were; three queries however many they are."""
    known = [one for one in use_cases if one.occurred_at <= at]
    rewind(known, at)
    stages = _stages(known, at)
    health = _health(known, at)
    for one in known:
        one.stage, one.stage_since = stages.get(one.pk, (Stage.EXPLORATION, one.occurred_at))
        _told_healthy(one, health.get(one.slug))
    return known


def _told_healthy(use_case: UseCase, told: tuple[dict[str, Any], datetime] | None) -> None:
    """The health the journal told last; before its first change it was unknown, as when it was opened."""
    if told is not None:
        after, use_case.health_since = told
        use_case.health, use_case.health_code = after.get("health", Health.UNKNOWN), after.get("health_code", NOT_KEPT)
        use_case.health_params = after.get("health_params", {})
    elif use_case.health == Health.UNKNOWN:
        use_case.health_since = use_case.occurred_at
    else:
        use_case.health, use_case.health_since = Health.UNKNOWN, None
        use_case.health_code, use_case.health_params = NOT_KEPT, {}


def _stages(use_cases: Sequence[UseCase], at: datetime) -> dict[int, tuple[str, datetime]]:
    """The last change of stage of each; none for what was still where it began."""
    changes: Any = UseCase._meta.get_field("stage_changes").related_model
    rows = changes._base_manager.filter(use_case__in=use_cases, occurred_at__lte=at).order_by("occurred_at", "id")
    return {pk: (stage, since) for pk, stage, since in rows.values_list("use_case", "to_stage", "occurred_at")}


def _health(use_cases: Sequence[UseCase], at: datetime) -> dict[str, tuple[dict[str, Any], datetime]]:
    """What the journal says each became last, and when."""
    slugs = [one.slug for one in use_cases]
    events = Event._base_manager.filter(use_case__in=slugs, verb__startswith=BECAME, occurred_at__lte=at)
    last = events.order_by("use_case", "-occurred_at", "-id").distinct("use_case")
    told = last.values_list("use_case", "data", "occurred_at")
    return {slug: (data.get("after", {}), since) for slug, data, since in told}


def sites_served(use_case: UseCase) -> list[UseCaseSite]:
    """The sites it serves with what is particular there; of a day looked back at, those of then, left since or not."""
    served = list(use_case.served_sites.select_related("site"))
    at = clock.past()
    if at is None:
        return served
    rewind(served, at)
    mine = Event._base_manager.filter(use_case=use_case.slug)
    left = mine.filter(verb=LEFT, occurred_at__gt=at).order_by("-occurred_at", "-id")
    uids = [event.target_uid for event in left]
    there = set(mine.filter(verb=SERVED, target_uid__in=uids, occurred_at__lte=at).values_list("target_uid", flat=True))
    gone = {
        # The row is no more: the journal kept the name of its site, and what was particular there when it was left.
        event.target_uid: UseCaseSite(
            uid=event.target_uid,
            use_case=use_case,
            site=Site(name=event.target_label),
            specifics=event.data.get("before", {}).get("specifics", ""),
        )
        for event in left
        if event.target_uid is not None and event.target_uid in there
    }
    rewind(gone.values(), at)
    return sorted([*served, *gone.values()], key=lambda one: one.site.name)
