"""The other lists of steering: what was stopped and learnt, what was decided, the curse list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.people.models import User
from portal.ui.tables import Between, Choices, Column, Pill, Table
from usecases.catalog.models import Stage, UseCase
from usecases.catalog.portfolio import place
from usecases.curse.models import Raised
from usecases.curse.raised import Sign, curse_list, sign
from usecases.iterations.models import Iteration
from usecases.lifecycle.models import StageChange
from usecases.steering.models import DecisionKind, Lesson
from usecases.steering.tables import CELLS, filters
from usecases.steering.transitions import CLOSED


@dataclass(frozen=True, slots=True)
class Stopped:
    """A stop: the change of stage, what was learnt since (newest first), the last iteration that was closed."""

    change: StageChange
    lessons: Sequence[Lesson]
    iteration: Iteration | None

    @property
    def pk(self) -> int:
        """Of the change."""
        return self.change.pk

    @property
    def learnt(self) -> list[str]:
        """In the words of those who said it; what the last iteration found, when nobody did."""
        said = [lesson.text for lesson in self.lessons]
        return said or ([self.iteration.findings] if self.iteration and self.iteration.findings else [])

    @property
    def lived(self) -> int:
        """Whole days from its opening to the stop."""
        return max(0, (self.change.occurred_at - self.change.use_case.occurred_at).days)


def stops(user: User, as_of: datetime | None) -> QuerySet[StageChange]:
    """The stop in force of each use case that was stopped, as of a moment."""
    now = as_of or clock.now()
    changes = StageChange.objects.filter(occurred_at__lte=now)
    last = changes.filter(use_case=OuterRef("use_case")).order_by("-occurred_at", "-id").values("pk")[:1]
    seen = UseCase.objects.visible_to(user)
    stopped = changes.filter(pk=Subquery(last), to_stage=Stage.STOPPED, use_case__in=seen)
    return stopped.select_related("use_case__team", "by")


def dress_stops(changes: Sequence[StageChange]) -> list[Stopped]:
    """With what was learnt; two queries for any number."""
    cases = [change.use_case_id for change in changes]
    lessons: dict[int, list[Lesson]] = {}
    for lesson in Lesson.objects.filter(use_case__in=cases).select_related("by"):
        lessons.setdefault(lesson.use_case_id, []).append(lesson)
    closed = Iteration.objects.filter(use_case__in=cases).exclude(decision="").order_by("use_case_id", "-number")
    iterations = {one.use_case_id: one for one in closed.distinct("use_case_id")}
    return [Stopped(one, lessons.get(one.use_case_id, ()), iterations.get(one.use_case_id)) for one in changes]


STOPPED = Table(
    key="stopped",
    title=_("Stopped use cases"),
    order="-when",
    search=("use_case__name", "reason"),
    search_label=_("Name or reason"),
    link=lambda row: row.change.use_case.get_absolute_url(),
    dress=dress_stops,
    keeps=("as_of",),
    filters=[*filters("use_case__"), Between(key="when", title=_("Stopped on"), field="occurred_at")],
    columns=[
        Column(
            key="name",
            title=_("Use case"),
            value=lambda row: row.change.use_case.name,
            sort=Lower("use_case__name"),
        ),
        Column(
            key="stage",
            title=_("Stopped in"),
            value=lambda row: row.change.get_from_stage_display(),
            sort=place("from_stage", tuple(Stage)),
        ),
        Column(key="when", title=_("Stopped on"), value=lambda row: row.change.occurred_at, sort="occurred_at"),
        Column(key="lived", title=_("Days since it was opened"), value=lambda row: row.lived, numeric=True),
        Column(key="reason", title=_("Why"), value=lambda row: row.change.reason, wide=True),
        Column(
            key="learnt",
            title=_("What was learnt"),
            value=lambda row: row.learnt,
            template=CELLS + "learnt.html",
            wide=True,
        ),
        Column(key="by", title=_("By"), value=lambda row: str(row.change.by)),
        Column(
            key="team",
            title=_("Team"),
            value=lambda row: row.change.use_case.team.name,
            hidden=True,
            sort=Lower("use_case__team__name"),
        ),
    ],
)

DECISIONS = Table(
    key="decisions",
    title=_("Steering decisions"),
    order="-when",
    search=("use_case__name", "reason"),
    search_label=_("Name or reason"),
    link=lambda one: one.use_case.get_absolute_url(),
    filters=[
        Choices(key="kind", title=_("Decision"), choices=DecisionKind.choices, field="kind"),
        *filters("use_case__"),
        Between(key="when", title=_("Decided on"), field="occurred_at"),
    ],
    columns=[
        Column(key="name", title=_("Use case"), value=lambda one: one.use_case.name, sort=Lower("use_case__name")),
        Column(
            key="kind",
            title=_("Decision"),
            value=lambda one: Pill(one.tone, one.get_kind_display()),
            sort="kind",
            filter="kind",
            filters_by=lambda one: one.kind,
        ),
        Column(key="when", title=_("Decided on"), value=lambda one: one.occurred_at, sort="occurred_at"),
        Column(key="reason", title=_("Why"), value=lambda one: one.reason, wide=True),
        Column(
            key="amount",
            title=_("Amount"),
            value=lambda one: one.amount if one.amount is not None else "",
            template=CELLS + "amount.html",
            sort="amount",
            numeric=True,
        ),
        Column(key="currency", title=_("Currency"), value=lambda one: one.currency, hidden=True),
        Column(key="by", title=_("By"), value=lambda one: str(one.by)),
    ],
)


@dataclass(frozen=True, slots=True)
class Cursed:
    """A curse signal on a use case."""

    pk: int
    use_case: UseCase
    sign: Sign


def dress_curse(raised: Sequence[Raised]) -> list[Cursed]:
    """In the reader's words."""
    return [Cursed(one.pk, one.use_case, sign(one)) for one in raised]


def cursed(found: QuerySet[UseCase]) -> QuerySet[Raised]:
    """The signs on those of these use cases that go on, the oldest first."""
    return curse_list(found.exclude(stage__in=CLOSED).order_by())


CURSE = Table(
    key="curse",
    title=_("Curse signals"),
    order="since",
    search=("use_case__name",),
    search_label=_("Name"),
    link=lambda row: row.use_case.get_absolute_url(),
    dress=dress_curse,
    filters=[*filters("use_case__")],
    columns=[
        Column(key="name", title=_("Use case"), value=lambda row: row.use_case.name, sort=Lower("use_case__name")),
        Column(key="sign", title=_("Signal"), value=lambda row: row.sign.title, sort="code"),
        Column(key="why", title=_("Why"), value=lambda row: row.sign.reason, wide=True),
        Column(
            key="next",
            title=_("Next action"),
            value=lambda row: row.sign.action,
            template=CELLS + "next.html",
            wide=True,
        ),
        Column(key="since", title=_("Since"), value=lambda row: row.sign.since, sort="since"),
        Column(
            key="stage",
            title=_("Stage"),
            value=lambda row: row.use_case.get_stage_display(),
            sort=place("use_case__stage", tuple(Stage)),
        ),
        Column(
            key="team",
            title=_("Team"),
            value=lambda row: row.use_case.team.name,
            sort=Lower("use_case__team__name"),
        ),
        Column(key="seen", title=_("Looked at"), value=lambda row: row.sign.looked_at, sort="looked_at", hidden=True),
    ],
)
