"""The list of a use case's costs."""

from django.utils.translation import gettext_lazy as _

from portal.ui.tables import Between, Choices, Column, Table
from usecases.roi.models import CostKind, DayRate

CELLS = "usecases/roi/cells/"

COSTS = Table(
    key="costs",
    title=_("Costs"),
    order="-period",
    then=("-number",),
    prefix="c-",
    search=("note",),
    search_label=_("What it was for"),
    filters=[
        Choices(key="kind", title=_("What it went into"), choices=CostKind.choices, field="kind"),
        Between(key="period", title=_("Period"), field="period_start", days=True),
    ],
    columns=[
        Column(
            key="cost",
            title=_("Cost"),
            value=lambda one: one.note or one.get_kind_display(),
            template=CELLS + "cost.html",
        ),
        Column(
            key="kind",
            title=_("What it went into"),
            value=lambda one: one.get_kind_display(),
            sort="kind",
            filter="kind",
            filters_by=lambda one: one.kind,
        ),
        Column(
            key="period",
            title=_("Period"),
            value=lambda one: one.period_start,
            template=CELLS + "period.html",
            sort="period_start",
        ),
        Column(key="end", title=_("Until, not counted in"), value=lambda one: one.period_end, hidden=True),
        Column(
            key="days",
            title=_("Person-days"),
            value=lambda one: "" if one.person_days is None else one.person_days,
            template=CELLS + "days.html",
            sort="person_days",
            numeric=True,
        ),
        Column(
            key="rate",
            title=_("Day rate"),
            value=lambda one: "" if one.person_days is None else one.rate,
            template=CELLS + "rate.html",
            numeric=True,
            hidden=True,
        ),
        Column(
            key="money",
            title=_("Amount"),
            value=lambda one: one.money,
            template=CELLS + "money.html",
            sort="money",
            numeric=True,
        ),
        Column(key="currency", title=_("Currency"), value=lambda one: one.currency, sort="currency", hidden=True),
        Column(key="by", title=_("Recorded by"), value=lambda one: str(one.recorded_by), hidden=True),
        Column(key="number", title=_("Number"), value=lambda one: one.number, sort="number", numeric=True, hidden=True),
    ],
)


def _where(one: DayRate) -> str:
    return str(one.team) if one.team else str(_("The organisation"))


RATES = Table(
    key="day_rates",
    title=_("Day rates"),
    order="-from",
    then=("currency",),
    columns=[
        Column(key="where", title=_("Where"), value=_where, sort="team__name"),
        Column(
            key="amount",
            title=_("A day of a person"),
            value=lambda one: one.amount,
            template="usecases/roi/cells/rate.html",
            sort="amount",
            numeric=True,
        ),
        Column(key="currency", title=_("Currency"), value=lambda one: one.currency, sort="currency"),
        Column(key="from", title=_("From"), value=lambda one: one.valid_from, sort="valid_from"),
        Column(key="by", title=_("Set by"), value=lambda one: str(one.set_by), hidden=True),
    ],
)
