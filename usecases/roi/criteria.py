"""What gates ask of cost and value."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.people.models import Role
from portal.registry import Criterion, Evidence
from portal.ui import wording
from usecases.catalog.models import UseCase
from usecases.roi.models import BusinessCase, CaseStatus


def is_validated(use_case: UseCase) -> Evidence:
    """Whether the business validated a business case. One query."""
    cases = BusinessCase.objects.filter(use_case=use_case).exclude(status=CaseStatus.REPLACED)
    by_status = {case.status: case for case in cases.select_related("validated_by")}
    url = reverse("roi", args=[use_case.slug])
    case = by_status.get(CaseStatus.VALIDATED)
    if case is not None:
        facts = {"number": case.number, "who": case.validated_by, "day": wording.day(case.validated_at)}
        return Evidence(True, _("Business case %(number)s, validated by %(who)s on %(day)s.") % facts, url)
    if by_status:
        return Evidence(
            False, _("A business case is written, and the business has not validated it."), url, _("Validate")
        )
    new = reverse("business_case_new", args=[use_case.slug])
    return Evidence(False, _("No business case is written."), new, _("Write the business case"))


CRITERIA = [
    Criterion(
        code="roi.business_case",
        title=gettext_lazy("Business case written and validated by the business"),
        why=gettext_lazy("What is expected, month by month, is what the value realised is held against later."),
        face="kpi",
        role=Role.BUSINESS,
        check=is_validated,
    ),
]
