"""What the lists of the catalogue's API are filtered by."""

import django_filters.rest_framework as filters
from django.db import models

from portal.api.filters import TextFilter
from usecases.catalog.models import Funding, Health, RiskTier, Score, Site, Stage, UseCase, UseCaseSite
from usecases.catalog.portfolio import CLOSED_STAGES, OPEN
from usecases.catalog.tree import under


class SiteFilter(filters.FilterSet):
    """Which sites."""

    q = TextFilter("name", label="A part of the name.")
    under = filters.CharFilter(method="below", label="A site's slug: it, and those below it.")
    kind = filters.CharFilter()

    def below(self, rows: models.QuerySet[Site], name: str, value: str) -> models.QuerySet[Site]:
        """The site of this slug and those below it."""
        return rows.filter(pk__in=under(value))


class UseCaseFilter(filters.FilterSet):
    """Which use cases: the filters of the portfolio."""

    q = TextFilter("name", "decision", "slug", label="A part of the name, the decision or the slug.")
    stage = filters.ChoiceFilter(
        choices=[(OPEN, OPEN), *Stage.choices], method="in_stage", label="“open”: neither stopped nor retired."
    )
    health = filters.ChoiceFilter(choices=Health.choices)
    team = filters.CharFilter(field_name="team__slug")
    site = filters.CharFilter(method="at_site", label="A site's slug: served there, or below.")
    tag = filters.CharFilter(method="tagged", label="A tag.")
    value = filters.ChoiceFilter(choices=Score.choices, field_name="value_score")
    feasibility = filters.ChoiceFilter(choices=Score.choices, field_name="feasibility_score")
    funding = filters.ChoiceFilter(choices=Funding.choices)
    risk_tier = filters.ChoiceFilter(choices=RiskTier.choices)
    is_shared = filters.BooleanFilter()

    def tagged(self, rows: models.QuerySet[UseCase], name: str, value: str) -> models.QuerySet[UseCase]:
        """Those that have this tag."""
        return rows.filter(tags__contains=[value])

    def in_stage(self, rows: models.QuerySet[UseCase], name: str, value: str) -> models.QuerySet[UseCase]:
        """Those of a stage, or those that are not closed."""
        return rows.exclude(stage__in=CLOSED_STAGES) if value == OPEN else rows.filter(stage=value)

    def at_site(self, rows: models.QuerySet[UseCase], name: str, value: str) -> models.QuerySet[UseCase]:
        """Those that serve this site or one below it."""
        return rows.filter(pk__in=UseCaseSite.objects.filter(site__in=under(value)).values("use_case"))
