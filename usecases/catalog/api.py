"""The API of the catalogue: use cases, the sites they serve, the sites of the organisation."""

from typing import Any

from django.db import models
from django.db.models import F
from django.shortcuts import get_object_or_404
from django.urls import reverse
from rest_framework import serializers

from portal import clock, registry
from portal.api.endpoints import Changing, Creating, Endpoint, Listing, Reading, Removing
from portal.api.serializers import Body, Named, PersonOut
from portal.people import rights
from portal.people.models import Scope, Team
from usecases.catalog import actions
from usecases.catalog.filters import SiteFilter, UseCaseFilter
from usecases.catalog.forms import CURRENCY
from usecases.catalog.models import (
    TAG_LENGTH,
    Availability,
    RiskTier,
    Site,
    Stage,
    UseCase,
    UseCaseSite,
)
from usecases.catalog.past import as_it_was
from usecases.catalog.portfolio import NO_HEADLINE, WORST_FIRST, place
from usecases.catalog.tree import use_cases_below


class OfUseCase(Endpoint):
    """An address under `use-cases/<slug>/`: 404 unless the token's owner may see the use case."""

    use_case: UseCase

    def load(self) -> None:
        """The use case with its team, as it was when somebody looks back. Raises Http404, BadInput before it was."""
        at = clock.past()
        with clock.looking_back(None):
            visible = UseCase.objects.visible_to(self.person).select_related("team")
            found = get_object_or_404(visible, slug=self.kwargs["slug"])
        self.use_case = found if at is None else as_it_was(found, at)

    def lock(self, thing: models.Model) -> None:
        """The use case first, as the actions do, then the thing: no two wait for each other in a circle."""
        super().lock(self.use_case)
        if thing != self.use_case:
            super().lock(thing)


def served(view: Any) -> models.QuerySet[Site]:
    """The sites that the use case of an address serves."""
    found: models.QuerySet[Site] = view.use_case.sites.all()
    return found


# --- sites of the organisation ---
class SiteOut(serializers.ModelSerializer[Site]):
    """A site; `use_cases` counts those one may see, at the site and below it."""

    parent = serializers.SlugRelatedField[Any](  # type: ignore[assignment]
        slug_field="slug", read_only=True, allow_null=True
    )
    use_cases = serializers.IntegerField(source="use_cases_seen", read_only=True)

    class Meta:
        model = Site
        fields = ("slug", "name", "kind", "parent", "use_cases")
        read_only_fields = fields


class SiteIn(Body):
    """A site to add; its slug is made from the name unless given, and never changes."""

    name = serializers.CharField(max_length=120)
    kind = serializers.CharField(max_length=40, required=False, allow_blank=True)
    slug = serializers.SlugField(max_length=60, required=False)
    parent = Named(lambda view: Site.objects.all(), required=False, allow_null=True)  # type: ignore[assignment]


class OfSites(Endpoint):
    """The sites of the organisation, which everybody may see."""

    reads = Scope.READ
    serializer_class = SiteOut
    lookup_field = "slug"

    def rows(self) -> models.QuerySet[Site]:
        """All of them."""
        return Site.objects.select_related("parent")

    def dress(self, rows: Any) -> None:
        """Count the use cases (two queries)."""
        held = use_cases_below(self.person)
        for site in rows:
            site.use_cases_seen = held.get(site.pk, 0)


class Sites(Listing, Creating, OfSites):
    """The sites of the organisation: each names the one it is part of."""

    writes = Scope.WRITE
    body = SiteIn
    example = {"name": "Delta field", "kind": "field"}
    filterset_class = SiteFilter
    orderings = ("slug", "-slug", "name", "-name")
    has_rules = True

    def create(self, sent: dict[str, Any]) -> Site:
        """Add a site to the organisation."""
        return actions.create_site(by=self.person, **sent)

    def where(self, thing: Site) -> str:
        """Its address."""
        return reverse("api_site", args=[thing.slug])


class OneSite(Reading, OfSites):
    """A site of the organisation."""


# --- use cases ---
class TeamOut(serializers.ModelSerializer[Team]):
    """A team, named."""

    class Meta:
        model = Team
        fields = ("slug", "name")
        read_only_fields = fields


class HeadlineOut(serializers.Serializer[Any]):
    """The one figure that stands for a use case, in words, or the note that says why there is none."""

    title = serializers.CharField()
    value = serializers.CharField()
    interval = serializers.CharField(help_text="Of 95 %, in words.")
    grade = serializers.CharField(help_text="How it is proven: A, B or C.")
    note = serializers.CharField()
    as_of = serializers.DateTimeField(allow_null=True)


class BriefOut(serializers.ModelSerializer[UseCase]):
    """A use case in brief."""

    team = TeamOut(read_only=True)
    sites = serializers.SerializerMethodField()
    health_reason = serializers.CharField(read_only=True)

    class Meta:
        model = UseCase
        fields: tuple[str, ...] = (
            "uid",
            "slug",
            "name",
            "decision",
            "team",
            "stage",
            "stage_since",
            "health",
            "health_since",
            "health_reason",
            "sites",
            "tags",
            "value_score",
            "feasibility_score",
            "scored_at",
            "funding",
            "is_shared",
        )
        read_only_fields: tuple[str, ...] = fields

    def get_sites(self, use_case: UseCase) -> list[str]:
        """The slugs of the sites it serves."""
        return [served.site.slug for served in use_case.served_sites.all()]


class ListedOut(BriefOut):
    """A use case as the portfolio shows it."""

    headline = HeadlineOut(read_only=True)

    class Meta(BriefOut.Meta):
        fields = (*BriefOut.Meta.fields, "headline")
        read_only_fields = fields


def _one_of(choices: type[Availability | RiskTier]) -> str:
    return f"{', '.join(choices.values)}; empty: not said."


class UseCaseOut(BriefOut):
    """A use case in full; its figures are told by its KPIs."""

    data_availability = serializers.CharField(read_only=True, help_text=_one_of(Availability))
    risk_tier = serializers.CharField(read_only=True, help_text=_one_of(RiskTier))
    created_by = PersonOut(read_only=True)

    class Meta(BriefOut.Meta):
        fields = (
            *BriefOut.Meta.fields,
            "decision_users",
            "problem",
            "hypothesis",
            *actions.MEANS,
            "currency",
            "data_note",
            "occurred_at",
            "created_by",
        )
        read_only_fields = fields


class Description(Body):
    """What a use case is about."""

    name = serializers.CharField(max_length=120)
    decision = serializers.CharField(max_length=240, required=False, allow_blank=True, help_text="Who decides what.")
    decision_users = serializers.CharField(max_length=240, required=False, allow_blank=True)
    problem = serializers.CharField(max_length=20_000, required=False, allow_blank=True)
    hypothesis = serializers.CharField(max_length=20_000, required=False, allow_blank=True)
    data_availability = serializers.ChoiceField(choices=Availability.choices, required=False, allow_blank=True)
    data_frequency = serializers.CharField(max_length=240, required=False, allow_blank=True)
    annotation_capacity = serializers.CharField(max_length=240, required=False, allow_blank=True)
    algorithm = serializers.CharField(max_length=240, required=False, allow_blank=True)
    algorithm_reason = serializers.CharField(max_length=20_000, required=False, allow_blank=True)
    risk_tier = serializers.ChoiceField(choices=RiskTier.choices, required=False, allow_blank=True)
    currency = serializers.RegexField(CURRENCY, required=False, help_text="Three letters, as EUR.")
    tags = serializers.ListField(
        child=serializers.CharField(max_length=TAG_LENGTH), required=False, max_length=actions.MOST_TAGS
    )
    data_note = serializers.CharField(max_length=20_000, required=False, allow_blank=True)


class UseCaseIn(Description):
    """A use case to open; its slug is made from the name unless given, and never changes."""

    team = Named(lambda view: teams(view), help_text="The slug of a team.")
    slug = serializers.SlugField(max_length=60, required=False)


class UseCaseChange(Description):
    """What to rewrite; `is_shared` lets everybody in the organisation read it."""

    is_shared = serializers.BooleanField(required=False)


class UseCases(Listing, Creating):
    """The use cases one may see, as the portfolio lists them."""

    reads, writes = Scope.READ, Scope.WRITE
    serializer_class, body = ListedOut, UseCaseIn
    example = {"team": "harbour", "name": "Autumn letters", "decision": "Each month, decide who gets which letter."}
    filterset_class = UseCaseFilter
    has_rules = True
    orderings = (
        *("slug", "-slug", "name", "-name", "stage_since", "-stage_since", "decision", "-decision"),
        *("health_rank", "-health_rank", "stage_rank", "-stage_rank", "team_name", "-team_name"),
        *("is_shared", "-is_shared"),
    )

    def rows(self) -> models.QuerySet[UseCase]:
        """Those one may see; `health_rank` is 0 for an error, `stage_rank` 0 for exploration."""
        ranks = {"health_rank": place("health", WORST_FIRST), "stage_rank": place("stage", tuple(Stage))}
        found = UseCase.objects.visible_to(self.person).annotate(**ranks, team_name=F("team__name"))
        return found.select_related("team").prefetch_related("served_sites__site")

    def dress(self, rows: Any) -> None:
        """Their headlines."""
        headlines = registry.headlines(rows)
        for use_case in rows:
            use_case.headline = headlines.get(use_case.pk, NO_HEADLINE)

    def create(self, sent: dict[str, Any]) -> UseCase:
        """Open a use case, in exploration."""
        return actions.create_use_case(by=self.person, **sent)

    def where(self, thing: UseCase) -> str:
        """Its address."""
        return reverse("api_use_case", args=[thing.slug])


class OneUseCase(Reading, Changing, OfUseCase):
    """A use case: what it is about, where it stands, how it is."""

    shows_the_past = True
    reads, writes = Scope.READ, Scope.WRITE
    serializer_class, body = UseCaseOut, UseCaseChange
    lookup_field = "slug"
    has_rules = True

    def rows(self) -> models.QuerySet[UseCase]:
        """The use case of this address."""
        found = UseCase.objects.filter(pk=self.use_case.pk).select_related("team", "created_by")
        return found.prefetch_related("served_sites__site")

    def thing(self) -> UseCase:
        """The row; as it was when somebody looks back."""
        return self.use_case if clock.past() is not None else super().thing()

    def change(self, thing: UseCase, sent: dict[str, Any]) -> None:
        """Describe a use case better, or share it."""
        actions.edit_use_case(thing, by=self.person, **sent)


# --- the sites of a use case ---
class ServedSiteOut(serializers.ModelSerializer[UseCaseSite]):
    """A site that a use case serves, and what is particular there: part of what is approved."""

    site = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    name = serializers.CharField(source="site.name", read_only=True)

    class Meta:
        model = UseCaseSite
        fields = ("uid", "site", "name", "specifics")
        read_only_fields = fields


class Specifics(Body):
    """What is particular at a site."""

    specifics = serializers.CharField(max_length=20_000, allow_blank=True, required=False)


class ServedSiteIn(Specifics):
    """A site to serve."""

    site = Named(lambda view: Site.objects.all(), help_text="The slug of a site.")


class OfServedSites(OfUseCase):
    """The sites a use case serves."""

    reads, writes = Scope.READ, Scope.WRITE
    serializer_class = ServedSiteOut
    lookup_field, lookup_url_kwarg = "site__slug", "site"

    def rows(self) -> models.QuerySet[UseCaseSite]:
        """Those of the use case."""
        return self.use_case.served_sites.select_related("site")


class ServedSites(Listing, Creating, OfServedSites):
    """The sites a use case serves, and what is particular at each."""

    shows_the_past = True
    body = ServedSiteIn
    example = {"site": "rural", "specifics": "Two letters a month at most."}
    has_rules = True

    def create(self, sent: dict[str, Any]) -> UseCaseSite:
        """Serve a site, or rewrite what is particular there when it is served already."""
        return actions.serve_site(self.use_case, by=self.person, **sent)

    def where(self, thing: UseCaseSite) -> str:
        """Its address."""
        return reverse("api_use_case_site", args=[self.use_case.slug, thing.site.slug])


class OneServedSite(Reading, Changing, Removing, OfServedSites):
    """A site a use case serves, and what is particular there."""

    body = Specifics

    def change(self, thing: UseCaseSite, sent: dict[str, Any]) -> None:
        """Rewrite what is particular at a site."""
        actions.serve_site(self.use_case, thing.site, by=self.person, **{"specifics": thing.specifics, **sent})

    def remove(self, thing: UseCaseSite) -> None:
        """Serve a site no longer; the journal keeps what was particular there."""
        actions.leave_site(self.use_case, thing.site, by=self.person)


def teams(view: Endpoint) -> models.QuerySet[Team]:
    """The teams that whoever asks may see."""
    everything = Team.objects.all()
    if rights.sees_everything(view.person):
        return everything
    return everything.filter(pk__in=rights.team_ids(view.person))
