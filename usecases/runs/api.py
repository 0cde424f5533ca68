"""The API of runs: what MLflow recorded as last seen, marks, comparison, experiments, servers, who is behind a name."""

from datetime import UTC, datetime
from typing import Any

import django_filters.rest_framework as filters
from django.db import models
from django.db.models.functions import Coalesce
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.endpoints import Acting, Creating, Listing, Reading
from portal.api.filters import DayFilter, TextFilter
from portal.api.serializers import Body, Named, PersonOut
from portal.people import rights
from portal.people.models import Scope, User
from usecases.catalog.api import OfUseCase
from usecases.catalog.models import UseCase
from usecases.runs import actions, beats
from usecases.runs.models import (
    RUN_STATUSES,
    Experiment,
    ExternalIdentity,
    Mark,
    ModelVersion,
    Run,
    TrackingServer,
)

# Where a run that never started stands among the others.
NEVER = models.Value(datetime(1970, 1, 1, tzinfo=UTC), models.DateTimeField())


class RunOut(serializers.ModelSerializer[Run]):
    """A run as last seen; `params` and `metrics` by name. Its identifier is MLflow's own."""

    use_case = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    server = serializers.SlugRelatedField[Any](slug_field="name", read_only=True)
    params = serializers.DictField(read_only=True)
    metrics = serializers.DictField(read_only=True)
    mlflow_url = serializers.CharField(read_only=True)
    commit = serializers.CharField(read_only=True)
    data_digest = serializers.CharField(read_only=True, help_text="SHA-256 of the manifest of its data.")

    class Meta:
        model = Run
        fields: tuple[str, ...] = (
            *("mlflow_id", "use_case", "server", "experiment_id", "name", "status", "author", "started_at"),
            *("ended_at", "mark", "params", "metrics", "commit", "data_digest", "mlflow_url", "seen_at"),
        )
        read_only_fields: tuple[str, ...] = fields


class ModelVersionOut(serializers.ModelSerializer[ModelVersion]):
    """A registered version of a model."""

    aliases = serializers.ListField(child=serializers.CharField(), read_only=True)
    mlflow_url = serializers.CharField(read_only=True)

    class Meta:
        model = ModelVersion
        fields = ("uid", "name", "version", "created_at", "aliases", "mlflow_url", "seen_at")
        read_only_fields = fields


class WholeRunOut(RunOut):
    """A run with its tags, the versions registered from it, and the person behind its author (null: nobody knows)."""

    tags = serializers.DictField(read_only=True)
    model_versions = ModelVersionOut(many=True, read_only=True)
    person = PersonOut(read_only=True, allow_null=True)

    class Meta(RunOut.Meta):
        fields = (*RunOut.Meta.fields, "tags", "model_versions", "person")
        read_only_fields = fields


class RunFilter(filters.FilterSet):
    """Which runs."""

    q = TextFilter("name", "author", label="A part of the name or of the author.")
    status = filters.ChoiceFilter(choices=list(RUN_STATUSES.items()))
    mark = filters.ChoiceFilter(choices=[(mark.value, mark.label) for mark in Mark if mark])
    author = filters.CharFilter()
    since = DayFilter(field_name="started_at", lookup_expr="date__gte", label="Started on this day or later.")
    until = DayFilter(field_name="started_at", lookup_expr="date__lt", label="Started before this day.")


class EveryRunFilter(RunFilter):
    """Which runs of all use cases."""

    use_case = filters.CharFilter(field_name="use_case__slug")


RUN_ORDERS = ("-id", "id", "started", "-started", "name", "-name")


def ready(found: models.QuerySet[Run]) -> models.QuerySet[Run]:
    """With what a run tells of its use case and server, and `started` to be ordered by."""
    return found.select_related("use_case__team", "server").annotate(started=Coalesce("started_at", NEVER))


class Runs(Listing):
    """The runs one may see, the newest first."""

    reads = Scope.READ
    serializer_class = RunOut
    filterset_class = EveryRunFilter
    orderings = RUN_ORDERS

    def rows(self) -> models.QuerySet[Run]:
        """Those of the use cases one sees."""
        return ready(Run.objects.filter(use_case__in=UseCase.objects.visible_to(self.person)))


class OfRuns(OfUseCase):
    """The runs of a use case."""

    reads, writes = Scope.READ, Scope.WRITE
    serializer_class: Any = WholeRunOut
    lookup_field = "mlflow_id"

    def rows(self) -> models.QuerySet[Run]:
        """Those of the use case."""
        return ready(Run.objects.filter(use_case=self.use_case))

    def dress(self, rows: Any) -> None:
        """What was registered from them, and who is behind their authors (two queries)."""
        models.prefetch_related_objects(rows, "model_versions__server")
        known = ExternalIdentity.objects.filter(name__in={run.author for run in rows}).select_related("user")
        people = {identity.name: identity.user for identity in known}
        for run in rows:
            run.person = people.get(run.author)


class UseCaseRuns(Listing, OfRuns):
    """The runs of a use case, the newest first."""

    shows_the_past = True
    serializer_class = RunOut
    filterset_class = RunFilter
    past_filters = frozenset({"q", "author", "since", "until"})
    orderings = RUN_ORDERS

    def dress(self, rows: Any) -> None:
        """Nothing besides."""


class OneRun(Reading, OfRuns):
    """A run: what went in, what came out, what was registered from it."""

    shows_the_past = True


class VersionFilter(filters.FilterSet):
    """Which versions."""

    name = filters.CharFilter(label="Of the model of this name.")


class ModelVersions(Listing, OfUseCase):
    """The model versions registered from the runs of a use case, the newest seen first."""

    reads = Scope.READ
    serializer_class = ModelVersionOut
    filterset_class = VersionFilter
    orderings = ("-id", "id")

    def rows(self) -> models.QuerySet[ModelVersion]:
        """Those of the use case."""
        return self.use_case.model_versions.select_related("server")


class MarkIn(Body):
    """What the team says of a run; empty takes the mark off."""

    mark = serializers.ChoiceField(choices=Mark.choices, allow_blank=True)


class MarkRun(Acting, OfRuns):
    """Mark a run as the simple baseline or the candidate."""

    body = MarkIn
    example = {"mark": "candidate"}

    def act(self, thing: Run, sent: dict[str, Any]) -> None:
        """Mark a run as the simple baseline or the candidate, or take its mark off; whoever had the mark loses it."""
        actions.mark(thing, sent["mark"], by=self.person)


class ComparisonOut(serializers.Serializer[Any]):
    """Whether the candidate beats the simple baseline (null: unknown), in a sentence, and which runs these are."""

    met = serializers.BooleanField(allow_null=True)
    sentence = serializers.CharField()
    metric = serializers.CharField(help_text="Which metric counts; empty when the runs do not say.")
    baseline = serializers.CharField(source="baseline.mlflow_id", default=None, allow_null=True)
    candidate = serializers.CharField(source="candidate.mlflow_id", default=None, allow_null=True)


class Comparison(OfUseCase):
    """The candidate of a use case against its simple baseline, on the metric that stands for the KPI."""

    reads = Scope.READ
    serializer_class = ComparisonOut

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The comparison."""
        return Response(self.told(beats.compare(self.use_case)))


# --- experiments ---
class ExperimentOut(serializers.ModelSerializer[Experiment]):
    """An experiment linked to a use case; `mlflow_id` is empty until it was read first."""

    server = serializers.SlugRelatedField[Any](slug_field="name", read_only=True)

    class Meta:
        model = Experiment
        fields = ("uid", "server", "name", "mlflow_id", "complete_as_of", "occurred_at")
        read_only_fields = fields


class ExperimentIn(Body):
    """An experiment to link."""

    server = Named(lambda view: TrackingServer.objects.all(), by="name", help_text="The name of a tracking server.")
    name = serializers.CharField(max_length=250, help_text="As MLflow shows it, letter for letter.")


class Experiments(Listing, Creating, OfUseCase):
    """The experiments linked to a use case."""

    reads, writes = Scope.READ, Scope.WRITE
    serializer_class, body = ExperimentOut, ExperimentIn
    example = {"server": "MLflow", "name": "spring-uplift"}
    orderings = ("name", "-name")
    has_rules = True

    def rows(self) -> models.QuerySet[Experiment]:
        """Those of the use case."""
        return self.use_case.experiments.select_related("server")

    def create(self, sent: dict[str, Any]) -> Experiment:
        """Link an experiment, and ask for its runs."""
        return actions.link_experiment(self.use_case, **sent, by=self.person)


class SynchronisationOut(serializers.Serializer[Any]):
    """The jobs that were asked for."""

    jobs = serializers.ListField(child=serializers.UUIDField())


class Synchronisations(Creating, OfUseCase):
    """Read all the runs of a use case again."""

    writes = Scope.WRITE
    serializer_class = SynchronisationOut
    answers = {"POST": {"201": OpenApiResponse(SynchronisationOut, "Asked for: one job per server.")}}
    has_rules = True

    def create(self, sent: dict[str, Any]) -> dict[str, Any]:
        """Ask that all the runs of a use case be read again, late tags included: one job per server."""
        return {"jobs": [job.uid for job in actions.request_sync(self.use_case, by=self.person)]}


# --- the administrator's lists ---
class ServerOut(serializers.ModelSerializer[TrackingServer]):
    """A tracking server that workers may talk to, and until when all of its runs are known."""

    web_url = serializers.CharField(read_only=True, help_text="For browsers; empty when it is the same.")

    class Meta:
        model = TrackingServer
        fields = ("uid", "name", "url", "web_url", "complete_as_of", "occurred_at")
        read_only_fields = fields


class ServerIn(Body):
    """A tracking server to allow."""

    name = serializers.CharField(max_length=80)
    url = serializers.CharField(max_length=300, help_text="Where workers reach it: http or https.")
    web_url = serializers.CharField(max_length=300, required=False, allow_blank=True, help_text="For browsers.")


class Servers(Listing, Creating):
    """The tracking servers of the organisation: for administrators."""

    reads, writes = Scope.READ, Scope.WRITE
    serializer_class, body = ServerOut, ServerIn
    example = {"name": "Research", "url": "https://mlflow.example.org"}
    orderings = ("name", "-name")
    has_rules = True

    def load(self) -> None:
        """Raises NotAllowed."""
        rights.require(self.person, "server.declare")

    def rows(self) -> models.QuerySet[TrackingServer]:
        """All of them."""
        return TrackingServer.objects.all()

    def create(self, sent: dict[str, Any]) -> TrackingServer:
        """Allow workers to talk to an MLflow server, and have it read."""
        return actions.declare_server(**sent, by=self.person)


class IdentityOut(serializers.ModelSerializer[ExternalIdentity]):
    """The person behind an MLflow user name."""

    user = PersonOut(read_only=True)

    class Meta:
        model = ExternalIdentity
        fields = ("uid", "name", "user")
        read_only_fields = fields


class IdentityIn(Body):
    """Who is behind a name; replaces what was said before."""

    name = serializers.CharField(max_length=250)
    user = Named(lambda view: User.objects.filter(is_active=True), by="uid", help_text="The uid of a person.")


class Identities(Listing, Creating):
    """Who is behind the names that MLflow gives: for administrators."""

    reads, writes = Scope.READ, Scope.WRITE
    serializer_class, body = IdentityOut, IdentityIn
    example = {"name": "ana"}
    orderings = ("name", "-name")
    has_rules = True

    def load(self) -> None:
        """Raises NotAllowed."""
        rights.require(self.person, "identity.map")

    def rows(self) -> models.QuerySet[ExternalIdentity]:
        """All of them."""
        return ExternalIdentity.objects.select_related("user")

    def create(self, sent: dict[str, Any]) -> ExternalIdentity:
        """Say which person is behind an MLflow user name."""
        return actions.map_identity(**sent, by=self.person)
