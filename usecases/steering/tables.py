"""The lists of steering: use cases with their times and money, what was stopped, what was decided, the curse list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property, partial
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.people.models import User
from portal.ui.tables import Between, Choices, Column, Pick, Preset, Table
from portal.ui.tables.filters import Filter
from usecases.catalog.models import Funding, Site, Stage, UseCase, UseCaseSite
from usecases.catalog.portfolio import LONG_TEXTS, Tags, place, tags, teams
from usecases.catalog.tree import under
from usecases.curse.raised import Sign, signs
from usecases.lifecycle.times import Times, times
from usecases.roi.account import Sums, sums
from usecases.steering.models import SteeringDecision
from usecases.steering.transitions import CLOSED

CELLS = "usecases/steering/cells/"


def whole_days(spent: timedelta | None) -> int | None:
    """Whole days; None of what has not happened."""
    return None if spent is None else max(0, spent.days)


def end_of(day: date | None) -> datetime | None:
    """The end of a day in the organisation's zone; None is now."""
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=timezone.get_default_timezone())


def known(user: User, as_of: datetime | None) -> QuerySet[UseCase]:
    """The use cases that there were, as far as this person sees them."""
    found = UseCase.objects.visible_to(user).select_related("team").defer(*LONG_TEXTS)
    return found.filter(occurred_at__lte=as_of) if as_of else found


# --- filters, the same everywhere -----------------------------------------------------------------------------------
def _at_sites(prefix: str, found: QuerySet[Any], values: tuple[str, ...]) -> QuerySet[Any]:
    places = [place for slug in values for place in under(slug)]
    return found.filter(**{f"{prefix}pk__in": UseCaseSite.objects.filter(site__in=places).values("use_case")})


def _tagged(prefix: str, found: QuerySet[Any], values: tuple[str, ...]) -> QuerySet[Any]:
    return found.filter(**{f"{prefix}tags__overlap": list(values)})


def _sites(user: User) -> QuerySet[Any]:
    """Countries and the like come first in a long tree."""
    return Site.objects.all()


def filters(prefix: str = "") -> list[Filter]:
    """Tag, country and period of use cases; `prefix` leads from a row to its use case ("use_case__")."""
    return [
        Tags(key="tag", title=_("Tag"), source=tags, narrow=partial(_tagged, prefix), value="tag", label="tag"),
        Pick(key="site", title=_("Country or site"), source=_sites, narrow=partial(_at_sites, prefix)),
        Pick(key="team", title=_("Team"), source=teams, field=f"{prefix}team__slug"),
        Between(key="opened", title=_("Opened"), field=f"{prefix}occurred_at"),
    ]


# --- use cases ------------------------------------------------------------------------------------------------------
class Lot:
    """Some use cases as of a moment, and what steering reads of them: each kind of fact is asked for once."""

    def __init__(self, use_cases: Sequence[UseCase], as_of: datetime | None) -> None:
        self.use_cases, self.as_of = use_cases, as_of
        self.now = as_of or clock.now()

    @cached_property
    def times(self) -> Mapping[int, Times]:
        """How long each took."""
        return times(self.use_cases, self.as_of)

    @cached_property
    def sums(self) -> Mapping[int, Sequence[Sums]]:
        """The money of each, per currency, its own first."""
        return sums(self.use_cases, self.as_of)

    @cached_property
    def signals(self) -> Mapping[int, list[Sign]]:
        """The curse signals at the last look; not kept for the past."""
        return signs(self.use_cases) if self.as_of is None else {}

    @cached_property
    def decisions(self) -> Mapping[int, SteeringDecision]:
        """The last decision about each."""
        taken = SteeringDecision.objects.filter(use_case__in=self.use_cases, occurred_at__lte=self.now)
        last = taken.order_by("use_case_id", "-occurred_at", "-id").distinct("use_case_id")
        return {one.use_case_id: one for one in last.select_related("by")}


@dataclass(frozen=True, slots=True)
class Row:
    """What steering reads of one use case."""

    use_case: UseCase
    lot: Lot

    @property
    def pk(self) -> int:
        """Of the use case."""
        return self.use_case.pk

    @property
    def times(self) -> Times:
        """How long it took."""
        return self.lot.times[self.use_case.pk]

    @property
    def stage(self) -> Stage:
        """Where it stood."""
        return Stage(self.times.stage)

    @property
    def closed(self) -> bool:
        """Whether it is off its road, so that there is nothing to decide."""
        return self.use_case.stage in CLOSED

    @property
    def days(self) -> int:
        """Whole days in its stage."""
        return max(0, (self.lot.now - self.times.stage_since).days)

    @property
    def flow_days(self) -> int | None:
        """Whole days to its first production flow."""
        return whole_days(self.times.to_first_flow)

    @property
    def market_days(self) -> int | None:
        """Whole days to market."""
        return whole_days(self.times.to_market)

    @property
    def money(self) -> Sums:
        """Its money in its own currency."""
        return self.lot.sums[self.use_case.pk][0]

    @property
    def currencies(self) -> Sequence[Sums]:
        """Its money in each of its currencies."""
        return self.lot.sums[self.use_case.pk]

    @property
    def others(self) -> Sequence[Sums]:
        """Its money in other currencies."""
        return self.lot.sums[self.use_case.pk][1:]

    @property
    def decision(self) -> SteeringDecision | None:
        """What was decided last."""
        return self.lot.decisions.get(self.use_case.pk)

    @property
    def signals(self) -> Sequence[Sign]:
        """The curse signals."""
        return self.lot.signals.get(self.use_case.pk, ())

    @property
    def net(self) -> Decimal | None:
        """Realised value less cost, as far as both are known."""
        return self.money.net.value if self.money.net else None


def rows(found: Sequence[UseCase], as_of: datetime | None = None) -> list[Row]:
    """Rows for these use cases, as of a moment."""
    lot = Lot(found, as_of)
    return [Row(use_case, lot) for use_case in found]


def table(as_of: datetime | None) -> Table:
    """The list of use cases as of a moment; None: now."""
    return replace(TABLE, dress=lambda found: rows(found, as_of))


TABLE = Table(
    key="steering",
    title=_("Use cases, as steering reads them"),
    order="name",
    search=("name", "decision", "slug"),
    search_label=_("Name or decision"),
    link=lambda row: row.use_case.get_absolute_url(),
    keeps=("as_of",),
    filters=[*filters(), Choices(key="funding", title=_("Funding"), choices=Funding.choices, field="funding")],
    presets=[Preset(_("Not decided"), "funding=undecided"), Preset(_("Paused"), "funding=paused")],
    size=25,
    columns=[
        Column(key="name", title=_("Use case"), value=lambda row: row.use_case.name, sort=Lower("name")),
        Column(
            key="team",
            title=_("Team"),
            value=lambda row: row.use_case.team.name,
            sort=Lower("team__name"),
            filter="team",
            filters_by=lambda row: row.use_case.team.slug,
        ),
        Column(
            key="stage",
            title=_("Stage"),
            value=lambda row: row.stage.label,
            template=CELLS + "stage.html",
            sort=place("stage", tuple(Stage)),
        ),
        Column(key="opened", title=_("Opened"), value=lambda row: row.use_case.occurred_at.date(), sort="occurred_at"),
        Column(
            key="flow",
            title=_("Days to first production flow"),
            value=lambda row: row.flow_days,
            template=CELLS + "days.html",
            numeric=True,
        ),
        Column(
            key="market",
            title=_("Days to market"),
            value=lambda row: row.market_days,
            template=CELLS + "days.html",
            numeric=True,
        ),
        Column(key="currency", title=_("Currency"), value=lambda row: row.money.currency, hidden=True),
        Column(
            key="cost", title=_("Cost"), value=lambda row: row.money.cost, template=CELLS + "cost.html", numeric=True
        ),
        Column(
            key="expected",
            title=_("Expected so far"),
            value=lambda row: row.money.expected,
            template=CELLS + "money.html",
            numeric=True,
        ),
        Column(
            key="realised",
            title=_("Realised"),
            value=lambda row: row.money.value,
            template=CELLS + "money.html",
            numeric=True,
        ),
        Column(
            key="net",
            title=_("Realised less cost"),
            value=lambda row: row.net,
            template=CELLS + "money.html",
            numeric=True,
            hidden=True,
        ),
        Column(
            key="funding",
            title=_("Decision"),
            value=lambda row: row.decision.get_kind_display() if row.decision else Funding.UNDECIDED.label,
            template=CELLS + "funding.html",
            sort=place("funding", tuple(Funding)),
        ),
        Column(
            key="why",
            title=_("Why it was decided"),
            value=lambda row: row.decision.reason if row.decision else "",
            hidden=True,
        ),
        Column(
            key="signals",
            title=_("Curse signals"),
            value=lambda row: [one.reason for one in row.signals],
            template=CELLS + "signals.html",
        ),
        Column(key="tags", title=_("Tags"), value=lambda row: row.use_case.tags, hidden=True),
    ],
)
