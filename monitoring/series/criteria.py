"""What gates ask of series."""

from datetime import timedelta

from django.db.models import Count, Max, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from monitoring.series.models import Series
from portal import clock
from portal.people.models import Role
from portal.registry import Criterion, Evidence
from portal.ui import wording
from usecases.catalog.models import UseCase

RECENT = timedelta(days=35)


def points_arrive(use_case: UseCase) -> Evidence:
    """Whether a series of the use case had a point in the last 35 days. One query."""
    now = clock.now()
    lately = Count("pk", filter=Q(latest__ts__gte=now - RECENT))
    found = Series.objects.filter(use_case=use_case).aggregate(last=Max("latest__ts"), recent=lately)
    last, recent = found["last"], found["recent"]
    if last is None:
        url = reverse("points_upload", args=[use_case.slug])
        return Evidence(False, _("No point has arrived yet."), url, _("Send points"))
    url = reverse("use_case_monitoring", args=[use_case.slug])
    if not recent:
        sentence = _("The last point is of %(day)s.") % {"day": wording.day(last)}
        return Evidence(False, sentence, url, _("Look at the series"))
    sentence = ngettext(
        "%(number)s series is fed; its last point is of %(day)s.",
        "%(number)s series are fed; the last point is of %(day)s.",
        recent,
    )
    return Evidence(True, sentence % {"number": recent, "day": wording.day(last)}, url)


CRITERIA = [
    Criterion(
        code="series.points_arrive",
        title=gettext_lazy("Points arrive from where it runs"),
        why=gettext_lazy("What sends nothing is not watched: nobody will see it go wrong."),
        face="data",
        role=Role.DATA,
        check=points_arrive,
    )
]
