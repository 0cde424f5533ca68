"""80 % on ML, then 80 % again on integration: what begins with integration late ends late."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import Min, Q, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.registry import Finding, Signal
from usecases.catalog.models import Stage, UseCase
from usecases.roi.models import Cost, CostKind

BUILDING = (Stage.EXPLORATION, Stage.POC, Stage.INDUSTRIALISATION)
# A few days of looking around are no ML project.
ENOUGH_ML = Decimal(10)
GRACE = timedelta(days=30)
LEAST_SHARE = Decimal("0.1")


def integration_late(use_cases: Sequence[UseCase]) -> Mapping[int, Finding]:
    """Those where ML began a month ago or more and less than a tenth of its effort went into integration. One query."""
    by_pk = {one.pk: one for one in use_cases if one.stage in BUILDING}
    efforts = Cost.objects.standing().filter(use_case__in=list(by_pk), person_days__isnull=False).order_by()
    totals = efforts.values("use_case_id").annotate(
        ml=Sum("person_days", filter=Q(kind=CostKind.ML)),
        integration=Sum("person_days", filter=Q(kind=CostKind.INTEGRATION), default=Decimal(0)),
        began=Min("period_start", filter=Q(kind=CostKind.ML)),
    )
    found, now = {}, clock.now()
    for row in totals:
        if (row["ml"] or 0) < ENOUGH_ML:
            continue
        share, since = row["integration"] / (row["ml"] + row["integration"]), _moment(row["began"]) + GRACE
        if share >= LEAST_SHARE or since > now:
            continue
        params = {"ml": f"{row['ml']:g}", "integration": f"{row['integration']:g}"}
        reason = "curse.integration_late" if row["integration"] else "curse.integration_not_begun"
        found[row["use_case_id"]] = Finding(
            reason, params, reverse("roi", args=[by_pk[row["use_case_id"]].slug]), since
        )
    return found


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=timezone.get_default_timezone())


SIGNALS = [Signal("integration", _("Integration starts late"), integration_late)]
WORDS = {
    "curse.raised.integration": _("A signal was raised: integration starts late."),
    "curse.cleared.integration": _("A signal is gone: integration has its share of the effort."),
    "curse.integration_late": _(
        "%(ml)s person-days of ML, %(integration)s of integration: the other 80 %% come later."
    ),
    "curse.integration_late.do": _("Plan the integration"),
    "curse.integration_not_begun": _("%(ml)s person-days of ML, and integration has not begun."),
    "curse.integration_not_begun.do": _("Begin the integration"),
}
