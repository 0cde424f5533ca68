"""The list of a use case's problems and debts, the first to solve first."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.people.models import User
from portal.ui.tables import Between, Bulk, Choices, Column, Pill, Table
from usecases.problems import actions
from usecases.problems.models import IceFace, Problem, ProblemKind, ProblemStatus

CELLS = "usecases/problems/cells/"


def _solve(one: Problem, by: User) -> None:
    actions.solve(one, by=by)


PROBLEMS = Table(
    key="problems",
    title=_("Problems & debt"),
    order="rank",
    then=("-status_since",),
    search=("title", "description"),
    search_label=_("Words of the problem"),
    link=lambda one: one.get_absolute_url(),
    filters=[
        Choices(
            key="status", title=_("Status"), choices=ProblemStatus.choices, field="status", usual=ProblemStatus.OPEN
        ),
        Choices(key="kind", title=_("Kind"), choices=ProblemKind.choices, field="kind"),
        Choices(key="face", title=_("Face of the iceberg"), choices=IceFace.choices, field="face"),
        Between(key="due", title=_("Due"), field="due", days=True),
    ],
    bulk=[Bulk(key="solve", label=_("Solved"), icon="check", act=_solve)],
    columns=[
        Column(
            key="title",
            title=_("What is wrong"),
            value=lambda one: one.title,
            template=CELLS + "title.html",
            sort=Lower("title"),
        ),
        Column(
            key="rank",
            title=_("Rank"),
            value=lambda one: one.rank if one.rank is not None else "",
            template=CELLS + "rank.html",
            sort="rank",
        ),
        Column(
            key="kind",
            title=_("Kind"),
            value=lambda one: one.get_kind_display(),
            sort="kind",
            filter="kind",
            filters_by=lambda one: one.kind,
            hidden=True,
        ),
        Column(
            key="face",
            title=_("Face"),
            value=lambda one: one.get_face_display(),
            sort="face",
            filter="face",
            filters_by=lambda one: one.face,
        ),
        Column(
            key="owner",
            title=_("Owner"),
            value=lambda one: str(one.owner) if one.owner else None,
            template=CELLS + "owner.html",
            sort="owner__last_name",
        ),
        Column(key="due", title=_("Due"), value=lambda one: one.due or "", template=CELLS + "due.html", sort="due"),
        Column(
            key="cost",
            title=_("Cost a month"),
            value=lambda one: one.cost_per_month,
            template=CELLS + "cost.html",
            sort="cost_per_month",
            numeric=True,
        ),
        Column(
            key="status",
            title=_("Status"),
            value=lambda one: Pill(one.tone, one.get_status_display()),
            sort="status",
            filter="status",
            filters_by=lambda one: one.status,
            hidden=True,
        ),
        Column(key="since", title=_("Since"), value=lambda one: one.status_since, sort="status_since", hidden=True),
        Column(key="tracker", title=_("Tracker"), value=lambda one: one.tracker_url, hidden=True),
        Column(key="number", title=_("Number"), value=lambda one: one.number, sort="number", numeric=True, hidden=True),
    ],
)


def _as_they_were(found: Iterable[Problem]) -> Sequence[Problem]:
    rows, at = list(found), clock.past()
    if at is not None:
        Problem.as_they_were(rows, at)
    return rows


# On a day of the past: the status is that of the last step until then; ranks were not kept, what the words of a row
# said is known once it is read.
_SORTED = {"title": None, "rank": None, "face": None, "owner": None, "due": None, "cost": None, "since": None}
PROBLEMS_THEN = replace(
    PROBLEMS,
    order="number",
    then=(),
    search=(),
    bulk=[],
    dress=_as_they_were,
    filters=[
        Choices(
            key="status",
            title=_("Status"),
            choices=ProblemStatus.choices,
            field="status_then",
            usual=ProblemStatus.OPEN,
        )
    ],
    columns=[
        replace(
            column,
            sort=None if column.key in _SORTED else "status_then" if column.key == "status" else column.sort,
            filter="status" if column.key == "status" else "",
        )
        for column in PROBLEMS.columns
        if column.key != "rank"
    ],
)
