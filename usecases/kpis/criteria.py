"""What gates ask of KPIs."""

from typing import Any

from django.db.models import Count, Max, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal import clock
from portal.people.models import Role
from portal.registry import Criterion, Evidence
from portal.ui import wording
from usecases.catalog.models import UseCase
from usecases.kpis.models import KPI, MeasurementStatus
from usecases.kpis.verdict import verdict


def has_baseline_and_target(use_case: UseCase) -> Evidence:
    """Whether the headline KPI says where the system in place is and where to go."""
    kpi = KPI.objects.filter(use_case=use_case, is_headline=True).first()
    if kpi is None:
        url = reverse("kpi_new", args=[use_case.slug])
        return Evidence(False, _("No KPI is defined."), url, _("Define the KPI"))
    missing = [name for name, value in ((_("baseline"), kpi.baseline), (_("target"), kpi.target)) if value is None]
    if missing:
        url = reverse("kpi_edit", args=[use_case.slug, kpi.number])
        sentence = _("%(kpi)s lacks: %(missing)s.") % {"kpi": kpi.name, "missing": ", ".join(missing)}
        return Evidence(False, sentence, url, _("Complete the KPI"))
    sentence = _("%(kpi)s: from %(baseline)s (system in place) to %(target)s.") % {
        "kpi": kpi.name,
        "baseline": wording.number(kpi.baseline, unit=kpi.unit),
        "target": wording.number(kpi.target, unit=kpi.unit),
    }
    return Evidence(True, sentence, reverse("kpi", args=[use_case.slug, kpi.number]))


def is_validated(use_case: UseCase) -> Evidence:
    """Whether the business validated the headline KPI over at least one period that is over."""
    validated = Q(
        measurements__status=MeasurementStatus.VALIDATED,
        measurements__period_end__lte=timezone.localdate(clock.now(), timezone.get_default_timezone()),
    )
    kpi: Any = (
        KPI.objects.filter(use_case=use_case, is_headline=True)
        .annotate(
            measured=Count("measurements__period_start", distinct=True),
            validated=Count("measurements__period_start", filter=validated, distinct=True),
            last=Max("measurements__period_start", filter=validated),
        )
        .first()
    )
    if kpi is None:
        url = reverse("kpi_new", args=[use_case.slug])
        return Evidence(False, _("No KPI is defined."), url, _("Define the KPI"))
    url = reverse("kpi", args=[use_case.slug, kpi.number])
    if not kpi.measured:
        return Evidence(False, _("%(kpi)s was never measured.") % {"kpi": kpi.name}, url, _("Measure it"))
    if not kpi.validated:
        sentence = ngettext(
            "%(number)s period of %(kpi)s is measured, and the business has not validated it.",
            "%(number)s periods of %(kpi)s are measured, and the business has validated none.",
            kpi.measured,
        )
        return Evidence(False, sentence % {"number": kpi.measured, "kpi": kpi.name}, url, _("Validate"))
    sentence = ngettext(
        "%(number)s period of %(kpi)s validated, which began on %(last)s.",
        "%(number)s periods of %(kpi)s validated; the last one began on %(last)s.",
        kpi.validated,
    )
    return Evidence(True, sentence % {"number": kpi.validated, "kpi": kpi.name, "last": wording.day(kpi.last)}, url)


def is_better(use_case: UseCase) -> Evidence:
    """Whether the headline KPI is better than the system in place, by its own rule, on validated measurements."""
    kpi = KPI.objects.filter(use_case=use_case, is_headline=True).first()
    if kpi is None:
        url = reverse("kpi_new", args=[use_case.slug])
        return Evidence(False, _("No KPI is defined."), url, _("Define the KPI"))
    found = verdict(kpi)
    address = "kpi_decide" if found.code in ("verdict.unsigned", "verdict.signed_before") else "kpi"
    action = _("Sign a decision") if address == "kpi_decide" else _("See the KPI")
    return Evidence(found.met, found.sentence, reverse(address, args=[use_case.slug, kpi.number]), action)


CRITERIA = [
    Criterion(
        code="kpis.baseline_and_target",
        title=gettext_lazy("KPI with a baseline and a target"),
        why=gettext_lazy("Without the system in place to compare with, nobody will know whether it was worth it."),
        face="kpi",
        role=Role.BUSINESS,
        check=has_baseline_and_target,
    ),
    Criterion(
        code="kpis.validated",
        title=gettext_lazy("KPI measured and validated by the business"),
        why=gettext_lazy("A figure counts once the people who live by it have said that it is true."),
        face="kpi",
        role=Role.BUSINESS,
        check=is_validated,
    ),
    Criterion(
        code="kpis.better",
        title=gettext_lazy("KPI better than the system in place, by its own rule"),
        why=gettext_lazy("It goes further only where it does what was agreed: superiority, a margin, or a signature."),
        face="kpi",
        role=Role.BUSINESS,
        check=is_better,
    ),
]
