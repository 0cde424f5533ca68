"""The API of jobs: what the machine does, each try, trying again, cancelling."""

from typing import Any

import django_filters
from django.db import models
from rest_framework import serializers

from portal.api.endpoints import Acting, Endpoint, Listing, Reading
from portal.jobs import actions
from portal.jobs.models import Job, JobAttempt, JobLine, JobStatus
from portal.people.models import Scope


class TryOut(serializers.ModelSerializer[JobAttempt]):
    """One try of a job; `note` says why it failed, in the caller's language."""

    note = serializers.CharField(read_only=True)

    class Meta:
        model = JobAttempt
        fields = ("number", "outcome", "started_at", "ended_at", "note")
        read_only_fields = fields


class LineOut(serializers.ModelSerializer[JobLine]):
    """What the job said during a try."""

    text = serializers.CharField(source="__str__", read_only=True)

    class Meta:
        model = JobLine
        fields = ("attempt", "at", "text")
        read_only_fields = fields


class JobOut(serializers.ModelSerializer[Job]):
    """A job; `use_case` is empty for work of the portal itself, `next_try` null unless it waits after a failure."""

    title = serializers.CharField(read_only=True)
    note = serializers.CharField(read_only=True)
    next_try = serializers.DateTimeField(read_only=True, allow_null=True)

    class Meta:
        model = Job
        fields: tuple[str, ...] = (
            "uid",
            "kind",
            "title",
            "subject",
            "use_case",
            "status",
            "done",
            "total",
            "note",
            "attempts",
            "max_attempts",
            "created_at",
            "started_at",
            "ended_at",
            "next_try",
        )
        read_only_fields: tuple[str, ...] = fields


class WholeJobOut(JobOut):
    """A job with its tries and what it said."""

    tries = TryOut(many=True, read_only=True)
    lines = LineOut(many=True, read_only=True)

    class Meta(JobOut.Meta):
        fields = (*JobOut.Meta.fields, "tries", "lines")
        read_only_fields = fields


class JobFilter(django_filters.FilterSet):
    """Which jobs."""

    kind = django_filters.CharFilter()
    status = django_filters.ChoiceFilter(choices=JobStatus.choices)
    use_case = django_filters.CharFilter()


class Jobs(Listing):
    """The jobs one may see, the newest first."""

    reads = Scope.READ
    serializer_class = JobOut
    filterset_class = JobFilter
    orderings = ("-id",)

    def rows(self) -> models.QuerySet[Job]:
        """Those of one's teams, or all."""
        return Job.objects.visible_to(self.person)


class OfJob(Endpoint):
    """An address of one job."""

    serializer_class = WholeJobOut
    lookup_field = "uid"

    def rows(self) -> models.QuerySet[Job]:
        """The jobs one may see, with their tries in order and what they said."""
        tries = models.Prefetch("tries", JobAttempt.objects.order_by("number"))
        lines = models.Prefetch("lines", JobLine.objects.order_by("id"))
        return Job.objects.visible_to(self.person).select_related("team").prefetch_related(tries, lines)


class OneJob(Reading, OfJob):
    """A job, each of its tries, and what it said."""

    reads = Scope.READ


class RetryJob(Acting, OfJob):
    """Try a job again that failed or was cancelled."""

    writes = Scope.WRITE

    def act(self, thing: Job, sent: dict[str, Any]) -> None:
        """Put it back in the queue, with three more tries."""
        actions.retry(thing, by=self.person)


class CancelJob(Acting, OfJob):
    """Cancel a job that waits."""

    writes = Scope.WRITE

    def act(self, thing: Job, sent: dict[str, Any]) -> None:
        """Take it out of the queue."""
        actions.cancel(thing, by=self.person)
