"""The lists of monitoring: incidents, series."""

from dataclasses import replace

from django.db.models import Case, F, IntegerField, QuerySet, Value, When
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from monitoring.checks.models import Severity
from monitoring.incidents import actions
from monitoring.incidents.models import Incident, IncidentStatus, in_status
from monitoring.series.models import Kind, Series
from monitoring.series.past import as_they_were
from portal.people.models import Team, User
from portal.ui.tables import Between, Bulk, Choices, Column, Pick, Pill, Table
from usecases.catalog.models import Health, Site, UseCase

CELLS = "monitoring/boards/cells/"
UNRESOLVED = "unresolved"
RANK = Case(
    *[When(health=health, then=Value(place)) for place, health in enumerate(["error", "warning", "unknown"])],
    default=Value(3),
    output_field=IntegerField(),
)
WORST_FIRST = Case(When(severity=Severity.ERROR, then=Value(0)), default=Value(1), output_field=IntegerField())


def _in_status(found: QuerySet[Incident], values: tuple[str, ...]) -> QuerySet[Incident]:
    wanted = {value for value in values if value != UNRESOLVED}
    if UNRESOLVED in values:
        wanted |= {IncidentStatus.OPEN, IncidentStatus.ACKNOWLEDGED}
    return found.filter(in_status(wanted))


def _visible(user: User) -> QuerySet[UseCase]:
    return UseCase.objects.visible_to(user)


def _teams(user: User) -> QuerySet[Team]:
    return Team.objects.filter(pk__in=_visible(user).order_by().values("team_id"))


def _sites(_user: User) -> QuerySet[Site]:
    return Site.objects.all()


def _take(incident: Incident, by: User) -> None:
    actions.acknowledge(incident, by=by)


def _series_link(series: Series) -> str:
    return reverse("series", args=[series.use_case.slug, series.uid])


INCIDENTS = Table(
    key="incidents",
    title=_("Incidents"),
    prefix="i-",
    order="severity",
    then=("began_at",),
    size=25,
    search=("check_that_failed__name", "cause"),
    search_label=_("Check or cause"),
    link=lambda one: one.get_absolute_url(),
    filters=[
        Choices(
            key="status",
            title=_("Status"),
            choices=[(UNRESOLVED, _("Not resolved")), *IncidentStatus.choices],
            usual=UNRESOLVED,
            narrow=_in_status,
        ),
        Choices(key="severity", title=_("Severity"), choices=Severity.choices, field="severity"),
        Pick(key="use_case", title=_("Use case"), source=_visible, field="use_case__slug"),
        Between(key="began", title=_("Began"), field="began_at"),
    ],
    bulk=[Bulk(key="take", label=_("Take in hand"), icon="user-check", act=_take)],
    columns=[
        Column(
            key="check",
            title=_("Incident"),
            value=lambda one: one.check_that_failed.name,
            template=CELLS + "incident.html",
            sort=Lower("check_that_failed__name"),
        ),
        Column(
            key="use_case",
            title=_("Use case"),
            value=lambda one: one.use_case.name,
            sort=Lower("use_case__name"),
            filter="use_case",
            filters_by=lambda one: one.use_case.slug,
        ),
        Column(
            key="severity",
            title=_("Severity"),
            value=lambda one: one.get_severity_display(),
            sort=WORST_FIRST,
            filter="severity",
            filters_by=lambda one: one.severity,
            hidden=True,
        ),
        Column(
            key="status",
            title=_("Status"),
            value=lambda one: Pill(one.tone, one.get_status_display()),
            sort="status",
            filter="status",
            filters_by=lambda one: one.status,
        ),
        Column(key="value", title=_("Value seen"), value=lambda one: one.value, sort="value", numeric=True),
        Column(key="began", title=_("Began"), value=lambda one: one.began_at, sort="began_at"),
        Column(
            key="owner",
            title=_("Who has it in hand"),
            value=lambda one: str(one.owner) if one.owner else "",
            template=CELLS + "owner.html",
            sort="owner__last_name",
        ),
        Column(
            key="recovered",
            title=_("Healthy again"),
            value=lambda one: one.recovered_at,
            sort="recovered_at",
            hidden=True,
        ),
        Column(key="resolved", title=_("Resolved"), value=lambda one: one.resolved_at, sort="resolved_at", hidden=True),
        Column(key="cause", title=_("Cause"), value=lambda one: one.cause, hidden=True),
    ],
)
# Inside a use case, what is known already is left out.
OWN_INCIDENTS = replace(
    INCIDENTS,
    columns=[column for column in INCIDENTS.columns if column.key != "use_case"],
    filters=[each for each in INCIDENTS.filters if each.key != "use_case"],
)
SERIES = Table(
    key="series",
    dress=as_they_were,
    title=pgettext_lazy("several", "Series"),
    order="kind",
    then=(Lower("name"), "site__name"),
    search=("name",),
    search_label=_("Find a series by its name"),
    link=_series_link,
    filters=[
        Choices(key="kind", title=_("Kind"), choices=Kind.choices, field="kind"),
        Pick(key="site", title=_("Site"), source=_sites, field="site__slug"),
        Between(key="latest", title=_("Latest point"), field="latest__ts"),
    ],
    columns=[
        Column(key="series", title=_("Series"), value=str, sort=Lower("name")),
        Column(
            key="kind",
            title=_("Kind"),
            value=lambda one: one.get_kind_display(),
            sort="kind",
            filter="kind",
            filters_by=lambda one: one.kind,
        ),
        Column(
            key="site",
            title=_("Site"),
            value=lambda one: one.site.name if one.site else "",
            sort="site__name",
            filter="site",
            filters_by=lambda one: one.site.slug if one.site else "",
            hidden=True,
        ),
        Column(
            key="latest",
            title=_("Latest value"),
            value=lambda one: one.latest.value if hasattr(one, "latest") else None,
            template=CELLS + "latest.html",
            sort="latest__value",
            numeric=True,
        ),
        Column(key="unit", title=_("Unit"), value=lambda one: one.unit, hidden=True, sort="unit"),
        Column(
            key="as_of",
            title=_("As of"),
            value=lambda one: one.latest.ts if hasattr(one, "latest") else None,
            sort="latest__ts",
        ),
        Column(
            key="checks",
            title=_("Checks"),
            value=lambda one: [check.name for check in one.checks.all() if check.is_active],
            template=CELLS + "checks.html",
        ),
    ],
)
USE_CASES = Table(
    key="watched",
    title=_("Use cases"),
    order="health",
    then=(Lower("name"),),
    search=("name",),
    search_label=_("Name of the use case"),
    link=lambda one: reverse("use_case_monitoring", args=[one.slug]),
    filters=[
        Choices(key="health", title=_("Health"), choices=Health.choices, field="health"),
        Pick(key="team", title=_("Team"), source=_teams, field="team__slug"),
    ],
    columns=[
        Column(
            key="name",
            title=_("Use case"),
            value=lambda one: one.name,
            template=CELLS + "use_case.html",
            sort=Lower("name"),
        ),
        Column(
            key="health",
            title=_("Health"),
            value=lambda one: Pill(one.health_tone, one.get_health_display()),
            template=CELLS + "health.html",
            sort=RANK,
            filter="health",
            filters_by=lambda one: one.health,
        ),
        Column(
            key="incidents", title=_("Incidents"), value=lambda one: one.unresolved, sort=F("unresolved"), numeric=True
        ),
        Column(
            key="checks",
            title=_("Checks"),
            value=lambda one: sum(getattr(one, f"checks_{state}") for state in Health.values),
            template=CELLS + "check_states.html",
        ),
        Column(
            key="series",
            title=pgettext_lazy("several", "Series"),
            value=lambda one: one.series_count,
            sort=F("series_count"),
            numeric=True,
        ),
        Column(
            key="team",
            title=_("Team"),
            value=lambda one: one.team.name,
            sort=Lower("team__name"),
            filter="team",
            filters_by=lambda one: one.team.slug,
            hidden=True,
        ),
        Column(key="since", title=_("Since"), value=lambda one: one.health_since, sort="health_since", hidden=True),
    ],
)
