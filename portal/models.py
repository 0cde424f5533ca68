"""Index of the portal's tables: imports only."""

from portal.api.models import KeptAnswer
from portal.audit.models import Event
from portal.jobs.models import Heartbeat, Job, JobAttempt, JobLine, PeriodicRun
from portal.people.models import AccessToken, Membership, OneTimeLink, OrganisationGrant, Team, User

__all__ = [
    "AccessToken",
    "Event",
    "Heartbeat",
    "Job",
    "JobAttempt",
    "JobLine",
    "KeptAnswer",
    "Membership",
    "OneTimeLink",
    "OrganisationGrant",
    "PeriodicRun",
    "Team",
    "User",
]
