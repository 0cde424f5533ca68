"""The API of the road: break-glass and its second person, step back, stop, resume, retire; new criteria; times."""

from datetime import timedelta
from typing import Any

from django.http import Http404
from rest_framework import serializers

from portal.api.endpoints import Acting, Creating, Reading
from portal.api.serializers import Body, PersonOut
from portal.people.models import Role, Scope
from usecases.catalog.api import OfUseCase
from usecases.lifecycle import emergencies, publishing, road
from usecases.lifecycle.api import Criteria, OfGate
from usecases.lifecycle.models import BreakGlass, CriteriaSet, GateKey, Mode
from usecases.lifecycle.times import Times, times_of
from usecases.lifecycle.transitions import ROAD


class BreakGlassOut(serializers.ModelSerializer[BreakGlass]):
    """A gate broken open in an emergency, and what a second person said of it."""

    by = PersonOut(read_only=True)
    second = PersonOut(read_only=True, allow_null=True)
    unmet = serializers.ListField(child=serializers.CharField(), read_only=True)
    unsigned = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = BreakGlass
        fields = (
            *("uid", "gate", "round", "reason", "by", "unmet", "unsigned", "at_once", "due_at", "status"),
            *("second", "answered_at", "comment", "occurred_at"),
        )
        read_only_fields = fields


class WhyIn(Body):
    """Why."""

    reason = serializers.CharField(max_length=2000)


class AnswerIn(Body):
    """What the second person says; an objection needs a comment."""

    agree = serializers.BooleanField()
    comment = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class OfGlass(OfGate):
    """The last time the glass of a gate was broken."""

    serializer_class = BreakGlassOut

    def thing(self) -> BreakGlass:
        """The row. Raises Http404 when nobody broke it."""
        rows = BreakGlass.objects.filter(use_case=self.use_case, gate=self.stage)
        found = rows.select_related("by", "second", "use_case__team").first()
        if found is None:
            raise Http404
        return found


class Glass(Reading, Creating, OfGlass):
    """The last time the glass of a gate was broken; breaking it."""

    body = WhyIn
    example = {"reason": "The old system burned."}
    has_rules = True

    def create(self, sent: dict[str, Any]) -> BreakGlass:
        """Open a gate in spite of what blocks it; a second person answers, first or within a day."""
        return emergencies.break_glass(self.use_case, self.stage, by=self.person, **sent)


class Answer(Acting, OfGlass):
    """Answer, as second person, for a broken glass."""

    body = AnswerIn
    example = {"agree": True, "comment": "I saw it."}
    has_rules = True

    def act(self, thing: BreakGlass, sent: dict[str, Any]) -> None:
        """Agree that it was an emergency, or object: what was opened closes again."""
        if sent.pop("agree"):
            emergencies.agree(thing, by=self.person, **sent)
        else:
            emergencies.object_to(thing, by=self.person, comment=sent.get("comment", ""))


class RoadOut(serializers.Serializer[Any]):
    """Where a use case is on its road, and how long things took, in days; null: not yet."""

    stage = serializers.CharField()
    stage_since = serializers.DateTimeField()
    days_per_stage = serializers.DictField(child=serializers.IntegerField())
    first_live_at = serializers.DateTimeField(allow_null=True)
    first_flow_at = serializers.DateTimeField(allow_null=True)
    first_validated_at = serializers.DateTimeField(allow_null=True)
    days_to_first_flow = serializers.SerializerMethodField()
    days_to_market = serializers.SerializerMethodField()

    def get_days_to_first_flow(self, told: Times) -> int | None:
        """From creation to the first production flow."""
        return _days(told.to_first_flow)

    def get_days_to_market(self, told: Times) -> int | None:
        """From creation to the first validated KPI after the first site went live."""
        return _days(told.to_market)


class OfRoad(OfUseCase):
    """The road of a use case."""

    reads, writes = Scope.READ, Scope.WRITE
    serializer_class: Any = RoadOut

    def thing(self) -> Any:
        """Where it is, read again."""
        self.load()
        return times_of(self.use_case)

    def lock(self, thing: Any) -> None:
        """The use case is what is held."""
        super().lock(self.use_case)


class Road(Reading, OfRoad):
    """Where a use case is on its road, and how long things took."""


class StepBackIn(WhyIn):
    """Where to, and why."""

    to = serializers.ChoiceField(choices=[*(stage.value for stage in ROAD), GateKey.BEYOND.value])


class StepBack(Acting, OfRoad):
    """Step back to an earlier stage."""

    body = StepBackIn
    example = {"to": "exploration", "reason": "The data was wrong."}
    has_rules = True

    def act(self, thing: Any, sent: dict[str, Any]) -> None:
        """Go back to an earlier stage; the gates between open again. "beyond" only opens that gate again."""
        road.step_back(self.use_case, by=self.person, **sent)


class Stop(Acting, OfRoad):
    """Stop a use case."""

    body = WhyIn
    example = {"reason": "No budget this year."}
    has_rules = True

    def act(self, thing: Any, sent: dict[str, Any]) -> None:
        """Stop a use case, from anywhere on its road; it can be resumed."""
        road.stop(self.use_case, by=self.person, **sent)


class Resume(Acting, OfRoad):
    """Resume a use case."""

    has_rules = True

    def act(self, thing: Any, sent: dict[str, Any]) -> None:
        """Go on with what was stopped, at the stage where it was."""
        road.resume(self.use_case, by=self.person)


class Retire(Acting, OfRoad):
    """Retire a product."""

    body = WhyIn
    example = {"reason": "Replaced by another product."}
    has_rules = True

    def act(self, thing: Any, sent: dict[str, Any]) -> None:
        """End a product, for good, once no model of it is live."""
        road.retire(self.use_case, by=self.person, **sent)


class SettingIn(Body):
    """A criterion to ask; what is left out is as its feature says. An own one ("own.something") has both titles."""

    code = serializers.CharField(max_length=60)
    mode = serializers.ChoiceField(choices=Mode.choices)
    role = serializers.ChoiceField(choices=Role.choices, required=False)
    is_attested = serializers.BooleanField(required=False)
    title_en = serializers.CharField(max_length=160, required=False)
    title_fr = serializers.CharField(max_length=160, required=False)
    why_en = serializers.CharField(max_length=600, required=False)
    why_fr = serializers.CharField(max_length=600, required=False)


class VersionIn(Body):
    """A version of a gate's criteria, in order; `seen`: the version it started from."""

    gate = serializers.ChoiceField(choices=GateKey.choices)
    seen = serializers.IntegerField(min_value=0, max_value=10_000)
    criteria = SettingIn(many=True)
    signed_by = serializers.ListField(child=serializers.ChoiceField(choices=Role.choices), required=False)


class PublishedCriteria(Creating, Criteria):
    """Every version of the criteria of every gate, the newest first; publishing the next one."""

    writes = Scope.WRITE
    body = VersionIn
    example = {"gate": "poc", "seen": 2, "criteria": [{"code": "catalog.three_roles", "mode": "advise"}]}
    has_rules = True

    def create(self, sent: dict[str, Any]) -> CriteriaSet:
        """Put a new version of a gate's criteria in force."""
        wanted = [publishing.Setting(**one) for one in sent["criteria"]]
        told = {"seen": sent["seen"], "signed_by": sent.get("signed_by")}
        made = publishing.publish(sent["gate"], wanted, by=self.person, **told)
        return self.rows().get(pk=made.pk)


def _days(spent: timedelta | None) -> int | None:
    return None if spent is None else spent.days
