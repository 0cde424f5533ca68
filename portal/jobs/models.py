"""The row is the queue: what is to be done, who holds it until when, how far it is."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portal.records import new_uid
from portal.words import say


class JobStatus(models.TextChoices):
    """Where a job stands."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    SUCCEEDED = "succeeded", _("Done")
    FAILED = "failed", _("Failed")


class Job(models.Model):
    """One piece of machine work. A worker claims it by compare-and-set; an expired lease is taken up by the sweep."""

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    kind = models.CharField(max_length=60)
    # Two requests for the same work while it waits are one job. One that comes while it runs waits for its turn:
    # what it asks for may have happened after the running one looked.
    key = models.CharField(max_length=120)
    arguments = models.JSONField(default=dict)
    status = models.CharField(max_length=10, choices=JobStatus, default=JobStatus.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=3)
    run_after = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField(null=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    # What is being done or why it failed: a code with parameters, worded when shown.
    note_code = models.CharField(max_length=60, blank=True)
    note_params = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    # The story time at which it was asked for: the worker tells what it writes as if it happened then.
    story_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"], condition=models.Q(status="queued"), name="job_waiting_once"
            ),
            models.UniqueConstraint(
                fields=["kind", "key"], condition=models.Q(status="running"), name="job_running_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(status="running") | models.Q(lease_until__isnull=False), name="job_running_leased"
            ),
        ]
        indexes = [
            # the sweep: what is waiting or whose lease ran out
            models.Index(
                fields=["run_after"], condition=models.Q(status__in=["queued", "running"]), name="job_to_take_up"
            ),
            # the last job of a kind and key, for pages
            models.Index(fields=["kind", "key", "-id"], name="job_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @property
    def is_open(self) -> bool:
        """Still waiting or running."""
        return self.status in (JobStatus.QUEUED, JobStatus.RUNNING)

    @property
    def percent(self) -> int:
        """How far, 0 to 100; 0 while the total is unknown."""
        return min(100, 100 * self.done // self.total) if self.total else 0

    @property
    def note(self) -> str:
        """What it is doing, or why it failed, in the reader's language."""
        return say(self.note_code, self.note_params) if self.note_code else ""


class PeriodicRun(models.Model):
    """A periodic job was started for a period: UNIQUE, so two beats are harmless."""

    job = models.CharField(max_length=60)
    period = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "period"], name="periodic_run_once")]

    def __str__(self) -> str:
        return f"{self.job} {self.period:%Y-%m-%d %H:%M}"
