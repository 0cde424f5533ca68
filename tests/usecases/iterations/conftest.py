"""A use case in POC with a KPI and a site; models that went live there, points that came from there."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from tests.living import live
from usecases.catalog.models import Site, Stage, UseCase
from usecases.iterations import actions, arrivals
from usecases.iterations.models import Iteration
from usecases.kpis.models import KPI


@pytest.fixture
def in_poc(use_case, site) -> UseCase:
    UseCase.objects.filter(pk=use_case.pk).update(stage=Stage.POC)
    use_case.refresh_from_db()
    return use_case


@pytest.fixture
def kpi(use_case, business) -> KPI:
    return KPI.objects.create(
        use_case=use_case,
        number=1,
        name="Visits",
        unit="%",
        owner=business,
        is_headline=True,
        baseline=2.0,
        proxy_metric="auuc",
    )


@pytest.fixture
def today() -> date:
    return timezone.localdate()


@pytest.fixture
def agreed(kpi, site, today) -> dict[str, object]:
    """What an iteration is opened with."""
    return {
        "kpi": kpi,
        "title": "Constant advice",
        "hypothesis": "Operators read the list.",
        "plugs": "constant",
        "sites": [site],
        "starts_on": today - timedelta(days=10),
        "ends_on": today + timedelta(days=20),
    }


@pytest.fixture
def iteration(in_poc, agreed, data) -> Iteration:
    return actions.open_iteration(in_poc, by=data, **agreed)


@pytest.fixture
def concluded(iteration, business, it) -> Iteration:
    actions.conclude(iteration, by=business, decision="go", reason="Worth it.", findings="The file came late.")
    return iteration


@pytest.fixture
def go_live(in_poc) -> Callable[..., None]:
    """A model went live at a site some days ago, for good or until some days ago."""

    def _go_live(site: Site, days_ago: float, until: float | None = None, **where: bool) -> None:
        now = timezone.now()
        end = None if until is None else now - timedelta(days=until)
        live(in_poc, site, now - timedelta(days=days_ago), end, **where)

    return _go_live


@pytest.fixture
def points_came(in_poc) -> Callable[..., None]:
    """A point came from a site some days ago."""

    def _points_came(site: Site, days_ago: float) -> None:
        at: datetime = timezone.now() - timedelta(days=days_ago)
        arrivals.note(in_poc, [arrivals.Span(site.pk, at.date(), at, at)])

    return _points_came
