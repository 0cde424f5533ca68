"""Index of the portal's tables: imports only."""

from portal.api.models import KeptAnswer
from portal.audit.models import Event, Head, Seal, Unsealed, Verification
from portal.jobs.models import Heartbeat, Job, JobAttempt, JobLine, PeriodicRun
from portal.notifications.models import Attempt, ChatRoom, Delivery, Endpoint, Habits, Message, Notification
from portal.people.models import (
    AccessToken,
    Deputy,
    Membership,
    OneTimeLink,
    OrganisationGrant,
    ServiceAccount,
    Team,
    Tenure,
    User,
)
from portal.saved_views.models import DefaultView, SavedView
from portal.signin.models import GroupGrant, GroupRule, SecondFactorReset, Session, SignInPolicy
from portal.talk.models import Comment, CommentVersion, Follow, FollowChoice, Mention

__all__ = [
    "AccessToken",
    "Attempt",
    "ChatRoom",
    "Comment",
    "CommentVersion",
    "DefaultView",
    "Delivery",
    "Deputy",
    "Endpoint",
    "Event",
    "Follow",
    "FollowChoice",
    "GroupGrant",
    "GroupRule",
    "Habits",
    "Head",
    "Heartbeat",
    "Job",
    "JobAttempt",
    "JobLine",
    "KeptAnswer",
    "Membership",
    "Mention",
    "Message",
    "Notification",
    "OneTimeLink",
    "OrganisationGrant",
    "PeriodicRun",
    "SavedView",
    "Seal",
    "SecondFactorReset",
    "ServiceAccount",
    "Session",
    "SignInPolicy",
    "Team",
    "Tenure",
    "Unsealed",
    "User",
    "Verification",
]
