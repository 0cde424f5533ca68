"""The portfolio: its list, its kanban, and what a row or a card says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from portal import clock, registry
from portal.people.models import Team, User
from portal.ui.tables import Bulk, Choices, Column, Pick, Pill, Preset, Table
from usecases.catalog import actions
from usecases.catalog.faces import MEMBERS, Seat, one_per_role
from usecases.catalog.models import Health, Site, Stage, UseCase, UseCaseQuerySet
from usecases.catalog.tree import under

OPEN = "open"
CLOSED_STAGES = (Stage.RETIRED, Stage.STOPPED)
COLUMNS = (Stage.EXPLORATION, Stage.POC, Stage.INDUSTRIALISATION, Stage.PRODUCTION)
WORST_FIRST = (Health.ERROR, Health.WARNING, Health.UNKNOWN, Health.HEALTHY)
NO_HEADLINE = registry.Headline(title="")


@dataclass(frozen=True, slots=True)
class Row:
    """What the portfolio says of one use case."""

    use_case: UseCase
    headline: registry.Headline
    seats: Sequence[Seat]
    sites: Sequence[str]
    days: int

    @property
    def pk(self) -> int:
        """Of the use case."""
        return self.use_case.pk


@dataclass(frozen=True, slots=True)
class Lane:
    """A stage of the kanban, how many use cases stand there in all, and the cards of this page."""

    stage: Stage
    total: int
    cards: Sequence[Row]


def counts(found: QuerySet[UseCase]) -> dict[str, int]:
    """How many stand in each stage (one query)."""
    return dict(found.order_by().values_list("stage").annotate(n=Count("pk")))


def rows(found: Sequence[UseCase]) -> list[Row]:
    """Rows for these use cases (see `ready`), with their headlines."""
    headlines = registry.headlines(found)
    now = clock.now()
    return [
        Row(
            use_case=use_case,
            headline=headlines.get(use_case.pk, NO_HEADLINE),
            seats=one_per_role(use_case.team),
            sites=[str(served.site) for served in use_case.served_sites.all()],
            days=max(0, (now - use_case.stage_since).days),
        )
        for use_case in found
    ]


def in_lanes(found: QuerySet[UseCase]) -> QuerySet[UseCase]:
    """In the order of the kanban."""
    return found.order_by(place("stage", tuple(Stage)), place("health", WORST_FIRST), Lower("name"), "pk")


def ready(found: UseCaseQuerySet) -> UseCaseQuerySet:
    """With all that a row says, in three more queries however many rows there are."""
    return found.select_related("team").prefetch_related(MEMBERS, "served_sites__site")


def columns(shown: Sequence[Row], totals: Mapping[str, int]) -> list[Lane]:
    """The kanban: the stages of the road, then those of the closed stages that hold something."""
    stages = [stage for stage in Stage if stage in COLUMNS or any(row.use_case.stage == stage for row in shown)]
    return [
        Lane(stage, totals.get(stage, 0), [row for row in shown if row.use_case.stage == stage]) for stage in stages
    ]


def place(field: str, order: Sequence[str]) -> Case:
    """The place of this field's value in an order, from 0."""
    whens = [When(**{field: value}, then=Value(number)) for number, value in enumerate(order)]
    return Case(*whens, default=Value(len(order)), output_field=IntegerField())


def _in_stages(found: QuerySet[Any], values: tuple[str, ...]) -> QuerySet[Any]:
    """Those of these stages; "open" is all but the stopped and retired."""
    wanted = Q(stage__in=[value for value in values if value != OPEN])
    return found.filter(wanted | ~Q(stage__in=CLOSED_STAGES) if OPEN in values else wanted)


def _at_sites(found: QuerySet[Any], values: tuple[str, ...]) -> QuerySet[Any]:
    """Those that serve one of these sites, or a place below."""
    places = [place for slug in values for place in under(slug)]
    return found.filter(pk__in=UseCase.objects.filter(sites__in=places).values("pk"))


def _teams(user: User) -> QuerySet[Team]:
    """The teams whose use cases this person sees."""
    return Team.objects.filter(pk__in=UseCase.objects.visible_to(user).order_by().values("team_id"))


def _shared(found: QuerySet[Any], values: tuple[str, ...]) -> QuerySet[Any]:
    """Those that everybody may read, or the others; both is all."""
    return found.filter(is_shared=values == ("shared",)) if len(values) == 1 else found


def _share(use_case: UseCase, by: User) -> None:
    actions.edit_use_case(use_case, by=by, is_shared=True)


def _keep(use_case: UseCase, by: User) -> None:
    actions.edit_use_case(use_case, by=by, is_shared=False)


CELLS = "usecases/catalog/cells/"
TABLE = Table(
    key="portfolio",
    title=_("Portfolio"),
    order="health",
    then=(Lower("name"),),
    search=("name", "decision", "slug"),
    search_label=_("Name or decision"),
    link=lambda row: row.use_case.get_absolute_url(),
    dress=lambda found: rows(found),
    keeps=("view",),
    filters=[
        Choices(
            key="stage",
            title=_("Stage"),
            choices=[(OPEN, _("Open")), *Stage.choices],
            usual=OPEN,
            narrow=_in_stages,
        ),
        Choices(key="health", title=_("Health"), choices=Health.choices, field="health"),
        Pick(key="team", title=_("Team"), source=_teams, field="team__slug"),
        Pick(key="site", title=_("Site"), source=lambda user: Site.objects.all(), narrow=_at_sites),
        Choices(
            key="shared",
            title=_("Shared"),
            choices=[("shared", _("With the organisation")), ("private", _("With the team only"))],
            narrow=_shared,
        ),
    ],
    presets=[
        Preset(_("To look at"), "health=warning&health=error"),
        Preset(_("Closed"), "stage=retired&stage=stopped"),
    ],
    bulk=[
        Bulk(key="share", label=_("Share with the organisation"), icon="world", act=_share),
        Bulk(key="keep", label=_("Keep to the team"), icon="lock", act=_keep),
    ],
    columns=[
        Column(
            key="name",
            title=_("Use case"),
            value=lambda row: row.use_case.name,
            template=CELLS + "name.html",
            sort=Lower("name"),
        ),
        Column(
            key="decision", title=_("Decision"), value=lambda row: row.use_case.decision, sort="decision", hidden=True
        ),
        Column(
            key="health",
            title=_("Health"),
            value=lambda row: Pill(row.use_case.health_tone, row.use_case.get_health_display()),
            template=CELLS + "health.html",
            sort=place("health", WORST_FIRST),
            filter="health",
            filters_by=lambda row: row.use_case.health,
        ),
        Column(
            key="health_reason",
            title=_("Why"),
            value=lambda row: row.use_case.health_reason,
            hidden=True,
        ),
        Column(
            key="stage",
            title=_("Stage"),
            value=lambda row: row.use_case.get_stage_display(),
            template=CELLS + "stage.html",
            sort=place("stage", tuple(Stage)),
            filter="stage",
            filters_by=lambda row: row.use_case.stage,
        ),
        Column(
            key="days",
            title=_("Days in the stage"),
            value=lambda row: row.days,
            sort="stage_since",
            numeric=True,
            hidden=True,
        ),
        Column(
            key="kpi",
            title=_("KPI"),
            value=lambda row: " · ".join(
                str(part) for part in (row.headline.title, row.headline.value or row.headline.note) if part
            ),
            template=CELLS + "kpi.html",
        ),
        Column(
            key="team",
            title=_("Team"),
            value=lambda row: row.use_case.team.name,
            template=CELLS + "team.html",
            sort=Lower("team__name"),
            filter="team",
            filters_by=lambda row: row.use_case.team.slug,
        ),
        Column(key="sites", title=_("Sites"), value=lambda row: row.sites, template=CELLS + "sites.html"),
        Column(
            key="gate",
            title=_("Gate ahead"),
            value=lambda row: row.use_case.stage_ahead.label if row.use_case.stage_ahead else "",
            template=CELLS + "gate.html",
        ),
        Column(
            key="shared",
            title=_("Shared"),
            value=lambda row: row.use_case.is_shared,
            hidden=True,
            sort="is_shared",
            filter="shared",
            filters_by=lambda row: "shared" if row.use_case.is_shared else "private",
        ),
    ],
)
