"""The portfolio: which use cases a filter in the URL asks for, in which order, and what a row or a card says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Case, Count, Expression, F, IntegerField, OrderBy, Q, Value, When
from django.db.models.functions import Lower

from portal import clock, registry
from portal.people.models import User
from usecases.catalog.faces import MEMBERS, Seat, one_per_role
from usecases.catalog.models import Health, Site, Stage, UseCase, UseCaseQuerySet

PAGE = 50
OPEN = "open"
CLOSED_STAGES = (Stage.RETIRED, Stage.STOPPED)
COLUMNS = (Stage.EXPLORATION, Stage.POC, Stage.INDUSTRIALISATION, Stage.PRODUCTION)
WORST_FIRST = (Health.ERROR, Health.WARNING, Health.UNKNOWN, Health.HEALTHY)
SORTS = ("name", "health", "stage", "team", "days")
VIEWS = ("table", "kanban")
NO_HEADLINE = registry.Headline(title="")


@dataclass(frozen=True, slots=True)
class Wish:
    """What the URL asks for; a value that means nothing is as if it were not there."""

    view: str = "table"
    stage: str = OPEN
    team: str = ""
    health: str = ""
    site: str = ""
    q: str = ""
    sort: str = "health"

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Wish":
        """Read a query string."""
        view, stage = query.get("view", ""), query.get("stage", "")
        sort = query.get("sort", "")
        return cls(
            view=view if view in VIEWS else "table",
            stage=stage if stage in Stage or stage == "all" else OPEN,
            team=query.get("team", "").replace("\x00", ""),
            health=query.get("health", "") if query.get("health", "") in Health else "",
            site=query.get("site", "").replace("\x00", ""),
            q=query.get("q", "").replace("\x00", "").strip(),
            sort=sort if sort.removeprefix("-") in SORTS else "health",
        )

    @property
    def filters(self) -> bool:
        """Whether anything but the usual is asked for."""
        return self.stage != OPEN or bool(self.team or self.health or self.site or self.q)


@dataclass(frozen=True, slots=True)
class Row:
    """What the portfolio says of one use case."""

    use_case: UseCase
    headline: registry.Headline
    seats: Sequence[Seat]
    sites: Sequence[str]
    days: int


@dataclass(frozen=True, slots=True)
class Column:
    """A stage of the kanban, how many use cases stand there in all, and the cards of this page."""

    stage: Stage
    total: int
    cards: Sequence[Row]


def asked(user: User, wish: Wish) -> UseCaseQuerySet:
    """What this person may see and wishes to, whatever the stage."""
    found = UseCase.objects.visible_to(user)
    if wish.team:
        found = found.filter(team__slug=wish.team)
    if wish.health:
        found = found.filter(health=wish.health)
    if wish.site:
        found = found.filter(pk__in=UseCase.objects.filter(sites__in=_under(wish.site)).values("pk"))
    if wish.q:
        found = found.filter(Q(name__icontains=wish.q) | Q(decision__icontains=wish.q) | Q(slug__icontains=wish.q))
    return found


def in_stage(found: UseCaseQuerySet, stage: str) -> UseCaseQuerySet:
    """Those of one stage, of all ("all"), or of all but the stopped and retired ("open")."""
    if stage == OPEN:
        return found.exclude(stage__in=CLOSED_STAGES)
    return found if stage == "all" else found.filter(stage=stage)


def in_order(found: UseCaseQuerySet, wish: Wish) -> UseCaseQuerySet:
    """Sorted as wished (the kanban by stage), then by name."""
    name = Lower("name")
    keys: dict[str, Expression | F] = {
        "name": name,
        "health": _place("health", WORST_FIRST),
        "stage": _place("stage", tuple(Stage)),
        "team": Lower("team__name"),
        "days": F("stage_since"),
    }
    if wish.view == "kanban":
        return found.order_by(keys["stage"].asc(), keys["health"].asc(), name, "pk")
    key = keys[wish.sort.removeprefix("-")]
    return found.order_by(OrderBy(key, descending=wish.sort.startswith("-")), name, "pk")


def counts(found: UseCaseQuerySet) -> dict[str, int]:
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


def ready(found: UseCaseQuerySet) -> UseCaseQuerySet:
    """With all that a row says, in three more queries however many rows there are."""
    return found.select_related("team").prefetch_related(MEMBERS, "served_sites__site")


def columns(shown: Sequence[Row], totals: Mapping[str, int]) -> list[Column]:
    """The kanban: the stages of the road, then those of the closed stages that hold something."""
    stages = [stage for stage in Stage if stage in COLUMNS or any(row.use_case.stage == stage for row in shown)]
    return [
        Column(stage, totals.get(stage, 0), [row for row in shown if row.use_case.stage == stage]) for stage in stages
    ]


def _place(field: str, order: Sequence[str]) -> Case:
    whens = [When(**{field: value}, then=Value(place)) for place, value in enumerate(order)]
    return Case(*whens, default=Value(len(order)), output_field=IntegerField())


def _under(slug: str) -> list[int]:
    """The site of this slug and everything below it."""
    site = Site.objects.filter(slug=slug).first()
    return list(site.descendants(include_self=True).values_list("pk", flat=True)) if site else []
