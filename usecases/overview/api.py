"""The API of what somebody looks at first: what needs me, how a use case is, its one time axis."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal import clock, registry
from portal.api.endpoints import Endpoint
from portal.people.models import Scope
from usecases.catalog.api import HeadlineOut, OfUseCase
from usecases.curse.raised import signs
from usecases.overview import home
from usecases.overview.header import gate_ahead, how_far

TONES = ["ok", "warn", "err", "unk"]


class WaitingOut(serializers.Serializer[Any]):
    """Something that waits for whoever asks; `url` is the page where it is done."""

    kind = serializers.CharField(help_text="approval, kpi, gate, incident…")
    title = serializers.CharField()
    detail = serializers.CharField()
    action = serializers.CharField(help_text="The verb, in words.")
    url = serializers.CharField()
    since = serializers.DateTimeField()
    urgent = serializers.BooleanField()


class CountsOut(serializers.Serializer[Any]):
    """How many open use cases whoever asks may see."""

    open = serializers.IntegerField()
    healthy = serializers.IntegerField()
    not_well = serializers.IntegerField()
    trying = serializers.IntegerField(help_text="In exploration or POC.")
    industrialising = serializers.IntegerField()
    producing = serializers.IntegerField()


class InboxOut(serializers.Serializer[Any]):
    """What needs me, urgent first, then the oldest; and the rest as counts."""

    results = WaitingOut(many=True)
    counts = CountsOut()


class Inbox(Endpoint):
    """What needs me: urgent first, then the oldest; and the rest as counts."""

    reads = Scope.READ
    serializer_class = InboxOut

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What waits for the owner of the token."""
        return Response(self.told({"results": registry.inbox(self.person), "counts": home.counts(self.person)}))


class RaisedOut(serializers.Serializer[Any]):
    """A curse signal: one of the ways not to reach production, why it is raised and what to do next."""

    code = serializers.CharField()
    title = serializers.CharField()
    reason = serializers.CharField()
    action = serializers.CharField()
    url = serializers.CharField()
    since = serializers.DateTimeField(allow_null=True)


class GateAheadOut(serializers.Serializer[Any]):
    """The next gate, and how far it is, in words."""

    stage = serializers.CharField()
    verdict = serializers.CharField()
    how_far = serializers.CharField()
    can_pass = serializers.BooleanField()


class OverviewOut(serializers.Serializer[Any]):
    """How a use case is: its headline, the gate ahead (null: none), the signs that are raised."""

    headline = HeadlineOut()
    gate_ahead = GateAheadOut(allow_null=True)
    signals = RaisedOut(many=True, allow_null=True, help_text="Null in the past: nobody kept them.")


class Overview(OfUseCase):
    """How a use case is: its headline, the gate ahead, the curse signals that are raised."""

    shows_the_past = True
    reads = Scope.READ
    serializer_class = OverviewOut

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The overview."""
        gate = gate_ahead(self.use_case)
        ahead = (
            {
                "stage": gate.stage.value,
                "verdict": gate.verdict,
                "how_far": how_far(gate),
                "can_pass": gate.can_pass,
            }
            if gate
            else None
        )
        # What was raised on a day nobody kept.
        signals = signs([self.use_case]).get(self.use_case.pk, []) if clock.past() is None else None
        headline = registry.headlines([self.use_case])[self.use_case.pk]
        return Response(self.told({"headline": headline, "gate_ahead": ahead, "signals": signals}))


class MarkOut(serializers.Serializer[Any]):
    """Something that happened; `until` makes it a span."""

    at = serializers.DateTimeField()
    until = serializers.DateTimeField(allow_null=True)
    tone = serializers.ChoiceField(choices=TONES)
    title = serializers.CharField()
    url = serializers.CharField()


class PointOut(serializers.Serializer[Any]):
    """A value over time with its bounds, null where nobody knows."""

    at = serializers.DateTimeField()
    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class LaneOut(serializers.Serializer[Any]):
    """A row of the time axis: points, or things that happened."""

    key = serializers.CharField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(choices=["line", "marks", "spans"])
    unit = serializers.CharField()
    baseline = serializers.FloatField(allow_null=True)
    target = serializers.FloatField(allow_null=True)
    points = PointOut(many=True)
    marks = MarkOut(many=True)


class TimelineOut(serializers.Serializer[Any]):
    """The one time axis of a use case: KPIs, runs, releases, health."""

    results = LaneOut(many=True)


class Timeline(OfUseCase):
    """The one time axis of a use case: its KPIs, runs, deployments and incidents, each a lane."""

    shows_the_past = True
    reads = Scope.READ
    serializer_class = TimelineOut

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Every lane, from the first day on."""
        lanes = registry.lanes(self.use_case, start=None, end=clock.now())
        return Response(self.told({"results": [_lane(lane) for lane in lanes]}))


def _lane(lane: registry.Lane) -> dict[str, Any]:
    told = {name: getattr(lane, name) for name in ("key", "title", "kind", "unit", "baseline", "target")}
    points = [
        {"at": at, "value": lane.y[place], "low": _at(lane.low, place), "high": _at(lane.high, place)}
        for place, at in enumerate(lane.x)
    ]
    marks = [
        {"at": mark.at, "until": mark.until, "tone": mark.tone, "title": mark.label, "url": mark.url}
        for mark in lane.marks
    ]
    return {**told, "points": points, "marks": marks}


def _at(bounds: Any, place: int) -> float | None:
    return bounds[place] if place < len(bounds) else None
