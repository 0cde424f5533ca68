"""Gates: versioned sets of criteria, what people attested and signed, and how each gate was passed."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.people.models import Role
from portal.records import Known, Record
from usecases.catalog.models import Stage, UseCase


class Mode(models.TextChoices):
    """What an unmet criterion does to a gate."""

    ADVISE = "advise", _("Advises")
    WARN = "warn", _("Warns")
    BLOCK = "block", _("Blocks")


class CriteriaSetQuerySet(models.QuerySet["CriteriaSet"]):
    """Questions of gates."""

    def in_force(self, gate: str) -> "CriteriaSet | None":
        """The version of a gate's criteria that holds, or held on the day looked at: the first there was, before."""
        at = clock.past()
        if at is None:
            return self.filter(gate=gate, is_current=True).first()
        versions = self.filter(gate=gate).order_by("-version")
        return versions.filter(occurred_at__lte=at).first() or versions.last()


class AttestationQuerySet(models.QuerySet["Attestation"]):
    """Questions of gates."""

    def standing(self) -> "AttestationQuerySet":
        """Not withdrawn, or not yet on the day looked at."""
        withdrawn = models.Q(withdrawn_at__isnull=False)
        at = clock.past()
        return self.exclude(withdrawn if at is None else withdrawn & models.Q(withdrawn_at__lte=at))


class CriteriaSet(Record):
    """One version of the criteria of a gate. A gate passed under version 3 shows version 3 for ever."""

    gate = models.CharField(max_length=20, choices=Stage, help_text=_("The stage that the gate opens."))
    version = models.PositiveIntegerField()
    is_current = models.BooleanField(default=True)
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
    """A registered criterion within a version: its mode and its place."""

    criteria_set = models.ForeignKey(CriteriaSet, on_delete=models.CASCADE, related_name="settings")
    code = models.CharField(max_length=60)
    mode = models.CharField(max_length=6, choices=Mode)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["criteria_set", "code"], name="criterion_once_per_set")]

    def __str__(self) -> str:
        return f"{self.code}: {self.get_mode_display()}"


class Attestation(Record):
    """A named person says that a criterion is met, and how they know. The last one counts; all are kept."""

    use_case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="attestations")
    gate = models.CharField(max_length=20, choices=Stage)
    code = models.CharField(max_length=60)
    statement = models.TextField()
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
    gate = models.CharField(max_length=20, choices=Stage)
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


class StageChange(Record):
    """A use case entered a stage: when, by whom, under which criteria, on what evidence."""

    use_case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="stage_changes")
    from_stage = models.CharField(max_length=20, choices=Stage, blank=True)
    to_stage = models.CharField(max_length=20, choices=Stage)
    criteria_set = models.ForeignKey(CriteriaSet, null=True, on_delete=models.PROTECT, related_name="+")
    # What each criterion found at that moment: [{code, mode, met, sentence}], sentences in both languages.
    evidence = models.JSONField(default=list)
    reason = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.from_stage} → {self.to_stage}"
