"""The row is the queue: what is to be done, who holds it until when, how far it is."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.people import rights
from portal.people.models import Team, User
from portal.records import new_uid
from portal.words import say


class JobStatus(models.TextChoices):
    """Where a job stands."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    SUCCEEDED = "succeeded", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


TONES = {
    JobStatus.QUEUED: "unk",
    JobStatus.RUNNING: "unk",
    JobStatus.SUCCEEDED: "ok",
    JobStatus.FAILED: "err",
    JobStatus.CANCELLED: "unk",
}
# What ended without doing its work: whoever waits for it must not wait any longer.
GAVE_UP = (JobStatus.FAILED, JobStatus.CANCELLED)


class JobQuerySet(models.QuerySet["Job"]):
    """Questions of the jobs pages."""

    def visible_to(self, user: User) -> "JobQuerySet":
        """The jobs of this person's teams; all of them, those of the portal itself too, for who reads everything."""
        return self if rights.sees_everything(user) else self.filter(team__in=rights.team_ids(user))


class Job(models.Model):
    """One piece of machine work. A worker claims it by compare-and-set; an expired lease is taken up by the sweep."""

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    kind = models.CharField(max_length=60)
    # Two requests for the same work while it waits are one job. One that comes while it runs waits for its turn:
    # what it asks for may have happened after the running one looked.
    key = models.CharField(max_length=120)
    arguments = models.JSONField(default=dict)
    # What it is about, for people: a name, and the team and use case that may see it. None: the portal itself.
    subject = models.CharField(max_length=200, blank=True)
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="+")
    use_case = models.CharField(max_length=60, blank=True)
    status = models.CharField(max_length=10, choices=JobStatus, default=JobStatus.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=3)
    run_after = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField(null=True)
    # When the sweep last woke a worker for it: a backlog is not told again every ten seconds.
    woken_at = models.DateTimeField(null=True)
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

    objects = JobQuerySet.as_manager()

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
            # the jobs of a team, newest first
            models.Index(fields=["team", "-id"], name="job_by_team"),
            # the jobs with one status, newest first
            models.Index(fields=["status", "-id"], name="job_by_status"),
            # the purge: what ended long ago
            models.Index(fields=["ended_at"], condition=models.Q(ended_at__isnull=False), name="job_ended"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("job", args=[self.uid])

    @property
    def title(self) -> str:
        """What kind of work it is, in the reader's language."""
        return kind_title(self.kind)

    @property
    def tone(self) -> str:
        """The tone of its status: ok, err or unk."""
        return TONES[JobStatus(self.status)]

    @property
    def gave_up(self) -> bool:
        """Ended without doing its work."""
        return self.status in GAVE_UP

    @property
    def took(self) -> timedelta | None:
        """How long it has run since it was last started, or ran; None while it waits for its first try."""
        return _between(self.started_at, self.ended_at)

    @property
    def next_try(self) -> datetime | None:
        """When it is tried again; None unless it waits after a failure."""
        return self.run_after if self.status == JobStatus.QUEUED and self.attempts else None

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


def kind_title(kind: str) -> str:
    """What jobs of this kind do, in the reader's language; a kind without a word is shown as it is."""
    told = say(f"job.kind.{kind}")
    return kind if told == f"job.kind.{kind}" else told


def _between(start: datetime | None, end: datetime | None) -> timedelta | None:
    return None if start is None else (end or timezone.now()) - start


class Outcome(models.TextChoices):
    """How one try of a job ended."""

    RUNNING = "running", _("Running")
    SUCCEEDED = "succeeded", _("Done")
    AGAIN = "again", _("Failed, tried again")
    FAILED = "failed", _("Failed")
    LOST = "lost", _("Worker lost")


OUTCOME_TONES = {
    Outcome.RUNNING: "unk",
    Outcome.SUCCEEDED: "ok",
    Outcome.AGAIN: "warn",
    Outcome.FAILED: "err",
    Outcome.LOST: "warn",
}


class JobAttempt(models.Model):
    """One try: which worker, from when to when, how it ended. Written in the transaction that moves the job."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="tries")
    number = models.PositiveSmallIntegerField()
    worker = models.CharField(max_length=120)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.RUNNING)
    started_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    note_code = models.CharField(max_length=60, blank=True)
    note_params = models.JSONField(default=dict)
    # The technical error with its place, for administrators.
    error = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="job_attempt_once")]

    def __str__(self) -> str:
        return f"{self.job} #{self.number}"

    @property
    def tone(self) -> str:
        """The tone of its outcome."""
        return OUTCOME_TONES[Outcome(self.outcome)]

    @property
    def note(self) -> str:
        """Why it failed, in the reader's language."""
        return say(self.note_code, self.note_params) if self.note_code else ""

    @property
    def took(self) -> timedelta | None:
        """How long it ran, or has run."""
        return _between(self.started_at, self.ended_at)


class JobLine(models.Model):
    """What the handler said: a code with parameters, worded when shown. So many lines for each try, no more."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="lines")
    attempt = models.PositiveSmallIntegerField()
    at = models.DateTimeField(db_default=Now())
    code = models.CharField(max_length=60)
    params = models.JSONField(default=dict)

    class Meta:
        # the log of a job, in order
        indexes = [models.Index(fields=["job", "id"], name="job_line_by_job")]

    def __str__(self) -> str:
        return say(self.code, self.params)


class Heartbeat(models.Model):
    """The canary: sent through the broker at each tick, done by a worker that really consumes."""

    sent_at = models.DateTimeField(db_default=Now())
    done_at = models.DateTimeField(null=True)

    class Meta:
        # the newest that was done
        indexes = [models.Index(fields=["-done_at"], name="heartbeat_done")]

    def __str__(self) -> str:
        return f"{self.sent_at}"


class PeriodicRun(models.Model):
    """A periodic job was started for a period: UNIQUE, so two beats are harmless."""

    job = models.CharField(max_length=60)
    period = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "period"], name="periodic_run_once")]

    def __str__(self) -> str:
        return f"{self.job} {self.period:%Y-%m-%d %H:%M}"
