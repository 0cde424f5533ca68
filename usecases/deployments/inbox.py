"""Requests that wait for this person."""

from django.utils.translation import gettext as _

from portal.people.models import User
from portal.registry import InboxItem
from usecases.deployments.models import Deployment


def waiting(user: User) -> list[InboxItem]:
    """The requests this person may decide: not their own, not on their own model (one query)."""
    return [
        InboxItem(
            kind="approval",
            icon="rocket",
            title=_("%(release)s to %(target)s") % {"release": one.release, "target": one.target},
            detail=_("%(use_case)s · asked by %(who)s") % {"use_case": one.use_case, "who": one.requested_by},
            url=one.get_absolute_url(),
            action=_("Decide"),
            since=one.status_since,
            urgent=one.target.environment.is_production,
        )
        for one in Deployment.objects.waiting_for(user).for_pages()
    ]
