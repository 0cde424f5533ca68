"""What waits for the business: a business case to validate."""

from django.urls import reverse
from django.utils.translation import gettext as _

from portal.people.models import User
from portal.people.rights import teams_where
from portal.registry import InboxItem
from usecases.roi.models import BusinessCase, CaseStatus


def waiting(user: User) -> list[InboxItem]:
    """One item per business case that this person may validate. One query besides the person's roles."""
    if not user.is_active:
        return []
    mine = BusinessCase.objects.filter(status=CaseStatus.DRAFT, use_case__team__in=teams_where(user, "roi.validate"))
    return [
        InboxItem(
            kind="kpi",
            icon="coin",
            title=_("Validate the business case"),
            detail=_("%(use_case)s: what it is expected to bring waits for the business.")
            % {"use_case": case.use_case.name},
            url=reverse("roi", args=[case.use_case.slug]) + "#case",
            action=_("Validate"),
            since=case.occurred_at,
        )
        for case in mine.select_related("use_case")
    ]
