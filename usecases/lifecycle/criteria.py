"""What gates ask that only a person can say, and whether the roll-out may go on."""

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.people.models import Role
from portal.registry import Criterion, Evidence
from usecases.catalog.models import UseCase
from usecases.kpis.models import KPI
from usecases.kpis.verdict import verdict


def better_than_in_place(use_case: UseCase) -> Evidence:
    """Whether the headline KPI is better than the system in place, by its own rule."""
    kpi = KPI.objects.filter(use_case=use_case, is_headline=True).select_related("use_case").first()
    if kpi is None:
        return Evidence(
            False, gettext("No KPI is defined."), reverse("kpi_new", args=[use_case.slug]), gettext("Define the KPI")
        )
    found = verdict(kpi)
    return Evidence(found.met, found.sentence, kpi.get_absolute_url(), gettext("Look at the KPI"))


def somebody_annotates(use_case: UseCase) -> Evidence:
    """Whether it is written who labels, and how many. No query."""
    url = reverse("use_case_edit", args=[use_case.slug])
    if not use_case.annotation_capacity:
        return Evidence(False, gettext("Nobody has said who labels, nor how many."), url, gettext("Say who labels"))
    return Evidence(True, use_case.annotation_capacity, reverse("overview", args=[use_case.slug]))


CRITERIA = [
    Criterion(
        code="lifecycle.data_available",
        title=_("Data available: sources, frequency, owner"),
        why=_("Data is the sinews of war: where it is, how often it comes, who answers for it."),
        face="data",
        role=Role.DATA,
    ),
    Criterion(
        code="lifecycle.annotation_capacity",
        title=_("Annotation capacity: who labels, how many a week"),
        why=_("A model learns from outcomes somebody writes down: who does it, and how many a week."),
        face="data",
        role=Role.BUSINESS,
        check=somebody_annotates,
    ),
    Criterion(
        code="lifecycle.business_case",
        title=_("Business case validated by the sponsor"),
        why=_("Somebody who pays says that it is worth it: who, when, on which figures."),
        face="kpi",
        role=Role.BUSINESS,
    ),
    Criterion(
        code="lifecycle.users_briefed",
        title=_("Users briefed: date, people, questions"),
        why=_("People who understand an advice follow it: when they were briefed, who came, what they asked."),
        face="organisation",
        role=Role.BUSINESS,
    ),
    Criterion(
        code="lifecycle.alert_channel_tested",
        title=_("Alert channel tested"),
        why=_("An alert that reaches nobody is found out on the worst day: which channel, who received the test."),
        face="operations",
        role=Role.IT,
    ),
    Criterion(
        code="lifecycle.better_than_in_place",
        title=_("Better than the system in place, by the KPI’s own rule"),
        why=_("What is not better at one site is not better at ten; it only costs ten times more."),
        face="kpi",
        role=Role.BUSINESS,
        check=better_than_in_place,
    ),
]
