"""The API of iterations: what was agreed, where it really ran, what came out, who signed."""

from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework import serializers

from portal import clock
from portal.api.endpoints import Acting, Changing, Creating, Listing, Reading
from portal.api.serializers import Body, Named, PersonOut
from portal.errors import BadInput
from portal.people.models import Role, Scope
from usecases.catalog.api import OfUseCase, served
from usecases.iterations import actions
from usecases.iterations.conditions import conditions
from usecases.iterations.models import Decision, Iteration, IterationSignature, Plug
from usecases.iterations.past import as_it_was
from usecases.kpis.models import KPI


class IterationSignatureOut(serializers.ModelSerializer[IterationSignature]):
    """A signature of a conclusion: for a role, by whom, in which round."""

    by = PersonOut(read_only=True)

    class Meta:
        model = IterationSignature
        fields = ("round", "role", "by", "comment", "occurred_at")
        read_only_fields = fields


class ConditionOut(serializers.Serializer[Any]):
    """An iteration at a site, computed: since when a model was live, and on how many days points came while it was."""

    site = serializers.CharField(source="slug")
    live_since = serializers.DateTimeField(allow_null=True)
    releases = serializers.ListField(child=serializers.IntegerField())
    days = serializers.IntegerField()
    on_flows = serializers.BooleanField()
    sentence = serializers.CharField()


class IterationOut(serializers.ModelSerializer[Iteration]):
    """An iteration; its result is null until somebody concluded."""

    kpi = serializers.IntegerField(source="kpi_version.kpi.number", read_only=True)
    kpi_version = serializers.IntegerField(source="kpi_version.number", read_only=True)
    sites = serializers.SerializerMethodField()
    decision = serializers.CharField(read_only=True, help_text="go, pivot or stop; empty until it is concluded.")
    opened_by = PersonOut(read_only=True)
    concluded_by = PersonOut(read_only=True, allow_null=True)
    signatures = IterationSignatureOut(many=True, read_only=True)
    result = serializers.DictField(read_only=True, allow_null=True)

    class Meta:
        model = Iteration
        fields = (
            *("number", "title", "hypothesis", "plugs", "kpi", "kpi_version", "sites", "starts_on", "ends_on"),
            *("opened_by", "status", "status_since", "round", "decision", "reason", "findings", "result"),
            *("concluded_by", "signatures", "uid", "occurred_at"),
        )
        read_only_fields = fields

    def get_sites(self, one: Iteration) -> list[str]:
        """The slugs of its sites."""
        return sorted(site.slug for site in one.sites.all())


class ConditionsOut(serializers.Serializer[Any]):
    """The real conditions of an iteration, site by site."""

    results = ConditionOut(many=True)


def kpis_of(view: Any) -> models.QuerySet[KPI]:
    """The KPIs of the use case of an address."""
    found: models.QuerySet[KPI] = view.use_case.kpis.select_related("use_case__team", "owner")
    return found


class PlacesIn(Body):
    """Where and until when."""

    ends_on = serializers.DateField()
    sites = serializers.ListField(child=serializers.SlugField(max_length=60), min_length=1, max_length=200)


class IterationIn(PlacesIn):
    """An iteration to open; the first one plugs a constant or a simple baseline in."""

    title = serializers.CharField(max_length=120)
    hypothesis = serializers.CharField(max_length=4000)
    plugs = serializers.ChoiceField(choices=Plug.choices)
    kpi = Named(kpis_of, by="number")
    starts_on = serializers.DateField()


class ConclusionIn(Body):
    """How an iteration ends."""

    decision = serializers.ChoiceField(choices=Decision.choices)
    reason = serializers.CharField(max_length=2000)
    findings = serializers.CharField(max_length=4000, help_text="What integration taught.")


class WhyTakenBackIn(Body):
    """Why a conclusion is taken back."""

    reason = serializers.CharField(max_length=2000)


class IterationSignatureIn(Body):
    """A signature; `role` is needed when one plays several."""

    role = serializers.ChoiceField(choices=Role.choices, required=False)
    comment = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class OfIterations(OfUseCase):
    """The iterations of a use case."""

    reads, writes = Scope.READ, Scope.WRITE
    serializer_class: Any = IterationOut
    lookup_field = "number"
    has_rules = True

    def rows(self) -> models.QuerySet[Iteration]:
        """With what is told of each."""
        found = Iteration.objects.filter(use_case=self.use_case).prefetch_related("sites", "signatures__by")
        return found.select_related("use_case__team", "kpi_version__kpi__use_case__team", "opened_by", "concluded_by")

    def places(self, sent: dict[str, Any]) -> list[Any]:
        """The sites named by their slugs. Raises BadInput for one that the use case does not serve."""
        found = {site.slug: site for site in served(self).filter(slug__in=sent["sites"])}
        if missing := [slug for slug in sent["sites"] if slug not in found]:
            sentence = _("Not a site of this use case: %(names)s.") % {"names": ", ".join(missing)}
            raise BadInput.of(sentence, {"sites": sentence})
        return list(found.values())


class Iterations(Listing, Creating, OfIterations):
    """The iterations of a use case, the last one first."""

    body = IterationIn
    orderings = ("-number", "number")
    example = {
        "title": "Constant advice",
        "hypothesis": "Operators read the list each Monday.",
        "plugs": "constant",
        "kpi": 1,
        "sites": ["rural"],
        "starts_on": "2026-03-02",
        "ends_on": "2026-03-30",
    }

    def create(self, sent: dict[str, Any]) -> Iteration:
        """Open the next iteration, on the KPI as it is agreed now."""
        made = actions.open_iteration(self.use_case, by=self.person, **{**sent, "sites": self.places(sent)})
        return self.rows().get(pk=made.pk)

    def where(self, thing: Iteration) -> str:
        """Its address."""
        return reverse("api_iteration", args=[self.use_case.slug, thing.number])


class OneIteration(Reading, Changing, OfIterations):
    """An iteration; while it is open its sites and its last day can be changed, both together."""

    shows_the_past = True
    body = PlacesIn

    def dress(self, rows: Any) -> None:
        """As it was, when one looks back; what was not kept is empty."""
        at = clock.past()
        if at is None:
            return
        for one in rows:
            one._prefetched_objects_cache["sites"] = as_it_was(one, at).sites

    def change(self, thing: Iteration, sent: dict[str, Any]) -> None:
        """Change the sites and the last day; what is left out stays."""
        sites = self.places(sent) if "sites" in sent else list(thing.sites.all())
        actions.amend(thing, by=self.person, ends_on=sent.get("ends_on", thing.ends_on), sites=sites)


class Conditions(Reading, OfIterations):
    """Where an iteration was really tried: live at a site, in production, while points came. Computed, never typed."""

    shows_the_past = True
    serializer_class = ConditionsOut

    def thing(self) -> Any:
        """Site by site. Raises Http404."""
        one, at = super().thing(), clock.past()
        sites = as_it_was(one, at).sites if at else None
        return {"results": conditions([one], sites=sites)[one.pk]}


class AgreeAgain(Acting, OfIterations):
    """Agree on the KPI as it is now."""

    def act(self, thing: Iteration, sent: dict[str, Any]) -> None:
        """Agree on the KPI and its proxy metric as they are now, as the next version."""
        actions.agree_again(thing, by=self.person)


class Conclude(Acting, OfIterations):
    """Conclude an iteration: go, pivot or stop."""

    body = ConclusionIn
    example = {"decision": "go", "reason": "Worth it.", "findings": "The file comes late on Mondays."}

    def act(self, thing: Iteration, sent: dict[str, Any]) -> None:
        """Write how it ends; the KPI's result is read and kept, and three signatures are waited for."""
        actions.conclude(thing, by=self.person, **sent)


class TakeBack(Acting, OfIterations):
    """Take the conclusion of an iteration back."""

    body = WhyTakenBackIn
    example = {"reason": "A figure was wrong."}

    def act(self, thing: Iteration, sent: dict[str, Any]) -> None:
        """Take the conclusion back to rewrite it; its signatures count no more."""
        actions.take_back(thing, by=self.person, **sent)


class Sign(Acting, OfIterations):
    """Sign the conclusion of an iteration."""

    body = IterationSignatureIn
    example = {"role": "business", "comment": "Read, and agreed."}

    def act(self, thing: Iteration, sent: dict[str, Any]) -> None:
        """Sign the conclusion for one's role; the third signature closes the iteration."""
        actions.sign(thing, by=self.person, **sent)
