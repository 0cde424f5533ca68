"""A KPI with nothing to compare with, and a comparison that ended: nobody can say any more whether it was worth it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.registry import Finding, Signal
from usecases.catalog.models import Stage, UseCase
from usecases.kpis.measured import effects
from usecases.kpis.models import KPI, Proof

# From the POC on, somebody pays: there must be a figure to hold it against.
COMMITTED = (Stage.POC, Stage.INDUSTRIALISATION, Stage.PRODUCTION)


def without_baseline(use_cases: Sequence[UseCase]) -> Mapping[int, Finding]:
    """Those from the POC on that have no KPI, or a headline without a baseline. One query."""
    committed = [one for one in use_cases if one.stage in COMMITTED]
    headlines = {kpi.use_case_id: kpi for kpi in KPI.objects.filter(use_case__in=committed, is_headline=True)}
    found = {}
    for one in committed:
        kpi = headlines.get(one.pk)
        if kpi is None:
            found[one.pk] = Finding("curse.kpi_none", {}, reverse("kpi_new", args=[one.slug]), one.stage_since)
        elif kpi.baseline is None:
            url = reverse("kpi_edit", args=[one.slug, kpi.number])
            found[one.pk] = Finding("curse.kpi_baseline", {"kpi": kpi.name}, url, max(kpi.occurred_at, one.stage_since))
    return found


def comparison_gone(use_cases: Sequence[UseCase]) -> Mapping[int, Finding]:
    """Those whose proof was a comparison side by side, which is measured no longer. Two queries."""
    committed = [one.pk for one in use_cases if one.stage in COMMITTED]
    kpis = list(KPI.objects.filter(use_case__in=committed).exclude(proof=Proof.BEFORE_AFTER).select_related("use_case"))
    found: dict[int, Finding] = {}
    measured = effects(kpis)
    for kpi in kpis:
        gone = measured[kpi.pk].gone_since
        if gone is None:
            continue
        since = datetime.combine(gone, time(), tzinfo=timezone.get_default_timezone())
        before = found.get(kpi.use_case_id)
        if before is None or before.since is None or since < before.since:
            url = reverse("kpi", args=[kpi.use_case.slug, kpi.number])
            found[kpi.use_case_id] = Finding("curse.hold_out", {"kpi": kpi.name}, url, since)
    return found


SIGNALS = [
    Signal("kpi", _("KPI without a baseline"), without_baseline),
    Signal("hold_out", _("Hold-out gone"), comparison_gone),
]
WORDS = {
    "curse.raised.kpi": _("A signal was raised: the KPI has no baseline."),
    "curse.cleared.kpi": _("A signal is gone: the KPI has its baseline."),
    "curse.kpi_none": _("It is past exploration, and no KPI says what the business wants of it."),
    "curse.kpi_none.do": _("Define the KPI"),
    "curse.kpi_baseline": _(
        "Nobody has said what the system in place does: “%(kpi)s” has nothing to be compared with."
    ),
    "curse.kpi_baseline.do": _("Give the baseline"),
    "curse.raised.hold_out": _("A signal was raised: the comparison with the system in place ended."),
    "curse.cleared.hold_out": _("A signal is gone: the comparison with the system in place goes on."),
    "curse.hold_out": _(
        "“%(kpi)s” is no longer measured against the system in place: from then on, its effect is unknown."
    ),
    "curse.hold_out.do": _("Look at the comparison"),
}
