"""POC iterations: what was agreed, tried where, found and decided; who signed it; which sites really sent points."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from portal import plain
from portal.people.models import Role
from portal.records import Record
from portal.registry import Tone
from usecases.catalog.models import Site, UseCase
from usecases.kpis.models import KPI, KPIVersion

SIGNING = (Role.BUSINESS, Role.DATA, Role.IT)


class Arrival(models.Model):
    """Points came from a site on a day (UTC): the moments of the first and of the last one known."""

    use_case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="arrivals")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            # also serves "did points come from there while it was live?"
            models.UniqueConstraint(fields=["use_case", "site", "day"], name="arrival_once_per_day"),
            models.CheckConstraint(condition=models.Q(last_at__gte=models.F("first_at")), name="arrival_forward"),
        ]

    def __str__(self) -> str:
        return f"{self.site_id} {self.day}"


class Plug(models.TextChoices):
    """What an iteration plugs into the real flow."""

    CONSTANT = "constant", _("A constant")
    BASELINE = "baseline", _("A simple baseline")
    MODEL = "model", _("A model")


class Decision(models.TextChoices):
    """What follows from an iteration."""

    GO = "go", _("Go")
    PIVOT = "pivot", _("Pivot")
    STOP = "stop", _("Stop")

    @property
    def tone(self) -> Tone:
        """How it is coloured."""
        tones: dict[str, Tone] = {"go": "ok", "pivot": "warn", "stop": "err"}
        return tones[self.value]


class IterationStatus(models.TextChoices):
    """The life of an iteration: tried, then written up, then signed by business, data and IT."""

    OPEN = "open", _("In progress")
    CONCLUDED = "concluded", _("Waiting for signatures")
    CLOSED = "closed", pgettext_lazy("iteration", "Closed")

    @property
    def tone(self) -> Tone:
        """How it is coloured."""
        tones: dict[str, Tone] = {"open": "unk", "concluded": "warn", "closed": "ok"}
        return tones[self.value]


class Iteration(Record):
    """One try in real conditions. Iteration 0 plugs a constant or a simple baseline into the real flow."""

    use_case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="iterations")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    hypothesis = models.TextField()
    plugs = models.CharField(max_length=8, choices=Plug, default=Plug.MODEL)
    # What the KPI, and the model metric that stands for it, mean: as they were agreed on for this iteration.
    kpi_version = models.ForeignKey(KPIVersion, on_delete=models.PROTECT, related_name="iterations")
    sites = models.ManyToManyField(Site, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField(help_text=_("The day on which it is decided."))
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=9, choices=IterationStatus, default=IterationStatus.OPEN)
    status_since = models.DateTimeField()
    # Its conclusion; each time it is rewritten, signatures start again in another round.
    round = models.PositiveSmallIntegerField(default=1)
    decision = models.CharField(max_length=5, choices=Decision, blank=True)
    reason = models.TextField(blank=True)
    findings = models.TextField(blank=True)
    # The KPI against the system in place, as it was read then; null while nobody concluded.
    result = models.JSONField(null=True)
    concluded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-number"]
        indexes = [
            # the search: parts of its title, words of what was tried and found
            plain.name_index("iteration_title_parts", "title"),
            plain.words_index("iteration_words", "title", "hypothesis", "findings"),
            # the conclusions that wait for signatures
            models.Index(fields=["use_case"], condition=models.Q(status="concluded"), name="iteration_waiting"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["use_case", "number"], name="iteration_number_once"),
            models.UniqueConstraint(
                fields=["use_case"], condition=~models.Q(status="closed"), name="iteration_one_at_a_time"
            ),
            models.CheckConstraint(condition=models.Q(ends_on__gt=models.F("starts_on")), name="iteration_forward"),
            models.CheckConstraint(
                condition=models.Q(number__gt=0) | models.Q(plugs__in=["constant", "baseline"]),
                name="iteration_zero_plugs_something_simple",
            ),
            models.CheckConstraint(
                condition=models.Q(status="open")
                | (
                    ~models.Q(decision="")
                    & ~models.Q(reason="")
                    & models.Q(result__isnull=False, concluded_by__isnull=False)
                ),
                name="iteration_concluded_with_reason",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="iteration_closed_for_good",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status="closed"),
            ),
            # Nobody, not even our own code, closes what business, data and IT have not signed as it stands.
            pgtrigger.Trigger(
                name="iteration_signed_by_all",
                operation=pgtrigger.Update | pgtrigger.Insert,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(new__status="closed"),
                func="""
                    IF (
                        SELECT count(DISTINCT role) FROM usecases_iterationsignature
                        WHERE iteration_id = NEW.id AND round = NEW.round
                    ) < 3 THEN
                        RAISE EXCEPTION 'iteration % lacks signatures', NEW.id USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return gettext("Iteration %(number)s: %(title)s") % {"number": self.number, "title": self.title}

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("iteration", args=[self.use_case.slug, self.number])

    @property
    def kpi(self) -> KPI:
        """The KPI that decides, as it is now."""
        return self.kpi_version.kpi

    @property
    def status_tone(self) -> Tone:
        """How its status is coloured."""
        return IterationStatus(self.status).tone

    @property
    def decision_tone(self) -> Tone:
        """How its decision is coloured."""
        return Decision(self.decision).tone


class IterationStep(models.Model):
    """The history of an iteration: each status, when, by whom, with which words."""

    iteration = models.ForeignKey(Iteration, on_delete=models.CASCADE, related_name="steps")
    status = models.CharField(max_length=9, choices=IterationStatus)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    comment = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.iteration_id} {self.status}"


class IterationSignature(Record):
    """A person signs the conclusion of an iteration for a role. One person with two roles signs once."""

    iteration = models.ForeignKey(Iteration, on_delete=models.PROTECT, related_name="signatures")
    round = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=10, choices=Role)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    comment = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["iteration", "round", "role"], name="iteration_signed_once_per_role"),
            models.UniqueConstraint(fields=["iteration", "round", "by"], name="iteration_signed_once_per_person"),
            models.CheckConstraint(condition=models.Q(role__in=["business", "data", "it"]), name="iteration_signer"),
        ]
        triggers = [
            pgtrigger.Protect(name="iteration_signature_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            # A signature is of a conclusion that stands, never of an earlier one.
            pgtrigger.Trigger(
                name="iteration_signature_of_what_stands",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (
                        SELECT FROM usecases_iteration
                        WHERE id = NEW.iteration_id AND status = 'concluded' AND round = NEW.round
                    ) THEN
                        RAISE EXCEPTION 'iteration % has no such conclusion', NEW.iteration_id
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.by}"
