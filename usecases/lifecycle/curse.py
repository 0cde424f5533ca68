"""A POC without end, and a POC that never saw a production flow: the two faces of the curse."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.registry import Finding, Signal
from usecases.catalog.models import Stage, UseCase
from usecases.iterations.models import Iteration, IterationStatus
from usecases.lifecycle.times import times

# The campaign of the talk took four; a use case that needs more than three without going on needs a decision.
MANY = 3
LONG = timedelta(days=270)
TO_PLUG_IN = timedelta(days=30)


def endless(use_cases: Sequence[UseCase]) -> Mapping[int, Finding]:
    """Those in POC after more than three closed iterations, or nine months in POC over all its spells. Two queries."""
    in_poc = {one.pk: one for one in use_cases if one.stage == Stage.POC}
    closed = Iteration.objects.filter(use_case__in=list(in_poc), status=IterationStatus.CLOSED)
    ends: dict[int, list[datetime]] = {}
    for pk, at in closed.order_by("status_since").values_list("use_case_id", "status_since"):
        ends.setdefault(pk, []).append(at)
    found, now = {}, clock.now()
    for pk, time in times(in_poc.values()).items():
        url, spent = reverse("gates", args=[in_poc[pk].slug]), time.per_stage.get(Stage.POC, timedelta())
        several = ends.get(pk, [])
        if len(several) > MANY:
            found[pk] = Finding("curse.endless.many", {"number": len(several)}, url, several[MANY])
        elif spent > LONG:
            found[pk] = Finding("curse.endless.long", {"days": spent.days}, url, now - (spent - LONG))
    return found


def never_on_flows(use_cases: Sequence[UseCase]) -> Mapping[int, Finding]:
    """Those in POC for a month or more that no point of production ever reached while a model was live. One query."""
    now = clock.now()
    waiting = [one for one in use_cases if one.stage == Stage.POC and now - one.stage_since > TO_PLUG_IN]
    found = {}
    known = times(waiting)
    for one in waiting:
        if known[one.pk].first_flow_at is not None:
            continue
        live = known[one.pk].first_live_at is not None
        params = {"days": (now - one.stage_since).days}
        url = reverse("use_case_deployments", args=[one.slug])
        reason = "curse.flows.live" if live else "curse.flows.never"
        found[one.pk] = Finding(reason, params, url, one.stage_since + TO_PLUG_IN)
    return found


SIGNALS = [
    Signal("endless", _("Endless POC"), endless),
    Signal("flows", _("POC never on production flows"), never_on_flows),
]
WORDS = {
    "curse.raised.endless": _("A signal was raised: the POC has no end."),
    "curse.cleared.endless": _("A signal is gone: the POC came to an end."),
    "curse.endless.many": _("%(number)s iterations are closed, and it is still a POC."),
    "curse.endless.many.do": _("Decide: go on, pivot or stop"),
    "curse.endless.long": _("%(days)s days in POC so far, over all its spells."),
    "curse.endless.long.do": _("Decide: go on, pivot or stop"),
    "curse.raised.flows": _("A signal was raised: the POC never was on production flows."),
    "curse.cleared.flows": _("A signal is gone: the POC is on production flows."),
    "curse.flows.never": _(
        "In POC for %(days)s days, and nothing was live at a site: plug in a constant or the baseline."
    ),
    "curse.flows.never.do": _("Plug it in"),
    "curse.flows.live": _("In POC for %(days)s days and live, and no point came from production: look at what sends."),
    "curse.flows.live.do": _("Look at the deployments"),
}
