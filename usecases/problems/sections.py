"""What problems and debts say in a review: the first three, and what all of them cost."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.registry import Grid, Part, Section
from portal.ui import wording
from usecases.catalog.models import UseCase
from usecases.problems.models import Problem

TOP = 3


def render(use_case: UseCase, as_of: datetime) -> list[Part]:
    """The first to solve. Two queries."""
    mine = Problem.objects.filter(use_case=use_case)
    burden = mine.burden()
    number = burden["number"]
    if not number:
        return [_("No problem is open.")]
    said = ngettext("%(number)s open, %(cost)s a month.", "%(number)s open, %(cost)s a month.", number)
    cost = wording.money(burden["cost"], use_case.currency, 0)
    rows = [
        [one.title, one.get_kind_display(), one.due, wording.money(one.cost_per_month, use_case.currency, 0)]
        for one in mine.open()[:TOP]
    ]
    headings = [_("The first to solve"), _("Kind"), _("Due"), _("A month of it costs")]
    return [said % {"number": number, "cost": cost}, Grid(headings, rows)]


SECTIONS = [
    Section(
        "problems", gettext_lazy("Problems & debt"), render, 50, ("problem.solved", "problem.dropped", "problem.raised")
    )
]
