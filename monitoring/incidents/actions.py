"""What people do with incidents."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from monitoring.incidents import transitions
from monitoring.incidents.models import Incident
from portal.errors import BadInput, Refused
from portal.people import rights
from portal.people.models import User

SHORTEST_CAUSE = 10


def acknowledge(incident: Incident, *, by: User) -> Incident:
    """Take an incident in hand: its owner is `by`. Raises NotAllowed, Refused when it is not open any more."""
    rights.require(by, "incident.handle", incident.use_case.team, incident.place)
    with transaction.atomic():
        if not transitions.acknowledge(incident, by=by):
            raise Refused(_not_any_more(incident))
    return incident


def resolve(incident: Incident, *, by: User, cause: str) -> Incident:
    """Close an incident by saying why it happened. Raises NotAllowed, BadInput, Refused when it is resolved."""
    rights.require(by, "incident.handle", incident.use_case.team, incident.place)
    cause = cause.strip()
    if len(cause) < SHORTEST_CAUSE or "\0" in cause:
        raise BadInput.of(
            _("An incident is resolved by saying why it happened."),
            {"cause": _("Say the cause in at least %(least)s characters.") % {"least": SHORTEST_CAUSE}},
        )
    with transaction.atomic():
        if not transitions.resolve(incident, by=by, cause=cause):
            raise Refused(_not_any_more(incident))
    return incident


def _not_any_more(incident: Incident) -> str:
    incident.refresh_from_db()
    if incident.resolved_by is not None:
        return _("%(name)s resolved it already.") % {"name": incident.resolved_by}
    return _("%(name)s has it in hand already.") % {"name": incident.owner}
