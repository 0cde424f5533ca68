"""The portfolio: its list, what a row of it says, and the stages and scores it is drawn by."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Case, F, Func, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal import clock, registry
from portal.people.models import Membership, Role, Team, User
from portal.ui.tables import Bulk, Choices, Column, Pick, Pill, Preset, Table
from portal.ui.templatetags.ui import faces
from usecases.catalog import actions, cells
from usecases.catalog.faces import NEEDED, Seat
from usecases.catalog.models import (
    Availability,
    Funding,
    Health,
    RiskTier,
    Score,
    Site,
    Stage,
    UseCase,
    UseCaseQuerySet,
    UseCaseSite,
)
from usecases.catalog.tree import under

OPEN = "open"
UNSCORED = "none"
CLOSED_STAGES = (Stage.RETIRED, Stage.STOPPED)
WORST_FIRST = (Health.ERROR, Health.WARNING, Health.UNKNOWN, Health.HEALTHY)
NO_HEADLINE = registry.Headline(title="")
LONG_TEXTS = ("problem", "hypothesis", "algorithm_reason", "data_note")


class Lot:
    """Some use cases, and what is told of them: each kind of fact is asked for once, if at all."""

    def __init__(self, use_cases: Sequence[UseCase]) -> None:
        self.use_cases, self.now = use_cases, clock.now()
        self.faces: dict[int, str] = {}

    @cached_property
    def headlines(self) -> Mapping[int, registry.Headline]:
        """The KPI of each."""
        return registry.headlines(self.use_cases)

    @cached_property
    def trends(self) -> Mapping[int, registry.Trend]:
        """How the KPI of each went."""
        return registry.trends(self.use_cases)

    @cached_property
    def sites(self) -> Mapping[int, list[str]]:
        """The names of the sites each serves (one query)."""
        found: dict[int, list[str]] = {}
        served = UseCaseSite.objects.filter(use_case__in=self.use_cases).order_by("site__name")
        for pk, name in served.values_list("use_case_id", "site__name"):
            found.setdefault(pk, []).append(name)
        return found

    @cached_property
    def seats(self) -> Mapping[int, list[Seat]]:
        """One seat for each role a team needs: who has been there longest, or nobody; by team (one query)."""
        teams = {use_case.team_id for use_case in self.use_cases}
        first: dict[tuple[int, str], User] = {}
        around = Membership.objects.filter(team__in=teams, role__in=NEEDED, user__is_active=True)
        for member in around.select_related("user").order_by("id"):
            first.setdefault((member.team_id, member.role), member.user)
        return {team: [Seat(Role(role), first.get((team, role))) for role in NEEDED] for team in teams}


@dataclass(frozen=True, slots=True)
class Row:
    """What the portfolio says of one use case."""

    use_case: UseCase
    lot: Lot

    @property
    def pk(self) -> int:
        """Of the use case."""
        return self.use_case.pk

    @property
    def headline(self) -> registry.Headline:
        """Its KPI."""
        return self.lot.headlines.get(self.use_case.pk, NO_HEADLINE)

    @property
    def trend(self) -> registry.Trend | None:
        """How its KPI went; None when that is not known."""
        return self.lot.trends.get(self.use_case.pk)

    @property
    def seats(self) -> Sequence[Seat]:
        """Who plays which role, and which role nobody plays."""
        return self.lot.seats[self.use_case.team_id]

    @property
    def faces(self) -> str:
        """The same, drawn: once for all use cases of a team."""
        drawn, team = self.lot.faces, self.use_case.team_id
        if team not in drawn:
            drawn[team] = faces(self.seats)
        return drawn[team]

    @property
    def sites(self) -> Sequence[str]:
        """The sites it serves."""
        return self.lot.sites.get(self.use_case.pk, ())

    @property
    def days(self) -> int:
        """Whole days in its stage."""
        return max(0, (self.lot.now - self.use_case.stage_since).days)

    @property
    def kpi(self) -> str:
        """Its KPI in a line."""
        told = self.headline
        return " · ".join(str(part) for part in (told.title, told.value or told.note) if part)


def rows(found: Iterable[UseCase]) -> list[Row]:
    """Rows for these use cases (see `ready`)."""
    lot = Lot(list(found))
    return [Row(use_case, lot) for use_case in lot.use_cases]


def ready(found: UseCaseQuerySet) -> UseCaseQuerySet:
    """With what a row says itself, without its long texts."""
    return found.select_related("team").defer(*LONG_TEXTS)


def place(field: str, order: Sequence[str]) -> Case:
    """Where the value of a field stands in an order, from 0."""
    whens = [When(**{field: value}, then=Value(position)) for position, value in enumerate(order)]
    return Case(*whens, default=Value(len(order)), output_field=IntegerField())


def in_stages(found: QuerySet[Any], values: tuple[str, ...]) -> QuerySet[Any]:
    """Those of these stages; "open" is all but the stopped and retired."""
    wanted = Q(stage__in=[value for value in values if value != OPEN])
    return found.filter(wanted | ~Q(stage__in=CLOSED_STAGES) if OPEN in values else wanted)


def at_sites(found: QuerySet[Any], values: tuple[str, ...]) -> QuerySet[Any]:
    """Those that serve one of these sites, or a place below."""
    places = [place for slug in values for place in under(slug)]
    return found.filter(pk__in=UseCaseSite.objects.filter(site__in=places).values("use_case"))


def with_tags(found: QuerySet[Any], values: tuple[str, ...]) -> QuerySet[Any]:
    """Those that have one of these tags."""
    return found.filter(tags__overlap=list(values))


def teams(user: User) -> QuerySet[Team]:
    """The teams whose use cases this person sees."""
    return Team.objects.filter(pk__in=UseCase.objects.visible_to(user).order_by().values("team_id"))


def tags(user: User) -> QuerySet[Any, Any]:
    """The tags of the use cases that this person sees, as rows with `tag`."""
    found = UseCase.objects.visible_to(user).order_by().annotate(tag=Func(F("tags"), function="unnest"))
    return found.values("tag").distinct()


def _scored(field: str) -> Any:
    """What narrows to these scores of one kind; "none" is not judged yet."""

    def narrow(found: QuerySet[Any], values: tuple[str, ...]) -> QuerySet[Any]:
        wanted = Q(**{f"{field}__in": [int(value) for value in values if value != UNSCORED]})
        return found.filter(wanted | Q(**{field: None}) if UNSCORED in values else wanted)

    return narrow


def _shared(found: QuerySet[Any], values: tuple[str, ...]) -> QuerySet[Any]:
    """Those that everybody may read, or the others; both is all."""
    return found.filter(is_shared=values == ("shared",)) if len(values) == 1 else found


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags(Pick):
    """Tags are their own names."""

    def words(self, values: tuple[str, ...], user: User) -> str:
        """As they are."""
        return ", ".join(values)


def _share(use_case: UseCase, by: User) -> None:
    actions.edit_use_case(use_case, by=by, is_shared=True)


def _keep(use_case: UseCase, by: User) -> None:
    actions.edit_use_case(use_case, by=by, is_shared=False)


SCORES = [*((str(score.value), score.label) for score in Score), (UNSCORED, _("Not judged yet"))]
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
            choices=[(OPEN, pgettext_lazy("stage", "Open")), *Stage.choices],
            usual=OPEN,
            narrow=in_stages,
        ),
        Choices(key="health", title=_("Health"), choices=Health.choices, field="health"),
        Pick(key="team", title=_("Team"), source=teams, field="team__slug"),
        Pick(key="site", title=_("Site"), source=lambda user: Site.objects.all(), narrow=at_sites),
        Tags(key="tag", title=_("Tag"), source=tags, narrow=with_tags, value="tag", label="tag"),
        Choices(key="value", title=_("Value"), choices=SCORES, narrow=_scored("value_score")),
        Choices(key="feasibility", title=_("Feasibility"), choices=SCORES, narrow=_scored("feasibility_score")),
        Choices(key="funding", title=_("Funding"), choices=Funding.choices, field="funding"),
        Choices(key="risk", title=_("Risk tier"), choices=RiskTier.choices, field="risk_tier"),
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
            draw=cells.name,
            sort=Lower("name"),
        ),
        Column(
            key="decision", title=_("Decision"), value=lambda row: row.use_case.decision, sort="decision", hidden=True
        ),
        Column(
            key="health",
            title=_("Health"),
            value=lambda row: Pill(row.use_case.health_tone, Health(row.use_case.health).label),
            draw=cells.health,
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
            value=lambda row: Stage(row.use_case.stage).label,
            draw=cells.stage,
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
        Column(key="kpi", title=_("KPI"), value=lambda row: row.kpi, draw=cells.kpi),
        Column(
            key="value",
            title=_("Value"),
            value=lambda row: row.use_case.value_score,
            sort="value_score",
            filter="value",
            filters_by=lambda row: str(row.use_case.value_score or UNSCORED),
            numeric=True,
            hidden=True,
        ),
        Column(
            key="feasibility",
            title=_("Feasibility"),
            value=lambda row: row.use_case.feasibility_score,
            sort="feasibility_score",
            filter="feasibility",
            filters_by=lambda row: str(row.use_case.feasibility_score or UNSCORED),
            numeric=True,
            hidden=True,
        ),
        Column(
            key="scored",
            title=_("Judged on"),
            value=lambda row: row.use_case.scored_at,
            sort="scored_at",
            hidden=True,
        ),
        Column(
            key="funding",
            title=_("Funding"),
            value=lambda row: Pill(row.use_case.funding_tone, Funding(row.use_case.funding).label),
            sort=place("funding", tuple(Funding)),
            filter="funding",
            filters_by=lambda row: row.use_case.funding,
            hidden=True,
        ),
        Column(
            key="data",
            title=_("Data"),
            value=lambda row: row.use_case.get_data_availability_display(),
            sort=place("data_availability", tuple(Availability)),
            hidden=True,
        ),
        Column(
            key="risk",
            title=_("Risk tier"),
            value=lambda row: row.use_case.get_risk_tier_display(),
            sort=place("risk_tier", tuple(RiskTier)),
            filter="risk",
            filters_by=lambda row: row.use_case.risk_tier,
            hidden=True,
        ),
        Column(
            key="team",
            title=_("Team"),
            value=lambda row: row.use_case.team.name,
            draw=cells.team,
            sort=Lower("team__name"),
            filter="team",
            filters_by=lambda row: row.use_case.team.slug,
        ),
        Column(key="sites", title=_("Sites"), value=lambda row: row.sites, draw=cells.sites),
        Column(key="tags", title=_("Tags"), value=lambda row: row.use_case.tags, hidden=True),
        Column(
            key="gate",
            title=_("Gate ahead"),
            value=lambda row: ahead.label if (ahead := row.use_case.stage_ahead) else "",
            draw=cells.gate,
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
