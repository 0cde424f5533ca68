"""Tracking servers, linked experiments, runs and model versions as last seen, and who is behind an MLflow user."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal import plain
from portal.audit.rewind import rewind
from portal.records import Known, Record, Rewound
from portal.registry import Text, Tone
from usecases.catalog.models import UseCase


class TrackingServerQuerySet(models.QuerySet["TrackingServer"]):
    """Questions of the pages."""

    def for_use_case(self, use_case: UseCase) -> list["TrackingServer"]:
        """The servers where this use case has a linked experiment or runs."""
        linked = models.Exists(Experiment.objects.filter(server=models.OuterRef("pk"), use_case=use_case))
        seen = models.Exists(Run.objects.filter(server=models.OuterRef("pk"), use_case=use_case))
        return list(self.filter(linked | seen))


class TrackingServer(Record):
    """An MLflow server that an administrator allows the portal to talk to."""

    name = models.CharField(max_length=80, unique=True)
    url = models.URLField(max_length=300, unique=True, help_text=_("Where workers reach it."))
    # What people's browsers open; the same as `url` when empty.
    web_url = models.URLField(max_length=300, blank=True)
    # Runs that started before this moment are known (minus those still running): where the next search begins.
    watermark = models.DateTimeField(null=True)
    complete_as_of = models.DateTimeField(null=True)

    objects = TrackingServerQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def browser_url(self) -> str:
        """Base of the links shown to people, without a final slash."""
        return (self.web_url or self.url).rstrip("/")


class Experiment(Record):
    """An experiment linked to a use case. Runs elsewhere may link themselves with the tag `passerelle.use_case`."""

    use_case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="experiments")
    server = models.ForeignKey(TrackingServer, on_delete=models.PROTECT, related_name="experiments")
    name = models.CharField(max_length=250)
    # Known after the first synchronisation.
    mlflow_id = models.CharField(max_length=64, blank=True)
    complete_as_of = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["server", "name"], name="experiment_linked_once")]

    def __str__(self) -> str:
        return self.name


class Mark(models.TextChoices):
    """What the team says of a run."""

    NONE = "", _("–")
    BASELINE = "baseline", _("Simple baseline")
    CANDIDATE = "candidate", _("Candidate")


RUN_STATUSES: dict[str, Text] = {
    "RUNNING": _("Running"),
    "SCHEDULED": _("Scheduled"),
    "FINISHED": _("Finished"),
    "FAILED": _("Failed"),
    "KILLED": _("Stopped"),
    "DELETED": _("Deleted in MLflow"),
}


class RunQuerySet(Rewound["Run"]):
    """Questions of the pages."""


class KnownRuns(Known["Run"]):
    """Runs that had started: when the portal read them for the first time matters to nobody."""

    since = "started_at"


class Run(Record):
    """An MLflow run as last seen."""

    use_case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="runs")
    server = models.ForeignKey(TrackingServer, on_delete=models.PROTECT, related_name="runs")
    mlflow_id = models.CharField(max_length=64)
    experiment_id = models.CharField(max_length=64)
    name = models.CharField(max_length=250)
    status = models.CharField(max_length=20)
    author = models.CharField(max_length=250, blank=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    params = models.JSONField(default=dict)
    metrics = models.JSONField(default=dict)
    tags = models.JSONField(default=dict)
    mark = models.CharField(max_length=10, choices=Mark, default=Mark.NONE, blank=True)
    seen_at = models.DateTimeField()

    objects = KnownRuns.from_queryset(RunQuerySet)()

    class Meta:
        ordering = ["-started_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["server", "mlflow_id"], name="run_once"),
            models.UniqueConstraint(fields=["use_case", "mark"], condition=~models.Q(mark=""), name="run_one_per_mark"),
        ]
        indexes = [
            # the search: parts of its name, the start of its identifier
            plain.name_index("run_name_parts", "name"),
            models.Index(OpClass("mlflow_id", name="varchar_pattern_ops"), name="run_identifier_start"),
            # the runs page of a use case, newest first
            models.Index(fields=["use_case", "-started_at"], name="run_by_use_case"),
            GinIndex(fields=["tags"], name="run_tags"),
        ]

    def __str__(self) -> str:
        return self.name or self.mlflow_id

    @property
    def mlflow_url(self) -> str:
        """Where MLflow shows it."""
        return f"{self.server.browser_url}/#/experiments/{self.experiment_id}/runs/{self.mlflow_id}"

    @property
    def commit(self) -> str:
        """The code commit the run says it came from, empty when it says none."""
        return str(self.tags.get("mlflow.source.git.commit", ""))

    @property
    def data_digest(self) -> str:
        """SHA-256 of the data manifest the run was trained on, empty when the run does not say."""
        return str(self.tags.get("passerelle.data_sha256", ""))

    @property
    def tone(self) -> Tone:
        """How its status is coloured."""
        tones: dict[str, Tone] = {"FINISHED": "ok", "FAILED": "err", "KILLED": "err", "RUNNING": "warn"}
        return tones.get(self.status, "unk")

    @property
    def status_label(self) -> Text:
        """MLflow's word for its status, in the reader's language."""
        return RUN_STATUSES.get(self.status, self.status)

    def unlearn(self, at: datetime) -> None:
        """Ended later: it was running, and what it would log nobody knew."""
        if self.later("ended_at", at):
            self.status, self.ended_at, self.metrics = "RUNNING", None, {}

    @classmethod
    def as_they_were(cls, rows: Sequence["Run"], at: datetime) -> None:
        """With the marks they had."""
        rewind(rows, at)

    def interval(self, metric: str) -> tuple[float, float] | None:
        """The bounds the run logged beside this metric (`<m>_low`, `<m>_high`), or None."""
        low, high = self.metrics.get(f"{metric}_low"), self.metrics.get(f"{metric}_high")
        return None if low is None or high is None else (float(low), float(high))


class ModelVersion(Record):
    """A registered model version as last seen."""

    use_case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="model_versions")
    server = models.ForeignKey(TrackingServer, on_delete=models.PROTECT, related_name="model_versions")
    run = models.ForeignKey(Run, null=True, on_delete=models.SET_NULL, related_name="model_versions")
    name = models.CharField(max_length=250)
    version = models.CharField(max_length=20)
    created_at = models.DateTimeField(null=True)
    aliases = models.JSONField(default=list)
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["server", "name", "version"], name="model_version_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    @property
    def mlflow_url(self) -> str:
        """Where MLflow shows it."""
        return f"{self.server.browser_url}/#/models/{self.name}/versions/{self.version}"


class ExternalIdentity(Record):
    """The person behind an MLflow user name, as an administrator says."""

    # The journal keeps the uid, never the name.
    is_personal = True

    name = models.CharField(max_length=250, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="external_identities")

    def __str__(self) -> str:
        return self.name
