"""A verdict, and in which role it may be given."""

from django.utils.translation import gettext_lazy as _

from portal.errors import NotAllowed
from portal.people import rights
from portal.people.models import User
from usecases.deployments.models import Approval, Deployment, Verdict


def may_stand_in(role: rights.Held, deployment: Deployment) -> bool:
    """Whether four eyes let this role approve: one's own, or of who neither asked nor wrote the model."""
    return role.stands_for is None or role.stands_for not in (deployment.requested_by_id, deployment.model_author_id)


def vote(deployment: Deployment, verdict: Verdict, comment: str, *, by: User) -> None:
    """Keep a verdict with the role it was given in: one's own first; the journal, too, says for whom."""
    team = deployment.use_case.team
    roles = rights.held_for(by, "deployment.approve", team, deployment.target.place)
    allowed = [one for one in roles if verdict != Verdict.APPROVE or may_stand_in(one, deployment)]
    if not allowed:
        raise NotAllowed(_("Nobody decides in the name of who asked for it or wrote the model."))
    role = allowed[0]
    rights.act_as(by, role, team)
    Approval.objects.create(
        deployment=deployment,
        approver=by,
        role=role.role,
        site_id=role.site,
        environment_id=role.environment,
        stands_for_id=role.stands_for,
        requester=deployment.requested_by,
        author=deployment.model_author,
        verdict=verdict,
        digest=deployment.digest,
        comment=comment,
    )
