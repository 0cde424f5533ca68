"""What waits because something is wrong."""

from django.db.models import Q
from django.utils.translation import gettext as _

from monitoring.checks.models import Severity
from monitoring.incidents.models import Incident, IncidentStatus
from portal.people import rights
from portal.people.models import User
from portal.registry import InboxItem


def waiting(user: User) -> list[InboxItem]:
    """Open incidents of the teams where this person may handle them, and those they hold that are over. One query."""
    if not user.is_active:
        return []
    teams = rights.teams_where(user, "incident.handle")
    there = rights.reached(user, "incident.handle", "check_that_failed__series__site", team="use_case__team")
    held = Q(status=IncidentStatus.ACKNOWLEDGED, owner=user, recovered_at__isnull=False)
    found = Incident.objects.filter(there, Q(status=IncidentStatus.OPEN) | held, use_case__team__in=teams)
    return [_item(incident) for incident in found.select_related("use_case", "check_that_failed__series__site")]


def _item(incident: Incident) -> InboxItem:
    is_open = incident.status == IncidentStatus.OPEN
    check = incident.check_that_failed
    return InboxItem(
        kind="incident",
        icon="alert-triangle",
        title=check.name,
        detail=_("%(use_case)s: %(rule)s, seen %(value)s.")
        % {"use_case": incident.use_case.name, "rule": check.rule, "value": f"{incident.value:.4g}"},
        url=incident.get_absolute_url(),
        action=_("Take it in hand") if is_open else _("Say why"),
        since=incident.began_at,
        urgent=is_open and incident.severity == Severity.ERROR,
    )
