"""The API of releases: what they are made of, their digest, how one is made."""

from typing import Any

import django_filters.rest_framework as filters
from django.db import models
from django.urls import reverse
from rest_framework import serializers

from portal import clock
from portal.api.endpoints import Creating, Listing, Reading
from portal.api.filters import TextFilter
from portal.api.serializers import Body, Named, PersonOut
from portal.jobs import queue
from portal.people.models import Scope
from usecases.catalog.api import OfUseCase, served
from usecases.deployments import actions
from usecases.deployments.models import Environment, Release, ReleaseKind, ReleaseStatus
from usecases.runs.models import ModelVersion


class ReleaseOut(serializers.ModelSerializer[Release]):
    """A release; its digest covers all that its manifest says."""

    model = serializers.CharField(source="model_version.name", default=None, read_only=True, allow_null=True)
    model_version = serializers.CharField(source="model_version.version", default=None, read_only=True, allow_null=True)
    created_by = PersonOut(read_only=True)
    failure = serializers.CharField(read_only=True)

    class Meta:
        model = Release
        fields: tuple[str, ...] = (
            *("uid", "number", "kind", "title", "status", "model", "model_version", "digest", "failure"),
            *("created_by", "occurred_at"),
        )
        read_only_fields: tuple[str, ...] = fields


class WholeReleaseOut(ReleaseOut):
    """A release with all it is made of; `job` is the one that hashes it (null: none was needed)."""

    configuration = serializers.DictField(read_only=True)
    manifest = serializers.DictField(read_only=True, help_text="Files, run, commit, parameters, what is particular.")
    job = serializers.UUIDField(read_only=True, allow_null=True)

    class Meta(ReleaseOut.Meta):
        fields = (*ReleaseOut.Meta.fields, "notes", "configuration", "manifest", "job")
        read_only_fields = fields


class ReleaseFilter(filters.FilterSet):
    """Which releases."""

    q = TextFilter("title", label="A part of the title.")
    status = filters.ChoiceFilter(choices=ReleaseStatus.choices)
    kind = filters.ChoiceFilter(choices=ReleaseKind.choices)


class OfReleases(OfUseCase):
    """The releases of a use case."""

    reads, writes = Scope.READ, Scope.WRITE
    serializer_class: Any = WholeReleaseOut
    lookup_field = "number"

    def rows(self) -> models.QuerySet[Release]:
        """Those of the use case."""
        return self.use_case.releases.select_related("use_case__team", "model_version", "created_by")

    def where(self, thing: Release) -> str:
        """Its address."""
        return reverse("api_release", args=[self.use_case.slug, thing.number])


class ReleaseIn(Body):
    """A registered model version to make ready."""

    model_version = Named(
        lambda view: ModelVersion.objects.filter(use_case=view.use_case),
        by="uid",
        help_text="The uid of a model version of the use case.",
    )
    title = serializers.CharField(max_length=160)
    notes = serializers.CharField(max_length=20_000, required=False, allow_blank=True, help_text="For its users.")
    configuration = serializers.DictField(required=False, help_text="Part of what is approved.")


class Releases(OfReleases, Listing, Creating):
    """The releases of a use case, the newest first."""

    serializer_class, body = ReleaseOut, ReleaseIn
    example = {"title": "Trees on last year", "configuration": {"threshold": 0.5}}
    filterset_class = ReleaseFilter
    orderings = ("-number", "number")
    has_rules = True

    def create(self, sent: dict[str, Any]) -> Release:
        """Prepare a release: a worker hashes what it is made of, then it can be requested."""
        return actions.create_release(self.use_case, **sent, by=self.person)


class InPlaceIn(Body):
    """What decides today, and where."""

    title = serializers.CharField(max_length=160)
    environment = Named(lambda view: Environment.objects.all(), help_text="The slug of an environment.")
    sites = serializers.ListField(child=Named(served), min_length=1, help_text="Slugs of sites of the use case.")
    notes = serializers.CharField(max_length=20_000, required=False, allow_blank=True)


class InPlace(OfReleases, Creating):
    """The system in place."""

    serializer_class, body = ReleaseOut, InPlaceIn
    example = {"title": "Everybody gets the letter", "environment": "integration", "sites": ["rural"]}
    has_rules = True

    def create(self, sent: dict[str, Any]) -> Release:
        """Declare the system in place at some sites: a release one can always return to, live as found."""
        return actions.declare_in_place(self.use_case, **sent, by=self.person)


class OneRelease(Reading, OfReleases):
    """A release: what it is made of, and the digest that approvals bind to."""

    shows_the_past = True

    def dress(self, rows: Any) -> None:
        """The job that hashes it."""
        for one in rows:
            job = queue.latest("releases.prepare", str(one.uid)) if clock.past() is None else None
            one.job = job.uid if job else None
