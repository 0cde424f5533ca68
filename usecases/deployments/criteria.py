"""What gates ask of deployments."""

from django.db.models import Count, Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.registry import Criterion, Evidence
from usecases.catalog.models import UseCase
from usecases.deployments.models import Deployment, DeploymentKind, DeploymentQuerySet, DeploymentStatus, ReleaseKind


def live_at_a_site(use_case: UseCase) -> Evidence:
    """Met when a model of this use case is live somewhere, in real conditions."""
    live = _live_models(use_case).first()
    if live is None:
        return _not_yet(use_case, _("No model is live at a site yet."))
    return Evidence(True, _("%(release)s is live at %(target)s.") % _names(live), live.get_absolute_url())


def approved_and_live(use_case: UseCase) -> Evidence:
    """Met when a model is live in production whose very digest got there once with the approvals it needed.

    A roll-back brings back what was approved then.
    """
    yes = Count("approvals", filter=Q(approvals__verdict="approve", approvals__digest=F("digest")))
    same = Deployment.objects.filter(target=OuterRef("target"), digest=OuterRef("digest"))
    approved = same.filter(kind=DeploymentKind.REQUEST).annotate(yes=yes).filter(yes__gte=F("approvals_needed"))
    live = _live_models(use_case).filter(target__environment__is_production=True)
    found = live.filter(Exists(approved)).first()
    if found is None:
        return _not_yet(use_case, _("No model that IT approved is live in production yet."))
    sentence = _("%(release)s is approved by IT and live at %(target)s.") % _names(found)
    return Evidence(True, sentence, found.get_absolute_url())


def return_rehearsed(use_case: UseCase) -> Evidence:
    """Met when the way back was really taken once: a roll-back, or a requested return to the system in place."""
    returned = Q(kind=DeploymentKind.ROLL_BACK) | Q(kind=DeploymentKind.REQUEST, release__kind=ReleaseKind.IN_PLACE)
    found = Deployment.objects.filter(returned, use_case=use_case, live_from__isnull=False).for_pages().first()
    if found is None:
        return _not_yet(use_case, _("The way back was never taken yet: roll back once, while it does not hurt."))
    sentence = _("%(target)s went back to %(release)s once.") % _names(found)
    return Evidence(True, sentence, found.get_absolute_url())


def _live_models(use_case: UseCase) -> DeploymentQuerySet:
    found = Deployment.objects.filter(use_case=use_case, status=DeploymentStatus.LIVE, release__kind=ReleaseKind.MODEL)
    return found.for_pages().order_by("-target__environment__is_production", "live_from")


def _not_yet(use_case: UseCase, sentence: str) -> Evidence:
    return Evidence(False, sentence, reverse("use_case_deployments", args=[use_case.slug]), _("See the deployments"))


def _names(one: Deployment) -> dict[str, object]:
    return {"release": one.release, "target": one.target}


CRITERIA = (
    Criterion(
        code="deployments.live_at_a_site",
        title=gettext_lazy("A model is live at a site"),
        why=gettext_lazy("Only real conditions show what integration and operation really cost."),
        face="integration",
        role="it",
        check=live_at_a_site,
    ),
    Criterion(
        code="deployments.approved_and_live",
        title=gettext_lazy("Approved by IT and live in production"),
        why=gettext_lazy("Production begins when IT has said yes to exactly what runs."),
        face="integration",
        role="it",
        check=approved_and_live,
    ),
    Criterion(
        code="deployments.return_rehearsed",
        title=gettext_lazy("The way back was rehearsed"),
        why=gettext_lazy("A roll-back that was never tried does not work on the day it is needed."),
        face="operations",
        role="it",
        check=return_rehearsed,
    ),
)
