"""What incidents say in a review: those that are not over."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from monitoring.incidents.models import Incident, in_status
from portal.registry import Grid, Part, Section, Value
from usecases.catalog.models import UseCase


def render(use_case: UseCase, as_of: datetime) -> list[Part]:
    """A row per unresolved incident, the oldest first. One query."""
    found = Incident.objects.filter(in_status(["open", "acknowledged"]), use_case=use_case)
    rows: list[list[Value]] = [
        [str(one), one.get_severity_display(), one.began_at, one.get_status_display()]
        for one in found.select_related("check_that_failed").order_by("began_at")
    ]
    if not rows:
        return [_("No incident is open.")]
    return [Grid([_("Incident"), _("Severity"), _("Began"), _("Status")], rows)]


SECTIONS = [
    Section("incidents", gettext_lazy("Incidents"), render, 40, ("incident.opened", "incident.resolved")),
]
