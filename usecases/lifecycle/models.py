"""Gates: versioned sets of criteria, what people attested and signed, how each was passed, or broken open."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.people.models import Role
from portal.records import Known, Record
from portal.registry import Tone
from usecases.catalog.models import Stage, UseCase


class GateKey(models.TextChoices):
    """The gates. Three open a stage; the last one guards the roll-out, wherever the use case is on its road."""

    POC = "poc", _("POC")
    INDUSTRIALISATION = "industrialisation", _("Industrialisation")
    PRODUCTION = "production", _("Production")
    BEYOND = "beyond", _("Beyond the first site")

    @property
    def opens(self) -> Stage | None:
        """The stage behind it; None for the gate that guards the roll-out."""
        return None if self is GateKey.BEYOND else Stage(self.value)


class Mode(models.TextChoices):
    """What an unmet criterion does to a gate."""

    ADVISE = "advise", _("Advises")
    WARN = "warn", _("Warns")
    BLOCK = "block", _("Blocks")


class CriteriaSetQuerySet(models.QuerySet["CriteriaSet"]):
    """Questions of gates."""

    def in_force(self, gate: str) -> "CriteriaSet | None":
        """The version of a gate's criteria that holds, or held on the day looked at: the first there was, before."""
        return self.all_in_force([GateKey(gate)]).get(GateKey(gate))

    def all_in_force(self, gates: Sequence[GateKey]) -> "dict[GateKey, CriteriaSet]":
        """The same of several gates, with what they ask. Two queries."""
        at, found = clock.past(), {}
        rows = self.filter(gate__in=gates) if at else self.filter(gate__in=gates, is_current=True)
        for row in rows.order_by("version").prefetch_related("settings"):
            if at is None or row.occurred_at <= at:
                found[GateKey(row.gate)] = row
            else:
                found.setdefault(GateKey(row.gate), row)
        return found


class AttestationQuerySet(models.QuerySet["Attestation"]):
    """Questions of gates."""

    def standing(self) -> "AttestationQuerySet":
        """Not withdrawn, or not yet on the day looked at."""
        withdrawn = models.Q(withdrawn_at__isnull=False)
        at = clock.past()
        return self.exclude(withdrawn if at is None else withdrawn & models.Q(withdrawn_at__lte=at))


class CriteriaSet(Record):
    """One version of the criteria of a gate. A gate passed under version 3 shows version 3 for ever."""

    gate = models.CharField(max_length=20, choices=GateKey)
    version = models.PositiveIntegerField()
    is_current = models.BooleanField(default=True)
    # The roles that sign: [] when nobody does.
    signed_by = models.JSONField(default=list)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    objects = CriteriaSetQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gate", "version"], name="criteria_set_version_once"),
            models.UniqueConstraint(
                fields=["gate"], condition=models.Q(is_current=True), name="criteria_set_one_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_gate_display()} v{self.version}"


class CriterionSetting(models.Model):
    """A criterion within a version: its mode, its place, and what an administrator says otherwise than its feature.

    A code that no feature registers is the organisation's own: it has texts in both languages, and is attested.
    """

    criteria_set = models.ForeignKey(CriteriaSet, on_delete=models.CASCADE, related_name="settings")
    code = models.CharField(max_length=60)
    mode = models.CharField(max_length=6, choices=Mode)
    position = models.PositiveSmallIntegerField()
    # Attested by a person even where it could be computed.
    is_attested = models.BooleanField(default=False)
    role = models.CharField(max_length=10, choices=Role, blank=True)
    title_en = models.CharField(max_length=160, blank=True)
    title_fr = models.CharField(max_length=160, blank=True)
    why_en = models.TextField(blank=True)
    why_fr = models.TextField(blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["criteria_set", "code"], name="criterion_once_per_set"),
            models.CheckConstraint(
                condition=models.Q(title_en="", title_fr="") | (~models.Q(title_en="") & ~models.Q(title_fr="")),
                name="criterion_named_in_both_languages",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.get_mode_display()}"

    @property
    def title(self) -> str:
        """Its own title in the reader's language; empty when its feature says it."""
        return self.title_fr if (get_language() or "").startswith("fr") else self.title_en

    @property
    def why(self) -> str:
        """Its own reason in the reader's language; empty when its feature says it."""
        return self.why_fr if (get_language() or "").startswith("fr") else self.why_en


class Attestation(Record):
    """A named person says that a criterion is met, and how they know. The last one counts; all are kept."""

    use_case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="attestations")
    gate = models.CharField(max_length=20, choices=GateKey)
    code = models.CharField(max_length=60)
    statement = models.TextField()
    # The day of what is attested: a briefing, a rehearsal, a signature. Null in what was said before it was asked.
    happened_on = models.DateField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    objects = Known.from_queryset(AttestationQuerySet)()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.code

    def unlearn(self, at: datetime) -> None:
        """Withdrawn later: it stood."""
        if self.later("withdrawn_at", at):
            self.withdrawn_at = None


class SignOff(Record):
    """A person signs a gate for a role. One person with two roles signs once."""

    use_case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="sign_offs")
    gate = models.CharField(max_length=20, choices=GateKey)
    # Counts the times the gate was opened: a step back asks for new signatures.
    round = models.PositiveSmallIntegerField(default=1)
    role = models.CharField(max_length=10, choices=Role)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    comment = models.TextField(blank=True)
    # The codes of the criteria that were not met when it was signed.
    unmet = models.JSONField(default=list)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["use_case", "gate", "round", "role"], name="sign_off_once_per_role"),
            models.UniqueConstraint(fields=["use_case", "gate", "round", "by"], name="sign_off_once_per_person"),
        ]

    def __str__(self) -> str:
        return f"{self.get_gate_display()}, {self.get_role_display()}"


class Move(models.TextChoices):
    """Why the stage of a use case changed, or a gate within it."""

    PASSED = "passed", _("Gate passed")
    STEPPED_BACK = "stepped_back", _("Step back")
    STOPPED = "stopped", _("Stopped")
    RESUMED = "resumed", _("Resumed")
    RETIRED = "retired", _("Retired")


class StageChange(Record):
    """A use case went on, back, off the road or on it again: when, by whom, why, on what evidence.

    The gate beyond the first site is passed, and opened again, within a stage.
    """

    use_case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="stage_changes")
    move = models.CharField(max_length=12, choices=Move, default=Move.PASSED)
    from_stage = models.CharField(max_length=20, choices=Stage, blank=True)
    to_stage = models.CharField(max_length=20, choices=Stage)
    # The gate that was passed, or that was opened again; empty when the road was left or entered.
    gate = models.CharField(max_length=20, choices=GateKey, blank=True)
    round = models.PositiveSmallIntegerField(default=1)
    criteria_set = models.ForeignKey(CriteriaSet, null=True, on_delete=models.PROTECT, related_name="+")
    # What each criterion found at that moment: [{code, mode, met, sentence}], sentences in both languages.
    evidence = models.JSONField(default=list)
    reason = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["use_case", "gate", "round"],
                condition=models.Q(move="passed") & ~models.Q(gate=""),
                name="gate_passed_once_per_round",
            ),
            models.CheckConstraint(
                condition=models.Q(move="passed") | models.Q(move="resumed") | ~models.Q(reason=""),
                name="stage_change_with_reason",
            ),
        ]
        indexes = [
            # the history of a use case, and how long it stayed where
            models.Index(fields=["use_case", "occurred_at"], name="stage_change_history"),
        ]

    def __str__(self) -> str:
        return f"{self.from_stage} → {self.to_stage}"


class GlassStatus(models.TextChoices):
    """What the second person says of a gate that was broken open."""

    WAITING = "waiting", _("Waiting for a second person")
    CONFIRMED = "confirmed", _("Confirmed by a second person")
    OBJECTED = "objected", _("Objected to by a second person")

    @property
    def tone(self) -> Tone:
        """How it is coloured."""
        tones: dict[str, Tone] = {"waiting": "warn", "confirmed": "ok", "objected": "err"}
        return tones[self.value]


class BreakGlass(Record):
    """A gate broken open in an emergency: why, by whom, what was not met, and what a second person said of it."""

    use_case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="broken_glass")
    gate = models.CharField(max_length=20, choices=GateKey)
    round = models.PositiveSmallIntegerField()
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # The codes of the criteria that were not met, and the roles that had not signed.
    unmet = models.JSONField(default=list)
    unsigned = models.JSONField(default=list)
    # Nothing opens before the second person agrees; else it opens at once, and they answer by `due_at`.
    at_once = models.BooleanField()
    due_at = models.DateTimeField()
    overdue_told_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=9, choices=GlassStatus, default=GlassStatus.WAITING)
    second = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    comment = models.TextField(blank=True)
    # How the gate was passed; null while nobody agreed to what opens only then.
    change = models.ForeignKey(StageChange, null=True, on_delete=models.PROTECT, related_name="broken_glass")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["use_case", "gate"], condition=models.Q(status="waiting"), name="glass_one_waiting_per_gate"
            ),
            models.CheckConstraint(
                condition=models.Q(second__isnull=True) | ~models.Q(second=models.F("by")), name="glass_two_people"
            ),
            models.CheckConstraint(
                condition=models.Q(status="waiting", second__isnull=True, answered_at__isnull=True)
                | (~models.Q(status="waiting") & models.Q(second__isnull=False, answered_at__isnull=False)),
                name="glass_answered_by_somebody",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="glass_with_reason"),
            models.CheckConstraint(
                condition=models.Q(at_once=True) | models.Q(change__isnull=False), name="glass_opens_at_once_or_waits"
            ),
        ]
        indexes = [
            # what is overdue
            models.Index(fields=["due_at"], condition=models.Q(status="waiting"), name="glass_due"),
        ]

    def __str__(self) -> str:
        return str(self.get_gate_display())

    def unlearn(self, at: datetime) -> None:
        """On a day before the answer, nobody had answered."""
        if self.later("answered_at", at):
            self.status, self.second, self.answered_at, self.comment = GlassStatus.WAITING, None, None, ""

    @property
    def status_tone(self) -> Tone:
        """How its status is coloured."""
        return GlassStatus(self.status).tone
