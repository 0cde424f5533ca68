"""The API of gates: what each asks and found, attestations, signatures, passages."""

from typing import Any

from django.db import models
from django.http import Http404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.endpoints import Acting, Creating, Endpoint, Listing, Reading
from portal.api.serializers import Body, PersonOut
from portal.people.models import Role, Scope
from usecases.catalog.api import OfUseCase
from usecases.lifecycle import actions
from usecases.lifecycle.evaluate import evaluate, recent_all
from usecases.lifecycle.models import Attestation, CriteriaSet, CriterionSetting, StageChange
from usecases.lifecycle.transitions import ALL_GATES


class FindingOut(serializers.Serializer[Any]):
    """A criterion of a gate and what was found: met, not met, or unknown (null)."""

    code = serializers.CharField()
    title = serializers.CharField()
    why = serializers.CharField()
    face = serializers.CharField(help_text="The face of the iceberg it shows on.")
    role = serializers.CharField(help_text="Who can mend or attest it.")
    mode = serializers.CharField(help_text="advise, warn or block.")
    attested = serializers.BooleanField(help_text="A person says it; else it is computed.")
    met = serializers.BooleanField(allow_null=True)
    sentence = serializers.CharField()
    url = serializers.CharField()
    attestation = serializers.UUIDField(source="attestation.uid", default=None, allow_null=True)


class SeatOut(serializers.Serializer[Any]):
    """A signature that a gate needs, by whom (null: missing), and the codes of what was not met then."""

    role = serializers.CharField()
    by = PersonOut(source="sign_off.by", default=None, allow_null=True)
    at = serializers.DateTimeField(source="sign_off.occurred_at", default=None, allow_null=True)
    comment = serializers.CharField(source="sign_off.comment", default="")
    unmet = serializers.ListField(source="sign_off.unmet", child=serializers.CharField(), default=list)


class PassageOut(serializers.ModelSerializer[StageChange]):
    """A use case went through a gate, back, off the road or on it again: by whom, why, on what evidence."""

    by = PersonOut(read_only=True)
    version = serializers.IntegerField(source="criteria_set.version", default=None, read_only=True, allow_null=True)
    evidence = serializers.ListField(child=serializers.DictField(), read_only=True)

    class Meta:
        model = StageChange
        fields = ("uid", "move", "gate", "from_stage", "to_stage", "version", "by", "reason", "evidence", "occurred_at")
        read_only_fields = fields


class GateOut(serializers.Serializer[Any]):
    """A gate of a use case, as it is now; as it was when it was passed, once it is behind."""

    stage = serializers.CharField(help_text="What it opens.")
    state = serializers.CharField(help_text="passed, open, ahead or closed.")
    round = serializers.IntegerField()
    version = serializers.IntegerField(source="criteria_set.version", default=None, allow_null=True)
    verdict = serializers.CharField()
    why_not = serializers.CharField(help_text="Why it cannot be passed now, and who can do what; empty when it can.")
    can_pass = serializers.BooleanField()
    findings = FindingOut(many=True)
    seats = SeatOut(many=True)
    passage = PassageOut(source="change", default=None, allow_null=True)


class GatesOut(serializers.Serializer[Any]):
    """The gates of a use case, in the order of its road."""

    results = GateOut(many=True)


class Gates(OfUseCase):
    """The gates of a use case, each with its criteria, their evidence, signatures, and what still blocks."""

    shows_the_past = True
    reads = Scope.READ
    serializer_class = GatesOut
    operation = "use_cases_gates_list"

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Every gate."""
        return Response(self.told({"results": recent_all(self.use_case)}))


class OfGate(OfUseCase):
    """A gate of a use case, evaluated as whoever decides on it reads it."""

    reads, writes = Scope.READ, Scope.WRITE
    serializer_class: Any = GateOut

    @property
    def stage(self) -> str:
        """The gate of this address. Raises Http404."""
        if self.kwargs["stage"] not in set(ALL_GATES):
            raise Http404
        return str(self.kwargs["stage"])

    def thing(self) -> Any:
        """The gate. Raises Http404."""
        return evaluate(self.use_case, self.stage)

    def lock(self, thing: Any) -> None:
        """One change of a use case's gates at a time; its stage is read again."""
        Endpoint.lock(self, self.use_case)
        self.load()


class OneGate(Reading, OfGate):
    """A gate: criteria with their evidence, signatures, what still blocks and who can mend it."""

    shows_the_past = True


class SignatureIn(Body):
    """A signature; `role` is needed when one plays several."""

    role = serializers.ChoiceField(choices=Role.choices, required=False)
    comment = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class SignGate(Acting, OfGate):
    """Sign a gate for one's role."""

    body = SignatureIn
    example = {"role": "business", "comment": "Read, and agreed."}
    has_rules = True

    def act(self, thing: Any, sent: dict[str, Any]) -> None:
        """Sign a gate for one's role, whatever is met; what is not is kept beside the signature."""
        actions.sign(self.use_case, self.stage, by=self.person, **sent)


class PassageIn(Body):
    """The decision in one's words; needed when a criterion warns."""

    reason = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class PassGate(Acting, OfGate):
    """Pass a gate."""

    body = PassageIn
    example = {"reason": "Decided in the meeting of 4 May."}
    has_rules = True

    def act(self, thing: Any, sent: dict[str, Any]) -> None:
        """Pass a gate, on what every criterion finds at this moment; refused with what is missing and who can do it."""
        actions.pass_gate(self.use_case, self.stage, by=self.person, **sent)


class Passages(Listing, OfUseCase):
    """The stages a use case entered, the newest first, each with the evidence kept then."""

    shows_the_past = True
    reads = Scope.READ
    serializer_class = PassageOut
    orderings = ("-id", "id")

    def rows(self) -> models.QuerySet[StageChange]:
        """Those of the use case."""
        return self.use_case.stage_changes.select_related("by", "criteria_set")


# --- attestations ---
class AttestationOut(serializers.ModelSerializer[Attestation]):
    """What a person said of a criterion, and until when it stood (null: it stands)."""

    by = PersonOut(read_only=True)

    class Meta:
        model = Attestation
        fields = ("uid", "gate", "code", "statement", "happened_on", "by", "occurred_at", "withdrawn_at")
        read_only_fields = fields


class AttestationIn(Body):
    """How one knows that a criterion is met."""

    code = serializers.CharField(max_length=60)
    statement = serializers.CharField(max_length=2000, help_text="A date, names, a document: ten characters or more.")
    happened_on = serializers.DateField(required=False, help_text="The day it was so; today when it is left out.")


class OfAttestations(OfUseCase):
    """What was attested at a gate."""

    reads, writes = Scope.READ, Scope.WRITE
    serializer_class = AttestationOut
    lookup_field = "uid"

    def load(self) -> None:
        """The use case, and whether there is such a gate. Raises Http404."""
        super().load()
        if self.kwargs["stage"] not in set(ALL_GATES):
            raise Http404

    def rows(self) -> models.QuerySet[Attestation]:
        """Those at this gate, withdrawn ones too."""
        return self.use_case.attestations.filter(gate=self.kwargs["stage"]).select_related("by", "use_case__team")


class Attestations(Listing, Creating, OfAttestations):
    """What was attested at a gate, the newest first."""

    body = AttestationIn
    example = {"code": "lifecycle.business_case", "statement": "Signed by the head of marketing on 4 May."}
    orderings = ("-id", "id")
    has_rules = True

    def create(self, sent: dict[str, Any]) -> Attestation:
        """Say that a criterion is met, and how one knows."""
        return actions.attest(self.use_case, self.kwargs["stage"], **sent, by=self.person)


class WithdrawAttestation(Acting, OfAttestations):
    """Take back what was attested."""

    def act(self, thing: Attestation, sent: dict[str, Any]) -> None:
        """Take back what was attested; it stays in the history."""
        actions.withdraw(thing, by=self.person)


# --- criteria in force ---
class CriterionOut(serializers.ModelSerializer[CriterionSetting]):
    """A criterion that a gate asks, in order."""

    role = serializers.CharField(read_only=True, help_text="Who mends or attests it; empty: as the criterion says.")

    class Meta:
        model = CriterionSetting
        fields = ("code", "mode", "position", "role", "is_attested", "title_en", "title_fr", "why_en", "why_fr")
        read_only_fields = fields


class CriteriaOut(serializers.ModelSerializer[CriteriaSet]):
    """A version of the criteria of a gate."""

    criteria = CriterionOut(source="settings", many=True, read_only=True)
    created_by = PersonOut(read_only=True, allow_null=True)

    class Meta:
        model = CriteriaSet
        fields = ("uid", "gate", "version", "is_current", "signed_by", "criteria", "created_by", "occurred_at")
        read_only_fields = fields


class Criteria(Listing):
    """Every version of the criteria of every gate, the newest first."""

    reads = Scope.READ
    serializer_class = CriteriaOut
    orderings = ("-id", "id")

    def rows(self) -> models.QuerySet[CriteriaSet]:
        """All of them."""
        return CriteriaSet.objects.select_related("created_by").prefetch_related("settings")
