"""What gates ask that only a person can say."""

from django.utils.translation import gettext_lazy as _

from portal.people.models import Role
from portal.registry import Criterion

CRITERIA = [
    Criterion(
        code="lifecycle.data_available",
        title=_("Data available: sources, frequency, owner"),
        why=_("Data is the sinews of war: where it is, how often it comes, who answers for it."),
        face="data",
        role=Role.DATA,
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
]
