"""The list of a KPI's measurements. They are validated one by one, ticked, or all: each with what was seen of it."""

from dataclasses import replace

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from portal.people.models import User
from portal.ui.tables import Between, Bulk, Choices, Column, Pick, Pill, Table
from usecases.catalog.models import Site
from usecases.kpis import actions
from usecases.kpis.models import KPI, Measurement, MeasurementStatus, Source

CELLS = "usecases/kpis/cells/"


def _tone(one: Measurement) -> Pill:
    return Pill(one.tone, one.get_status_display())


MEASUREMENTS = Table(
    key="measurements",
    title=_("Measurements"),
    order="-period",
    then=("site__name",),
    keeps=("site",),
    prefix="m-",
    link=lambda one: one.get_absolute_url(),
    filters=[
        Choices(key="status", title=_("Status"), choices=MeasurementStatus.choices, field="status"),
        Choices(key="source", title=_("Source"), choices=Source.choices, field="source"),
        Between(key="period", title=_("Period"), field="period_start", days=True),
    ],
    columns=[
        Column(key="period", title=_("Period"), value=lambda one: one.period_start, sort="period_start"),
        Column(key="end", title=_("Until, not counted in"), value=lambda one: one.period_end, hidden=True),
        Column(
            key="site",
            title=_("Site"),
            value=lambda one: one.site.name if one.site else "",
            template=CELLS + "site.html",
            sort="site__name",
        ),
        Column(
            key="value",
            title=_("Value"),
            value=lambda one: one.value,
            template=CELLS + "value.html",
            sort="value",
            numeric=True,
        ),
        Column(
            key="conversions",
            title=_("Converted"),
            value=lambda one: one.conversions,
            sort="conversions",
            numeric=True,
            hidden=True,
        ),
        Column(
            key="error",
            title=_("Standard error"),
            value=lambda one: one.standard_error,
            sort="standard_error",
            numeric=True,
            hidden=True,
        ),
        Column(key="n", title="n", value=lambda one: one.n, sort="n", numeric=True),
        Column(
            key="in_place",
            title=_("In place"),
            value=lambda one: one.reference_value,
            template=CELLS + "in_place.html",
            sort="reference_value",
            numeric=True,
        ),
        Column(
            key="in_place_n",
            title=_("In place (n)"),
            value=lambda one: one.reference_n,
            sort="reference_n",
            numeric=True,
            hidden=True,
        ),
        Column(key="status", title=_("Status"), value=_tone, template=CELLS + "status.html", sort="status"),
        Column(
            key="source",
            title=_("Source"),
            value=lambda one: one.get_source_display(),
            sort="source",
            filter="source",
            filters_by=lambda one: one.source,
            hidden=True,
        ),
        Column(key="by", title=_("Recorded by"), value=lambda one: str(one.recorded_by), hidden=True),
        Column(key="talk", title=_("Comments"), value=lambda one: "", template=CELLS + "talk.html", exported=False),
    ],
)


def _validate(one: Measurement, by: User) -> None:
    actions.validate(one, by=by)


VALIDATE = Bulk(key="validate", label=_("Validate"), icon="check", act=_validate)


def measurements_table(kpi: KPI, *, validates: bool = False) -> Table:
    """The list for one KPI: the sites it was measured at can be picked; `validates`: rows can be ticked for it."""

    def measured_at(_user: object) -> QuerySet[Site]:
        return Site.objects.filter(pk__in=kpi.measurements.order_by().values("site"))

    site = Pick(key="at", title=_("Site"), source=measured_at, field="site__slug")
    bulk = [VALIDATE] if validates else []
    return replace(MEASUREMENTS, filters=[*MEASUREMENTS.filters, site], bulk=bulk, seen=lambda one: one.state)
