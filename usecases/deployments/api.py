"""The API of deployments: environments, targets, requests, verdicts, what ran where and when."""

from typing import Any

import django_filters.rest_framework as filters
from django.db import models
from django.urls import reverse
from rest_framework import serializers

from portal import clock
from portal.api.endpoints import Acting, Changing, Creating, Listing, Reading
from portal.api.filters import DayFilter, TextFilter
from portal.api.serializers import Body, Named, PersonOut
from portal.jobs import queue
from portal.people import rights
from portal.people.models import Scope
from usecases.catalog.api import OfUseCase, served
from usecases.catalog.models import UseCase
from usecases.deployments import actions, emergencies
from usecases.deployments.models import (
    Approval,
    Deployment,
    DeploymentStatus,
    DeploymentStep,
    Environment,
    Release,
    ReleaseStatus,
    Target,
)
from usecases.deployments.review import review


class EnvironmentOut(serializers.ModelSerializer[Environment]):
    """A place where things run."""

    class Meta:
        model = Environment
        fields = ("uid", "slug", "name", "is_production", "second_person_at_once")
        read_only_fields = fields


class EnvironmentIn(Body):
    """An environment to create."""

    name = serializers.CharField(max_length=60)
    slug = serializers.SlugField(max_length=30, help_text="Part of MLflow's alias; never changes.")
    is_production = serializers.BooleanField(default=False)
    second_person_at_once = serializers.BooleanField(
        default=True, help_text="In an emergency: before a gate opens; else within 24 hours."
    )


class EnvironmentChange(Body):
    """When a second person answers an emergency: before a gate opens, or within 24 hours."""

    second_person_at_once = serializers.BooleanField()


class Environments(Listing, Creating):
    """The environments of the organisation."""

    reads, writes = Scope.READ, Scope.WRITE
    serializer_class, body = EnvironmentOut, EnvironmentIn
    example = {"name": "Rehearsal", "slug": "rehearsal"}
    orderings = ("slug", "-slug")

    def rows(self) -> models.QuerySet[Environment]:
        """All of them."""
        return Environment.objects.all()

    def create(self, sent: dict[str, Any]) -> Environment:
        """Create an environment."""
        return actions.create_environment(**sent, by=self.person)


class OneEnvironment(Reading, Changing):
    """An environment of the organisation."""

    reads, writes = Scope.READ, Scope.WRITE
    serializer_class, body = EnvironmentOut, EnvironmentChange
    lookup_field, lookup_url_kwarg = "slug", "environment"

    def rows(self) -> models.QuerySet[Environment]:
        """All of them."""
        return Environment.objects.all()

    def change(self, thing: Environment, sent: dict[str, Any]) -> None:
        """Say when a second person answers an emergency; what it says already is left."""
        if sent.get("second_person_at_once", thing.second_person_at_once) != thing.second_person_at_once:
            emergencies.rule_emergencies(thing, by=self.person, **sent)
        else:
            rights.require(self.person, "environment.manage")


class TargetOut(serializers.ModelSerializer[Target]):
    """A place of a use case, and the number of the deployment that is live there (null: nothing is known to run)."""

    environment = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    site = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    alias = serializers.CharField(read_only=True, help_text="MLflow's alias for what is live there.")
    live = serializers.IntegerField(read_only=True, allow_null=True)

    class Meta:
        model = Target
        fields = ("uid", "environment", "site", "slot", "alias", "live")
        read_only_fields = fields


class Targets(Listing, OfUseCase):
    """The places where a use case runs, or was asked to."""

    shows_the_past = True
    reads = Scope.READ
    serializer_class = TargetOut
    orderings = ("id", "-id")

    def rows(self) -> models.QuerySet[Target]:
        """Those of the use case."""
        return self.use_case.targets.select_related("environment", "site")

    def dress(self, rows: Any) -> None:
        """What is live at each (one query)."""
        at, there = clock.past(), Deployment.objects.filter(target__in=rows)
        live = there.filter(status=DeploymentStatus.LIVE) if at is None else there.live_on(at)
        numbers = dict(live.values_list("target_id", "number"))
        for target in rows:
            target.live = numbers.get(target.pk)


# --- deployments ---
class DeploymentOut(serializers.ModelSerializer[Deployment]):
    """A release on its way to a site, live there, or replaced; approvals count on `digest` only."""

    use_case = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    release = serializers.IntegerField(source="release.number", read_only=True)
    release_title = serializers.CharField(source="release.title", read_only=True)
    environment = serializers.CharField(source="target.environment.slug", read_only=True)
    site = serializers.CharField(source="target.site.slug", read_only=True)
    slot = serializers.CharField(source="target.slot", read_only=True)
    requested_by = PersonOut(read_only=True)
    failure = serializers.CharField(read_only=True)

    class Meta:
        model = Deployment
        fields: tuple[str, ...] = (
            *("uid", "use_case", "number", "kind", "release", "release_title", "environment", "site", "slot"),
            *("status", "status_since", "requested_by", "reason", "change_ticket", "approvals_needed", "digest"),
            *("expires_at", "live_from", "live_until", "failure", "occurred_at"),
        )
        read_only_fields: tuple[str, ...] = fields


class ApprovalOut(serializers.ModelSerializer[Approval]):
    """A verdict on a digest, by whom, and for whom they stood in (null: for themselves)."""

    approver = PersonOut(read_only=True)
    stands_for = PersonOut(read_only=True, allow_null=True)

    class Meta:
        model = Approval
        fields = ("uid", "approver", "stands_for", "role", "verdict", "digest", "comment", "occurred_at")
        read_only_fields = fields


class StepOut(serializers.ModelSerializer[DeploymentStep]):
    """A status it had, since when, by whom (null: the machine)."""

    by = PersonOut(read_only=True, allow_null=True)

    class Meta:
        model = DeploymentStep
        fields = ("status", "at", "by", "comment")
        read_only_fields = fields


class DifferenceOut(serializers.Serializer[Any]):
    """A line of what changes, in words."""

    label = serializers.CharField()  # type: ignore[assignment]
    now = serializers.CharField()
    then = serializers.CharField()
    same = serializers.BooleanField()


class CheckedOut(serializers.Serializer[Any]):
    """One thing that was looked at."""

    state = serializers.ChoiceField(choices=["ok", "warn", "err", "unk"], source="tone")
    title = serializers.CharField()
    detail = serializers.CharField()


class ReviewOut(serializers.Serializer[Any]):
    """What somebody who decides looks at; `back` is the release a roll-back returns to (null: none)."""

    verdict = serializers.CharField()
    comparison = serializers.CharField()
    changes = DifferenceOut(many=True)
    checks = CheckedOut(many=True)
    back = serializers.IntegerField(source="back.number", default=None, allow_null=True)
    rehearsed = serializers.BooleanField()


class WholeDeploymentOut(DeploymentOut):
    """A deployment with its history, verdicts and review; `job` is the one that runs it (null: none yet)."""

    model_author = PersonOut(read_only=True, allow_null=True)
    previous = serializers.IntegerField(source="previous.number", default=None, read_only=True, allow_null=True)
    approvals = ApprovalOut(many=True, read_only=True)
    steps = StepOut(many=True, read_only=True)
    review = ReviewOut(read_only=True)
    job = serializers.UUIDField(read_only=True, allow_null=True)

    class Meta(DeploymentOut.Meta):
        fields = (
            *DeploymentOut.Meta.fields,
            *("model_author", "previous", "approvals", "steps", "review", "job"),
        )
        read_only_fields = fields


class DeploymentFilter(filters.FilterSet):
    """Which deployments. With `site` and `live_at`: what ran there then."""

    q = TextFilter("release__title", "target__site__name", "change_ticket", label="A part of release, site or ticket.")
    status = filters.ChoiceFilter(choices=DeploymentStatus.choices)
    environment = filters.CharFilter(field_name="target__environment__slug")
    site = filters.CharFilter(field_name="target__site__slug")
    since = DayFilter(
        field_name="status_since", lookup_expr="date__gte", label="In its status since this day or later."
    )
    until = DayFilter(field_name="status_since", lookup_expr="date__lt", label="In its status since before this day.")
    live_at = filters.IsoDateTimeFilter(method="ran", label="Live at this moment (RFC 3339).")

    def ran(self, rows: Any, name: str, value: Any) -> Any:
        """What was live at a moment."""
        return rows.live_on(value)


class EveryDeploymentFilter(DeploymentFilter):
    """Which deployments of all use cases."""

    use_case = filters.CharFilter(field_name="use_case__slug")


class Deployments(Listing):
    """The deployments one may see, the newest first."""

    reads = Scope.READ
    serializer_class = DeploymentOut
    filterset_class = EveryDeploymentFilter
    orderings = ("-id", "id", "status_since", "-status_since")

    def rows(self) -> models.QuerySet[Deployment]:
        """Those of the use cases one sees."""
        return Deployment.objects.filter(use_case__in=UseCase.objects.visible_to(self.person)).for_pages()


class OfDeployments(OfUseCase):
    """The deployments of a use case."""

    reads, writes = Scope.READ, Scope.WRITE
    serializer_class: Any = WholeDeploymentOut
    lookup_field = "number"

    def rows(self) -> models.QuerySet[Deployment]:
        """Those of the use case."""
        mine = Deployment.objects.filter(use_case=self.use_case).for_pages()
        return mine.select_related("model_author", "release__model_version__run", "previous__release__use_case")

    def dress(self, rows: Any) -> None:
        """Verdicts, history, review, job."""
        models.prefetch_related_objects(rows, "approvals__approver", "approvals__stands_for", "steps__by")
        for one in rows:
            one.review = review(one)
            job = queue.latest("deployments.execute", str(one.uid)) if clock.past() is None else None
            one.job = job.uid if job else None


class RequestIn(Body):
    """A release to bring to a site."""

    release = Named(
        lambda view: Release.objects.filter(use_case=view.use_case, status=ReleaseStatus.READY).select_related(
            "use_case__team", "model_version__run"
        ),
        by="number",
        help_text="The number of a release that is ready.",
    )
    environment = Named(lambda view: Environment.objects.all(), help_text="The slug of an environment.")
    site = Named(served, help_text="The slug of a site of the use case.")
    reason = serializers.CharField(max_length=4000, help_text="Why now.")
    change_ticket = serializers.CharField(max_length=60, required=False, allow_blank=True)


class UseCaseDeployments(Listing, Creating, OfDeployments):
    """The deployments of a use case, the newest first."""

    shows_the_past = True
    serializer_class, body = DeploymentOut, RequestIn
    example = {"release": 1, "environment": "integration", "site": "rural", "reason": "Rehearsed on 4 May."}
    filterset_class = DeploymentFilter
    past_filters = frozenset({"q", "environment", "site", "live_at"})
    orderings = ("-id", "id", "status_since", "-status_since")
    has_rules = True

    def dress(self, rows: Any) -> None:
        """Nothing besides."""

    def create(self, sent: dict[str, Any]) -> Deployment:
        """Ask that a release go live at a site; another person of IT decides, two when nobody knows the author."""
        made = actions.request_deployment(**sent, by=self.person)
        return self.rows().get(pk=made.pk)

    def where(self, thing: Deployment) -> str:
        """Its address."""
        return reverse("api_deployment", args=[self.use_case.slug, thing.number])


class OneDeployment(Reading, OfDeployments):
    """A deployment: what was asked, what changes, who decided, how it went."""

    shows_the_past = True


class VerdictIn(Body):
    """Words kept with the verdict."""

    comment = serializers.CharField(max_length=4000, required=False, allow_blank=True)


class VerdictReasonIn(Body):
    """Why."""

    comment = serializers.CharField(max_length=4000)


class Deciding(Acting, OfDeployments):
    """A verb on a deployment, with its reason."""

    body: Any = VerdictReasonIn
    example: Any = {"comment": "Discussed with the operators on 4 May."}


class Approve(Deciding):
    """Approve exactly the digest that was read."""

    body = VerdictIn

    def act(self, thing: Deployment, sent: dict[str, Any]) -> None:
        """Approve exactly the digest that was read; with enough approvals the machine starts."""
        actions.approve(thing, by=self.person, **sent)


class AskChanges(Deciding):
    """Send a request back."""

    def act(self, thing: Deployment, sent: dict[str, Any]) -> None:
        """Send a request back with what should change; a new request answers it."""
        actions.ask_changes(thing, by=self.person, **sent)


class Reject(Deciding):
    """Reject a request."""

    def act(self, thing: Deployment, sent: dict[str, Any]) -> None:
        """Reject a request, and say why."""
        actions.reject(thing, by=self.person, **sent)


class RollBack(Deciding):
    """Return to what ran there before."""

    def act(self, thing: Deployment, sent: dict[str, Any]) -> Deployment:
        """Return to what ran there before, or to the system in place; tells the new deployment that goes back."""
        made = actions.roll_back(thing, by=self.person, reason=sent["comment"])
        return self.rows().get(pk=made.pk)


class Withdraw(Acting, OfDeployments):
    """Take a request back."""

    def act(self, thing: Deployment, sent: dict[str, Any]) -> None:
        """Take a request back."""
        actions.withdraw(thing, by=self.person)


class Retry(Acting, OfDeployments):
    """Run a failed deployment again."""

    def act(self, thing: Deployment, sent: dict[str, Any]) -> None:
        """Run a failed deployment again, under the approvals it has."""
        actions.retry(thing, by=self.person)
