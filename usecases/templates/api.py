"""The API of templates: what one can start from, making one, archiving it, starting."""

from typing import Any

from django.db import models
from django.shortcuts import get_object_or_404
from django.urls import reverse
from rest_framework import serializers

from portal.api.endpoints import Creating, Endpoint, Listing
from portal.api.serializers import Body, Named, PersonOut
from portal.people.models import Scope
from usecases.catalog.api import OfUseCase
from usecases.catalog.views import teams_to_create_in
from usecases.templates import actions
from usecases.templates.models import Start, Template


class TemplateOut(serializers.ModelSerializer[Template]):
    """A template; `content` is what is copied."""

    created_by = PersonOut(read_only=True)
    content = serializers.DictField(read_only=True)

    class Meta:
        model = Template
        fields = ("slug", "name", "about", "content", "created_by", "archived_at", "uid", "occurred_at")
        read_only_fields = fields


class StartOut(serializers.ModelSerializer[Start]):
    """A use case that started, and from what (the stopped case only by who may see it)."""

    use_case = serializers.CharField(source="use_case.slug", read_only=True)
    template = serializers.CharField(source="template.slug", default=None, read_only=True, allow_null=True)

    class Meta:
        model = Start
        fields = ("use_case", "template", "uid", "occurred_at")
        read_only_fields = fields


class TemplateIn(Body):
    """A template to make of a use case."""

    name = serializers.CharField(max_length=120)
    about = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class StartIn(Body):
    """A use case to start."""

    team = Named(lambda view: teams_to_create_in(view.person), help_text="The slug of a team.")
    name = serializers.CharField(max_length=120)


class OfTemplates(Endpoint):
    """The templates of the organisation."""

    reads, writes = Scope.READ, Scope.WRITE
    serializer_class: Any = TemplateOut
    lookup_field, lookup_url_kwarg = "slug", "code"
    has_rules = True

    def rows(self) -> models.QuerySet[Template]:
        """Those that are offered."""
        return Template.objects.offered().select_related("created_by")


class Templates(Listing, OfTemplates):
    """What one can start from, by name."""

    orderings = ("name", "-id")


class MakeTemplate(Creating, OfUseCase):
    """Making a template of a use case."""

    writes = Scope.WRITE
    serializer_class = TemplateOut
    body = TemplateIn
    example = {"name": "E-mail campaign", "about": "For teams that choose whom to contact."}
    has_rules = True

    def create(self, sent: dict[str, Any]) -> Template:
        """Keep what is worth copying of the use case as a template."""
        return actions.make_template(self.use_case, by=self.person, **sent)


class StartFromCase(Creating, OfUseCase):
    """Starting from a stopped case."""

    writes = Scope.WRITE
    serializer_class = StartOut
    body = StartIn
    has_rules = True
    example = {"team": "marketing", "name": "Summer campaign"}

    def create(self, sent: dict[str, Any]) -> Start:
        """Open a use case with the words and the KPIs' meaning of a stopped one."""
        made = actions.start(sent["team"], self.use_case, by=self.person, name=sent["name"])
        return Start.objects.select_related("use_case", "template").get(use_case=made)

    def where(self, thing: Start) -> str:
        """The address of the new use case."""
        return reverse("api_use_case", args=[thing.use_case.slug])


class StartFromTemplate(Creating, OfTemplates):
    """Starting from a template."""

    serializer_class = StartOut
    body = StartIn
    example = {"team": "marketing", "name": "Summer campaign"}

    def create(self, sent: dict[str, Any]) -> Start:
        """Open a use case with the words and the KPIs' meaning of a template."""
        template = get_object_or_404(self.rows(), slug=self.kwargs["code"])
        made = actions.start(sent["team"], template, by=self.person, name=sent["name"])
        return Start.objects.select_related("use_case", "template").get(use_case=made)

    def where(self, thing: Start) -> str:
        """The address of the new use case."""
        return reverse("api_use_case", args=[thing.use_case.slug])
