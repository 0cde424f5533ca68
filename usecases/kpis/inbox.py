"""What waits for the business: measurements to validate."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.people import rights
from portal.people.models import User
from portal.registry import InboxItem
from usecases.kpis.models import KPI


def waiting(user: User) -> list[InboxItem]:
    """One item per KPI with measurements that this person may validate. One query."""
    if not user.is_active:
        return []
    teams = rights.teams_where(user, "kpi.validate")
    mine = rights.reached(user, "kpi.validate", "measurements__site", team="use_case__team")
    kpis = KPI.objects.filter(use_case__team__in=teams).with_waiting(mine).filter(waiting__gt=0)
    return [
        InboxItem(
            kind="kpi",
            icon="chart-line",
            title=_("Validate %(kpi)s") % {"kpi": kpi.name},
            detail=ngettext(
                "%(use_case)s: %(number)s measurement waits for the business.",
                "%(use_case)s: %(number)s measurements wait for the business.",
                kpi.waiting,
            )
            % {"use_case": kpi.use_case.name, "number": kpi.waiting},
            url=reverse("kpi", args=[kpi.use_case.slug, kpi.number]),
            action=_("Validate"),
            since=kpi.waiting_since,
        )
        for kpi in kpis.select_related("use_case")
    ]
