"""The API of what a KPI changed: effect and verdict, versions and agreements, decisions, corrections."""

from typing import Any

from django.db import models
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.endpoints import Acting, Creating, Listing
from portal.api.serializers import Body, PersonOut
from portal.people.models import Scope
from usecases.kpis import actions
from usecases.kpis.api import OfKpis, OfMeasurements
from usecases.kpis.measured import effects
from usecases.kpis.models import KPI, KPIAgreement, KPIDecision, KPIVersion, Measurement, MeasurementRevision, Proof
from usecases.kpis.telling import cautions, said
from usecases.kpis.transitions import Waiting, waiting
from usecases.kpis.verdict import verdict

MEASURED = "Null where nobody knows."


class SampleRatioOut(serializers.Serializer[Any]):
    """Two arms as they came, against the share that was said."""

    treated = serializers.IntegerField()
    control = serializers.IntegerField()
    share = serializers.FloatField(help_text="Of the control arm, 0 to 1.")
    expected = serializers.FloatField()
    p = serializers.FloatField(help_text="Of the χ² test with one degree of freedom.")
    mismatch = serializers.BooleanField(help_text="p < 0.001: no difference between the arms can be believed.")


class KpiVerdictOut(serializers.Serializer[Any]):
    """What the KPI's own rule says, on what the business validated."""

    met = serializers.BooleanField(allow_null=True, help_text="Null while nobody can know.")
    code = serializers.CharField()
    sentence = serializers.CharField()
    rule = serializers.CharField()
    version = serializers.IntegerField()
    grade = serializers.ChoiceField(choices=Proof.choices)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    as_of = serializers.DateTimeField(allow_null=True)


class KpiEffectOut(serializers.Serializer[Any]):
    """What a KPI changed against the system in place, over every mature period that counts, in its unit."""

    value = serializers.FloatField(source="total.value", allow_null=True, help_text=MEASURED)
    reference = serializers.FloatField(source="total.reference", allow_null=True, help_text="Measured beside.")
    difference = serializers.FloatField(source="effect.difference", default=None, allow_null=True)
    error = serializers.FloatField(source="effect.error", default=None, allow_null=True, help_text="Standard error.")
    low = serializers.FloatField(source="effect.low", default=None, allow_null=True, help_text="Of 95 %.")
    high = serializers.FloatField(source="effect.high", default=None, allow_null=True)
    method = serializers.CharField(
        source="effect.method",
        default=None,
        allow_null=True,
        help_text="one_look, periods, any_time; else why there is no interval: no_error, no_sizes, too_few.",
    )
    grade = serializers.ChoiceField(choices=Proof.choices)
    n = serializers.IntegerField(source="total.n", allow_null=True)
    reference_n = serializers.IntegerField(source="total.reference_n", allow_null=True)
    units = serializers.FloatField(allow_null=True, help_text="How many times the difference was gained.")
    period_start = serializers.DateField(source="total.start", allow_null=True)
    period_end = serializers.DateField(source="total.end", allow_null=True)
    periods = serializers.IntegerField(source="total.periods")
    provisional = serializers.IntegerField(source="total.provisional", help_text="Of those periods.")
    immature = serializers.IntegerField(source="total.immature", help_text="Periods that do not count yet.")
    mature_on = serializers.DateField(source="total.mature_on", allow_null=True, help_text="When the next one counts.")
    unknown = serializers.IntegerField(source="total.unknown", help_text="Periods that cannot be put together.")
    missing = serializers.CharField(source="total.missing", allow_null=True, help_text="Sites not in the last period.")
    gone_since = serializers.DateField(allow_null=True, help_text="No longer measured against the system in place.")
    sample_ratio = SampleRatioOut(allow_null=True)
    sentence = serializers.SerializerMethodField()
    cautions = serializers.SerializerMethodField()
    verdict = serializers.SerializerMethodField()
    _known: Waiting | None = None

    waiting = serializers.SerializerMethodField(help_text="Measurements that wait for you to validate them.")
    waiting_seal = serializers.SerializerMethodField(help_text="Of what waits for you: to validate it as it was read.")

    def get_sentence(self, measured: Any) -> str:
        """What a meeting reads first."""
        return said(measured)

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_cautions(self, measured: Any) -> list[str]:
        """What must be said beside it."""
        return [sentence for _tone, sentence in cautions(measured)]

    @extend_schema_field(KpiVerdictOut)
    def get_verdict(self, measured: Any) -> Any:
        """What its rule says."""
        return KpiVerdictOut(verdict(measured.kpi)).data

    def get_waiting(self, measured: Any) -> int:
        """How many the caller may validate, within the limits of their role."""
        return self._waiting(measured).number

    def get_waiting_seal(self, measured: Any) -> str:
        """What stands for every figure of those."""
        return self._waiting(measured).seal

    def _waiting(self, measured: Any) -> Waiting:
        if self._known is None:
            self._known = waiting(measured.kpi, self.context["person"])
        return self._known


class KpiEffect(OfKpis):
    """What a KPI changed against the system in place, with its interval, its grade and its verdict."""

    shows_the_past = True
    serializer_class = KpiEffectOut

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The effect as it is known now."""
        kpi = self.thing()
        return Response(KpiEffectOut(effects([kpi])[kpi.pk], context={"person": self.person}).data)

    def dress(self, rows: Any) -> None:
        """Nothing else is told."""


class KpiAgreementOut(serializers.ModelSerializer[KPIAgreement]):
    """Who agreed on a version, about what."""

    by = PersonOut(read_only=True)

    class Meta:
        model = KPIAgreement
        fields = read_only_fields = ("about", "by", "occurred_at")


class KpiVersionOut(serializers.ModelSerializer[KPIVersion]):
    """What a KPI said from one edit to the next."""

    by = PersonOut(read_only=True, allow_null=True)
    facts = serializers.DictField(read_only=True)
    agreements = KpiAgreementOut(many=True, read_only=True)

    class Meta:
        model = KPIVersion
        fields = read_only_fields = ("uid", "number", "facts", "by", "occurred_at", "agreements")


class KpiVersions(Listing, OfKpis):
    """The versions of a KPI, the last first."""

    shows_the_past = True
    serializer_class: Any = KpiVersionOut
    orderings = ("-number", "number")

    def rows(self) -> models.QuerySet[Any]:
        """Those of the KPI."""
        mine = KPIVersion.objects.filter(kpi__use_case=self.use_case, kpi__number=self.kwargs["number"])
        return mine.select_related("by").prefetch_related("agreements__by")

    def load(self) -> None:
        """The use case, and the KPI in it. Raises Http404."""
        super().load()
        self.kpi = get_object_or_404(OfKpis.rows(self), number=self.kwargs["number"])

    def dress(self, rows: Any) -> None:
        """Nothing else is told."""


class KpiSeen(Body):
    """The version that was read, and what it is agreed on for."""

    seen = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    about = serializers.CharField(max_length=120, required=False, allow_blank=True)


class KpiAgree(Acting, OfKpis):
    """Agree on what a KPI says now."""

    body = KpiSeen
    example = {"seen": 1, "about": "steering of May"}
    has_rules = True

    def act(self, thing: KPI, sent: dict[str, Any]) -> None:
        """Agree on what a KPI says now, its proxy metric included, when it is the version that was read."""
        actions.agree(thing, by=self.person, **sent)


class KpiDecisionOut(serializers.ModelSerializer[KPIDecision]):
    """What the business signed, on which evidence, under which version."""

    by = PersonOut(read_only=True)

    class Meta:
        model = KPIDecision
        fields = read_only_fields = ("uid", "version", "is_better", "evidence", "by", "occurred_at")


class KpiDecisionIn(Body):
    """A decision on stated evidence; `seen` is the version that was read."""

    is_better = serializers.BooleanField()
    evidence = serializers.CharField(max_length=4000)
    seen = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class KpiDecisions(Creating, KpiVersions):
    """The decisions signed about a KPI whose rule is a signed decision, the last first."""

    serializer_class = KpiDecisionOut
    body = KpiDecisionIn
    example = {"is_better": True, "evidence": "No workover in 90 days; four the year before.", "seen": 1}
    orderings = ("-occurred_at", "occurred_at")
    has_rules = True

    def rows(self) -> models.QuerySet[Any]:
        """Those of the KPI."""
        mine = KPIDecision.objects.filter(kpi__use_case=self.use_case, kpi__number=self.kwargs["number"])
        return mine.select_related("by")

    def create(self, sent: dict[str, Any]) -> KPIDecision:
        """Sign, on stated evidence, whether a KPI is better than the system in place."""
        return actions.decide(self.kpi, by=self.person, **sent)


class MeasurementRevisionOut(serializers.ModelSerializer[MeasurementRevision]):
    """What a measurement said until it was corrected or rejected."""

    recorded_by = PersonOut(read_only=True)
    validated_by = PersonOut(read_only=True, allow_null=True)
    replaced_by = PersonOut(read_only=True)

    class Meta:
        model = MeasurementRevision
        fields = (
            *("uid", "period_end", "value", "n", "standard_error", "reference_value", "reference_standard_error"),
            *("reference_n", "conversions", "reference_conversions", "numerator", "denominator", "status", "source"),
            *("occurred_at", "recorded_by", "validated_at", "validated_by", "replaced_at", "replaced_by", "reason"),
        )
        read_only_fields = fields


class MeasurementRevisions(Listing, OfMeasurements):
    """What a measurement said before, the last first: who replaced it, when and why."""

    reads = Scope.READ, Scope.MEASUREMENTS
    serializer_class: Any = MeasurementRevisionOut
    orderings = ("-replaced_at", "replaced_at")

    def rows(self) -> models.QuerySet[Any]:
        """Those of the measurement. Raises Http404."""
        one = get_object_or_404(super().rows(), uid=self.kwargs["uid"])
        mine = MeasurementRevision.objects.filter(measurement=one)
        return mine.select_related("recorded_by", "validated_by", "replaced_by")


class MeasurementCorrection(Body):
    """What a measurement should have said, and why; what is left out is unknown from now on."""

    reason = serializers.CharField(max_length=500)
    value = serializers.FloatField(required=False, allow_null=True)
    standard_error = serializers.FloatField(required=False, allow_null=True, min_value=0)
    n = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=2**31 - 1)
    conversions = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=2**31 - 1)
    reference_value = serializers.FloatField(required=False, allow_null=True)
    reference_standard_error = serializers.FloatField(required=False, allow_null=True, min_value=0)
    reference_n = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=2**31 - 1)
    reference_conversions = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=2**31 - 1)
    numerator = serializers.FloatField(required=False, allow_null=True)
    denominator = serializers.FloatField(required=False, allow_null=True)


class MeasurementCorrect(Acting, OfMeasurements):
    """Replace what a measurement says; the business validates it again."""

    writes = Scope.MEASUREMENTS
    body = MeasurementCorrection
    example = {"value": 0.14, "reason": "Returns were counted twice"}
    has_rules = True

    def act(self, thing: Measurement, sent: dict[str, Any]) -> None:
        """Correct a measurement, as it was when it was read."""
        actions.correct(thing, by=self.person, **sent)


class MeasurementRejection(Body):
    """Why a measurement is not to be believed."""

    reason = serializers.CharField(max_length=500)


class MeasurementReject(Acting, OfMeasurements):
    """Say, for the business, that a measurement is not to be believed."""

    writes = Scope.WRITE
    body = MeasurementRejection
    example = {"reason": "A week of strike"}
    has_rules = True

    def act(self, thing: Measurement, sent: dict[str, Any]) -> None:
        """Reject a measurement, as it was when it was read: it counts nowhere until it is corrected."""
        actions.reject(thing, by=self.person, **sent)
