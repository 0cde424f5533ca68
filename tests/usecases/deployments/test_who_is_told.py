"""Each decision on a deployment tells whom it concerns, and nobody else."""

import pytest

from portal.notifications.models import Notification
from usecases.deployments import actions

DECIDED = {
    "a request waits": (None, "notice.deployment_requested", {"it"}),
    "it is approved": (actions.approve, "notice.deployment_approved", {"data"}),
    "it is rejected": (actions.reject, "notice.deployment_rejected", {"data"}),
    "changes are asked": (actions.ask_changes, "notice.deployment_changes", {"data"}),
}


@pytest.mark.parametrize(("decide", "kind", "whom"), DECIDED.values(), ids=DECIDED)
def test_whom_a_decision_concerns_is_told_and_nobody_else(
    decide, kind, whom, request_it, it, business, viewer, decision_user, admin, stranger
):
    deployment = request_it()
    if decide:
        decide(deployment, by=it, comment="As it stands")
    found = Notification.objects.filter(message__kind=kind).select_related("person")
    assert {one.person.username for one in found} == whom
