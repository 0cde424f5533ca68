"""Index of the portal's tables: imports only."""

from portal.audit.models import Event
from portal.jobs.models import Job, PeriodicRun
from portal.people.models import AccessToken, Membership, OneTimeLink, OrganisationGrant, Team, User

__all__ = [
    "AccessToken",
    "Event",
    "Job",
    "Membership",
    "OneTimeLink",
    "OrganisationGrant",
    "PeriodicRun",
    "Team",
    "User",
]
