"""Environments, targets, releases, deployments and approvals. Four eyes are held by the database too."""

from collections.abc import Sequence
from datetime import datetime

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal import clock, plain
from portal.audit.models import Event
from portal.people import rights
from portal.people.limits import Limited
from portal.people.models import Deputy, Membership, Role, User
from portal.records import Known, Record, Rewound
from portal.registry import Tone
from portal.words import say
from usecases.catalog.models import Site, UseCase
from usecases.deployments import four_eyes
from usecases.runs.models import ModelVersion


class Environment(Record):
    """Where things run: integration, production. Belongs to the organisation."""

    name = models.CharField(max_length=60, unique=True)
    slug = models.SlugField(max_length=30, unique=True)
    is_production = models.BooleanField(default=False)
    # In an emergency a gate opens at once, and a second person answers within a day; else only once they agree.
    second_person_at_once = models.BooleanField(default=True)

    class Meta:
        ordering = ["is_production", "name"]

    def __str__(self) -> str:
        return self.name


class Slot(models.TextChoices):
    """Which of the releases at a place."""

    MAIN = "main", _("Main")
    CHALLENGER = "challenger", _("Challenger")


class Target(Record):
    """A place where exactly one release of a use case is live."""

    use_case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="targets")
    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="targets")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="targets")
    slot = models.CharField(max_length=10, choices=Slot, default=Slot.MAIN)

    class Meta:
        ordering = ["environment", "site__name"]
        constraints = [
            models.UniqueConstraint(fields=["use_case", "environment", "site", "slot"], name="target_once"),
        ]
        triggers = [
            # Where an approval counts does not move: another place is another target.
            pgtrigger.Protect(
                name="target_stays",
                operation=pgtrigger.Update,
                condition=four_eyes.changed(*four_eyes.SEALED_OF_TARGET),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site}, {self.environment}"

    @property
    def place(self) -> rights.Place:
        """Where it is, for the rights."""
        return rights.Place(self.site_id, self.environment_id, str(self))

    @property
    def alias(self) -> str:
        """The MLflow alias that says what is live here."""
        return f"{self.environment.slug}-{self.site.slug}" + ("-challenger" if self.slot == Slot.CHALLENGER else "")


class ReleaseKind(models.TextChoices):
    """A model, or the system in place: what was there before and can be returned to."""

    MODEL = "model", _("Model")
    IN_PLACE = "in_place", _("System in place")


class ReleaseStatus(models.TextChoices):
    """A release can be requested once a worker has hashed it."""

    PREPARING = "preparing", _("Being prepared")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Could not be prepared")

    @property
    def tone(self) -> Tone:
        """How it is coloured."""
        tones: dict[str, Tone] = {"preparing": "unk", "ready": "ok", "failed": "err"}
        return tones[self.value]


class ReleaseQuerySet(Rewound["Release"]):
    """Of a day looked back at, as they were."""


class Release(Record):
    """What is deployed, with a digest over all of it that approvals bind to."""

    use_case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="releases")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=ReleaseKind, default=ReleaseKind.MODEL)
    title = models.CharField(max_length=160)
    notes = models.TextField(blank=True)
    model_version = models.ForeignKey(
        ModelVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="releases"
    )
    configuration = models.JSONField(default=dict, blank=True)
    # What the digest covers, written by the worker: artefact hashes, run, commit, parameters, site specifics.
    manifest = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=10, choices=ReleaseStatus, default=ReleaseStatus.PREPARING)
    failure_code = models.CharField(max_length=60, blank=True)
    failure_params = models.JSONField(default=dict)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = Known.from_queryset(ReleaseQuerySet)()

    class Meta:
        ordering = ["-number"]
        indexes = [
            # the search: parts of its title, words of its notes, the start of its digest
            plain.name_index("release_title_parts", "title"),
            plain.words_index("release_words", "title", "notes"),
            models.Index(OpClass("digest", name="varchar_pattern_ops"), name="release_digest_start"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["use_case", "number"], name="release_number_once"),
            models.CheckConstraint(
                condition=models.Q(kind="in_place", model_version__isnull=True)
                | models.Q(kind="model", model_version__isnull=False),
                name="release_model_has_version",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="ready") | ~models.Q(digest=""), name="release_ready_has_digest"
            ),
        ]
        triggers = [
            # What was hashed does not change: a change is another release.
            pgtrigger.Protect(
                name="release_sealed",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status="ready")
                & four_eyes.changed(
                    "digest", "manifest", "configuration", "model_version", "status", "kind", "use_case"
                ),
            ),
        ]

    def __str__(self) -> str:
        return _("Release %(number)s · %(title)s") % {"number": self.number, "title": self.title}

    @classmethod
    def as_they_were(cls, rows: Sequence["Release"], at: datetime) -> None:
        """Hashed, or given up, later: it was being prepared, and nobody knew its digest. One query."""
        finished = Event._base_manager.filter(
            target_uid__in=[one.uid for one in rows], verb__in=("release.ready", "release.failed"), occurred_at__gt=at
        )
        later = set(finished.values_list("target_uid", flat=True))
        for one in rows:
            if one.uid in later:
                one.status, one.digest, one.manifest = ReleaseStatus.PREPARING, "", {}
                one.failure_code, one.failure_params = "", {}

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("release", args=[self.use_case.slug, self.number])

    @property
    def status_tone(self) -> Tone:
        """How its status is coloured."""
        return ReleaseStatus(self.status).tone

    @property
    def specifics(self) -> dict[str, str]:
        """What was particular at each site (by slug) when it was hashed."""
        return dict(self.manifest.get("sites", {}))

    @property
    def failure(self) -> str:
        """Why it could not be prepared, in the reader's language."""
        return say(self.failure_code, self.failure_params) if self.failure_code else ""


class DeploymentKind(models.TextChoices):
    """Why a release goes to a target."""

    REQUEST = "request", _("Request")
    ROLL_BACK = "roll_back", _("Roll-back")
    DECLARATION = "declaration", _("Declared as found")


class DeploymentStatus(models.TextChoices):
    """The life of a deployment."""

    REQUESTED = "requested", _("Waiting for IT")
    CHANGES_ASKED = "changes_asked", _("Changes asked")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")
    APPROVED = "approved", _("Approved")
    RUNNING = "running", _("Being deployed")
    FAILED = "failed", _("Failed")
    LIVE = "live", _("Live")
    REPLACED = "replaced", _("Replaced")

    @property
    def tone(self) -> Tone:
        """How it is coloured."""
        tones: dict[str, Tone] = {"live": "ok", "failed": "err", "rejected": "err", "requested": "warn"}
        tones |= {"changes_asked": "warn", "running": "warn", "approved": "warn"}
        return tones.get(self.value, "unk")


class DeploymentQuerySet(Rewound["Deployment"]):
    """Questions of the pages."""

    def for_pages(self) -> "DeploymentQuerySet":
        """With everything a line of a list, or the machine, says of a deployment."""
        return self.select_related(
            "use_case__team",
            "target__environment",
            "target__site",
            "release__model_version__server",
            "release__use_case",
            "requested_by",
        )

    def waiting_for(self, user: User) -> "DeploymentQuerySet":
        """Requests this person may decide: in their teams, neither asked for nor written by them, not yet voted on."""
        site, environment = models.OuterRef("target__site"), models.OuterRef("target__environment")
        asking = {"team": models.OuterRef("use_case__team"), "role__in": four_eyes.APPROVING}
        own = Membership.objects.filter(user=user, **asking).reaching(site, environment)
        lent = Deputy.objects.at(clock.now()).filter(deputy=user, **asking).reaching(site, environment)
        # Nobody decides for whom asked, or for who wrote the model.
        lent = lent.exclude(member=models.OuterRef("requested_by"))
        lent = lent.exclude(member=models.OuterRef("model_author"), member__isnull=False)
        mine = models.Exists(own) | models.Exists(lent)
        voted = Approval.objects.filter(deployment=models.OuterRef("pk"), approver=user)
        asked = self.filter(mine, ~models.Exists(voted), status=DeploymentStatus.REQUESTED)
        return asked.exclude(requested_by=user).exclude(model_author=user)

    def live_on(self, moment: datetime) -> "DeploymentQuerySet":
        """What ran at that moment."""
        return self.filter(live_from__lte=moment).filter(
            models.Q(live_until__isnull=True) | models.Q(live_until__gt=moment)
        )


class Deployment(Record):
    """A release on its way to a target, live there, or replaced."""

    use_case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="deployments")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=DeploymentKind, default=DeploymentKind.REQUEST)
    target = models.ForeignKey(Target, on_delete=models.PROTECT, related_name="deployments")
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="deployments")
    executor = models.CharField(max_length=40, default="mlflow_alias")
    status = models.CharField(max_length=14, choices=DeploymentStatus, default=DeploymentStatus.REQUESTED)
    status_since = models.DateTimeField()
    reason = models.TextField(blank=True)
    change_ticket = models.CharField(max_length=60, blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # The person behind the model's author; null when unknown, and then two approvals are needed.
    model_author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    approvals_needed = models.PositiveSmallIntegerField(default=1)
    # The digest that was asked for: approvals count only on this.
    digest = models.CharField(max_length=64)
    expires_at = models.DateTimeField(null=True)
    # What was live when it took over: where a roll-back returns to.
    previous = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    live_from = models.DateTimeField(null=True)
    live_until = models.DateTimeField(null=True)
    failure_code = models.CharField(max_length=60, blank=True)
    failure_params = models.JSONField(default=dict)

    objects = Known.from_queryset(DeploymentQuerySet)()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["use_case", "number"], name="deployment_number_once"),
            models.UniqueConstraint(
                fields=["target"], condition=models.Q(status="live"), name="deployment_one_live_per_target"
            ),
            models.UniqueConstraint(
                fields=["target"],
                condition=models.Q(status__in=["requested", "changes_asked", "approved", "running"]),
                name="deployment_one_open_per_target",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="live") | models.Q(live_from__isnull=False, live_until__isnull=True),
                name="deployment_live_since",
            ),
            models.CheckConstraint(condition=models.Q(approvals_needed__gte=1), name="deployment_needs_somebody"),
        ]
        indexes = [
            # the search: parts of the ticket's number
            plain.name_index("deployment_ticket_parts", "change_ticket"),
            # "what ran here on that day"
            models.Index(fields=["target", "-live_from"], name="deployment_by_target"),
            # the approvals that wait
            models.Index(fields=["status"], condition=models.Q(status="requested"), name="deployment_waiting"),
        ]
        triggers = [
            # A request stays what was asked for: nobody, not even our own code, turns it into another afterwards.
            four_eyes.REQUEST_STAYS,
            four_eyes.KIND_IS_TRUE,
            four_eyes.APPROVED_BY_ENOUGH,
        ]

    def __str__(self) -> str:
        return _("Deployment %(number)s: %(release)s to %(target)s") % {
            "number": self.number,
            "release": self.release,
            "target": self.target,
        }

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("deployment", args=[self.use_case.slug, self.number])

    def unlearn(self, at: datetime) -> None:
        """Replaced later: it was live. Went live later: it was not."""
        if self.later("live_until", at):
            self.live_until, self.status = None, DeploymentStatus.LIVE
        if self.later("live_from", at):
            self.live_from = None

    @classmethod
    def as_they_were(cls, rows: Sequence["Deployment"], at: datetime) -> None:
        """In the status of their last step."""
        last = {step.deployment_id: step for step in DeploymentStep.objects.filter(deployment__in=rows).order_by("id")}
        for one in rows:
            if one.pk in last:
                one.status, one.status_since = last[one.pk].status, last[one.pk].at

    @property
    def is_open(self) -> bool:
        """Still on its way: the page refreshes itself while the machine works."""
        return self.status in (DeploymentStatus.APPROVED, DeploymentStatus.RUNNING)

    @property
    def status_tone(self) -> Tone:
        """How its status is coloured."""
        return DeploymentStatus(self.status).tone

    @property
    def failure(self) -> str:
        """Why it failed, in the reader's language."""
        return say(self.failure_code, self.failure_params) if self.failure_code else ""


class KnownSteps(Known["DeploymentStep"]):
    """Steps that were taken."""

    since = "at"


class DeploymentStep(models.Model):
    """The history of a deployment: each status, when, by whom."""

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="steps")
    status = models.CharField(max_length=14, choices=DeploymentStatus)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    comment = models.TextField(blank=True)

    objects = KnownSteps()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.deployment_id} {self.status}"


class Verdict(models.TextChoices):
    """What IT says of a request."""

    APPROVE = "approve", _("Approved")
    CHANGES = "changes", _("Asked for changes")
    REJECT = "reject", _("Rejected")


class Approval(Limited, Record):
    """One person's verdict on one digest. Requester and author are copied so that the database can compare.

    The role is kept with its limits, and for whom: what it was when it was used. Empty before roles were kept.
    """

    deployment = models.ForeignKey(Deployment, on_delete=models.PROTECT, related_name="approvals")
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requester = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=10, choices=Role, blank=True)
    # Null: in their own name.
    stands_for = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=8, choices=Verdict)
    digest = models.CharField(max_length=64)
    comment = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["deployment", "approver"], name="approval_once_per_person"),
            # A person and their deputy are one vote.
            models.UniqueConstraint(
                models.F("deployment"), Coalesce("stands_for", "approver"), name="approval_once_per_holder"
            ),
            models.CheckConstraint(
                condition=~models.Q(verdict="approve")
                | models.Q(stands_for=None)
                | ~models.Q(stands_for=models.F("requester"))
                & (models.Q(author=None) | ~models.Q(stands_for=models.F("author"))),
                name="approval_not_for_requester_or_author",
            ),
            models.CheckConstraint(
                condition=~models.Q(verdict="approve") | ~models.Q(approver=models.F("requester")),
                name="approval_not_by_requester",
            ),
            models.CheckConstraint(
                condition=~models.Q(verdict="approve")
                | models.Q(author__isnull=True)
                | ~models.Q(approver=models.F("author")),
                name="approval_not_by_author",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="approval_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            four_eyes.APPROVAL_COPIES_ARE_TRUE,
            four_eyes.APPROVAL_ROLE_IS_HELD,
        ]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()}: {self.approver}"
