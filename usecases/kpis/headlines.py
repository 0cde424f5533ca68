"""The one figure that stands for a use case: its headline KPI against the system in place."""

from collections.abc import Sequence
from datetime import datetime, time

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.registry import Headline
from usecases.catalog.models import UseCase
from usecases.kpis.models import KPI
from usecases.kpis.standing import Standing, latest


def headlines(use_cases: Sequence[UseCase]) -> dict[int, Headline]:
    """The headline of each use case by primary key, in two queries for any number of them."""
    kpis = {kpi.use_case_id: kpi for kpi in KPI.objects.filter(use_case__in=use_cases, is_headline=True)}
    last = latest(list(kpis.values()))
    found: dict[int, Headline] = {}
    for use_case in use_cases:
        kpi = kpis.get(use_case.pk)
        if kpi is None:
            note = _("No KPI yet: say what the business measures.")
            found[use_case.pk] = Headline(title=_("KPI"), note=note, url=reverse("kpis", args=[use_case.slug]))
        else:
            url = reverse("kpi", args=[use_case.slug, kpi.number])
            found[use_case.pk] = headline(kpi, last.get(kpi.pk), url)
    return found


def headline(kpi: KPI, standing: Standing | None, url: str) -> Headline:
    """The headline of one KPI: relative to the system in place when it is known, else the value itself."""
    if standing is None:
        return Headline(title=kpi.name, note=_("Not measured yet."), url=url)
    as_of = datetime.combine(standing.end, time(), tzinfo=timezone.get_default_timezone())
    if standing.estimate is None:
        return Headline(title=kpi.name, note=_("Measured site by site: look at each."), as_of=as_of, url=url)
    note = standing.period
    if standing.effect is None:
        value = standing.value
        note += "; " + _("no system in place to compare with")
        title = kpi.name
    else:
        value = f"{standing.difference}\N{NO-BREAK SPACE}{kpi.unit}"
        title = _("%(kpi)s against the system in place") % {"kpi": kpi.name}
    if standing.provisional:
        note += "; " + _("provisional")
    return Headline(
        title=title, value=value, interval=standing.interval, grade=kpi.proof, note=note, as_of=as_of, url=url
    )
