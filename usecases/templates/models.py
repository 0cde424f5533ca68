"""Templates of use cases, and where each use case started from."""

from django.conf import settings
from django.db import models

from portal.people.models import User
from portal.records import Known, Record
from usecases.catalog.models import Stage, UseCase


class TemplateQuerySet(models.QuerySet["Template"]):
    """Questions of the pages."""

    def offered(self) -> "TemplateQuerySet":
        """Those one can start from: everybody in the organisation, so they hold nothing of anybody's customers."""
        return self.filter(archived_at=None)


class Template(Record):
    """What is worth copying of a use case: its words, what its KPIs mean. Everybody in the organisation reads it."""

    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(max_length=60, unique=True)
    about = models.TextField(blank=True)
    # {"description": {decision, problem, algorithm, currency…}, "kpis": [{…}]}: see `seeds.py`.
    content = models.JSONField(default=dict)
    made_from = models.ForeignKey(UseCase, null=True, on_delete=models.PROTECT, related_name="templates_made")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    archived_at = models.DateTimeField(null=True)

    objects = Known.from_queryset(TemplateQuerySet)()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Start(Record):
    """Where a use case started from: a template, or a case that was stopped."""

    use_case = models.OneToOneField(UseCase, on_delete=models.CASCADE, related_name="start")
    template = models.ForeignKey(Template, null=True, on_delete=models.PROTECT, related_name="starts")
    source = models.ForeignKey(UseCase, null=True, on_delete=models.PROTECT, related_name="followers_started")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(template__isnull=True) ^ models.Q(source__isnull=True), name="start_from_one_thing"
            ),
            models.CheckConstraint(
                condition=models.Q(source__isnull=True) | ~models.Q(source=models.F("use_case")),
                name="start_from_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.use_case_id} ← {self.template_id or self.source_id}"


def stopped_for(user: User) -> models.QuerySet[UseCase]:
    """The stopped cases that this person may see, and so start from."""
    return UseCase.objects.visible_to(user).filter(stage=Stage.STOPPED).order_by("name")
