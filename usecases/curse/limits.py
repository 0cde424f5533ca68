"""A use case that has been in its stage for longer than the portfolio allows."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.registry import Finding, Signal
from usecases.catalog.models import UseCase
from usecases.curse.models import StageLimit


def stayed_too_long(use_cases: Sequence[UseCase]) -> Mapping[int, Finding]:
    """Those in their stage for longer than its limit, since the day they went over it. One query."""
    limits = dict(StageLimit.objects.values_list("stage", "days"))
    now, found = clock.now(), {}
    for one in use_cases:
        limit = limits.get(one.stage)
        if limit is None or now - one.stage_since <= timedelta(days=limit):
            continue
        found[one.pk] = Finding(
            reason=f"curse.stayed.{one.stage}",
            params={"days": (now - one.stage_since).days, "limit": limit},
            url=reverse("gates", args=[one.slug]),
            since=one.stage_since + timedelta(days=limit),
        )
    return found


SIGNALS = [Signal("stayed", _("Too long in its stage"), stayed_too_long)]
