"""The first page of the day: what needs me, what is not well, the rest as counts."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Lower
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.people.models import User
from portal.registry import InboxItem
from usecases.catalog.models import Health, Stage, UseCase, UseCaseQuerySet

SHOWN = 12
KINDS: dict[str, Promise] = {
    "approval": gettext_lazy("Approvals"),
    "kpi": gettext_lazy("KPIs"),
    "gate": gettext_lazy("Gates"),
    "incident": gettext_lazy("Incidents"),
    "problem": gettext_lazy("Problems & debt"),
    "action": gettext_lazy("Actions"),
    "lesson": gettext_lazy("Lessons"),
}
CLOSED = (Stage.RETIRED, Stage.STOPPED)


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter: its value in the URL, its name, how many."""

    kind: str
    label: str
    number: int


def greeting(hour: int, name: str) -> str:
    """How one is greeted at this hour (0 to 23) of one's day."""
    if hour < 12:
        return _("Good morning, %(name)s") % {"name": name}
    if hour < 18:
        return _("Good afternoon, %(name)s") % {"name": name}
    return _("Good evening, %(name)s") % {"name": name}


def chips(items: Sequence[InboxItem]) -> list[Chip]:
    """All, then one per kind that waits."""
    count = Counter(item.kind for item in items)
    named = [Chip(kind, str(KINDS.get(kind, kind)), count[kind]) for kind in (*KINDS, *(set(count) - set(KINDS)))]
    return [Chip("", _("All"), len(items)), *(chip for chip in named if chip.number)]


def not_well(user: User) -> QuerySet[UseCase]:
    """The open use cases that this person sees and that are in error, in warning or unknown, worst first."""
    order = [
        When(health=health, then=Value(place))
        for place, health in enumerate((Health.ERROR, Health.WARNING, Health.UNKNOWN))
    ]
    place = Case(*order, default=Value(9), output_field=IntegerField())
    return _open(user).exclude(health=Health.HEALTHY).order_by(place, Lower("name"), "pk")


def counts(user: User) -> dict[str, int]:
    """How many open use cases this person sees, healthy ones, those not well, and by stage (one query)."""
    return _open(user).aggregate(
        open=Count("pk"),
        healthy=Count("pk", filter=Q(health=Health.HEALTHY)),
        not_well=Count("pk", filter=~Q(health=Health.HEALTHY)),
        trying=Count("pk", filter=Q(stage__in=(Stage.EXPLORATION, Stage.POC))),
        industrialising=Count("pk", filter=Q(stage=Stage.INDUSTRIALISATION)),
        producing=Count("pk", filter=Q(stage=Stage.PRODUCTION)),
    )


def _open(user: User) -> UseCaseQuerySet:
    return UseCase.objects.visible_to(user).exclude(stage__in=CLOSED)
