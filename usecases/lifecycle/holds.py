"""What keeps a roll-out back: a use case that left its road, a gate beyond the first site that is not passed."""

from django.utils.translation import gettext as _

from portal.registry import Text
from usecases.catalog.models import Site, UseCase
from usecases.deployments.models import Deployment, DeploymentStatus, Environment, ReleaseKind
from usecases.lifecycle.evaluate import is_passed
from usecases.lifecycle.models import GateKey
from usecases.lifecycle.transitions import ROAD

S = DeploymentStatus
# A model that went so far is at its site, or on its way.
THERE = (S.APPROVED, S.RUNNING, S.LIVE, S.REPLACED)


def hold(use_case: UseCase, environment: Environment, site: Site) -> Text | None:
    """Why a model may not go there now; None when nothing of the lifecycle holds it. Three queries at most."""
    stage = UseCase.objects.values_list("stage", flat=True).get(pk=use_case.pk)
    if stage not in ROAD:
        return _("The use case has left the road: nothing of it is deployed until it is resumed.")
    if not environment.is_production:
        return None
    gone = Deployment.objects.filter(
        use_case=use_case,
        release__kind=ReleaseKind.MODEL,
        target__environment__is_production=True,
        status__in=THERE,
    )
    sites = dict(gone.order_by("pk").values_list("target__site_id", "target__site__name"))
    if not sites or site.pk in sites or is_passed(use_case, GateKey.BEYOND):
        return None
    said = _("%(site)s would be a site beyond the first one (%(first)s): the gate beyond the first site comes first.")
    return said % {"site": site, "first": next(iter(sites.values()))}
