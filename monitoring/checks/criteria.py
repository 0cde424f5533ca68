"""What gates ask of checks."""

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from monitoring.checks.models import Check
from portal.people.models import Role
from portal.registry import Criterion, Evidence
from usecases.catalog.models import Health, UseCase


def is_watched(use_case: UseCase) -> Evidence:
    """Whether an active check knows its state. One query."""
    known = Count("pk", filter=~Q(state=Health.UNKNOWN))
    found = Check.objects.filter(use_case=use_case, is_active=True).aggregate(active=Count("pk"), known=known)
    if not found["active"]:
        return Evidence(False, _("No check is on."), reverse("check_new", args=[use_case.slug]), _("Define a check"))
    url = reverse("use_case_monitoring", args=[use_case.slug])
    if not found["known"]:
        sentence = _("Checks are on, and none has seen a point.")
        return Evidence(False, sentence, reverse("points_upload", args=[use_case.slug]), _("Send points"))
    sentence = ngettext("%(number)s check is on.", "%(number)s checks are on.", found["active"])
    return Evidence(True, sentence % {"number": found["active"]}, url)


CRITERIA = [
    Criterion(
        code="checks.active",
        title=gettext_lazy("A check watches it"),
        why=gettext_lazy("A bound says beforehand what will be called wrong, and who will be told."),
        face="operations",
        role=Role.IT,
        check=is_watched,
    )
]
