"""The one figure that stands for a use case: what its headline KPI changed against the system in place."""

from collections.abc import Sequence
from datetime import date, datetime, time

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.registry import Headline
from portal.ui import wording
from usecases.catalog.models import UseCase
from usecases.kpis.measured import Measured, effects
from usecases.kpis.models import KPI
from usecases.kpis.standing import period_in_words
from usecases.kpis.totals import EVERY, Only


def headlines(use_cases: Sequence[UseCase], only: Only = EVERY) -> dict[int, Headline]:
    """The headline of each use case by primary key, in two queries for any number of them."""
    kpis = {kpi.use_case_id: kpi for kpi in KPI.objects.filter(use_case__in=use_cases, is_headline=True)}
    measured = effects(kpis.values(), only)
    found: dict[int, Headline] = {}
    for use_case in use_cases:
        kpi = kpis.get(use_case.pk)
        if kpi is None:
            note = _("No KPI yet: say what the business measures.")
            found[use_case.pk] = Headline(title=_("KPI"), note=note, url=reverse("kpis", args=[use_case.slug]))
        else:
            url = reverse("kpi", args=[use_case.slug, kpi.number])
            found[use_case.pk] = headline(measured[kpi.pk], url)
    return found


def headline(measured: Measured, url: str) -> Headline:
    """The headline of one KPI: relative to the system in place when it is known, else the value itself."""
    kpi, total = measured.kpi, measured.total
    if total.last_end is None:
        return Headline(title=kpi.name, note=_("Not measured yet."), url=url)
    if measured.estimate is None or total.start is None or total.end is None:
        return Headline(title=kpi.name, note=_nothing_counts(measured), as_of=_end(total.last_end), url=url)
    over = period_in_words(kpi, total.start, total.end)
    if total.periods > 1:
        over = _("%(number)s periods, %(over)s") % {"number": total.periods, "over": over}
    notes = [over]
    effect = measured.effect
    if effect is None:
        title, value = kpi.name, wording.number(total.value, measured.digits, unit=kpi.unit)
        estimate = measured.estimate
        interval = wording.interval(estimate.low, estimate.high, measured.digits, signed=False)
        notes.append(_("no system in place to compare with"))
    else:
        title = _("%(kpi)s against the system in place") % {"kpi": kpi.name}
        value = wording.number(effect.difference, measured.digits, signed=True, unit=kpi.unit)
        interval = wording.interval(effect.low, effect.high, measured.digits)
    notes += _notes(measured)
    return Headline(
        title=title,
        value=value,
        interval=interval,
        grade=measured.grade,
        note=wording.clauses(notes),
        as_of=measured.as_of,
        url=url,
    )


def _nothing_counts(measured: Measured) -> str:
    """Why no period counts yet."""
    if measured.total.mature_on is not None:
        return _("Immature until %(day)s.") % {"day": wording.day(measured.total.mature_on)}
    if measured.total.unknown:
        return _("Measured site by site: look at each.")
    return _("No period counts yet.")


def _notes(measured: Measured) -> list[str]:
    notes = []
    if measured.total.provisional:
        notes.append(_("provisional"))
    ratio = measured.sample_ratio
    if ratio is not None and ratio.mismatch:
        notes.append(_("arms not drawn as said"))
    if measured.gone_since is not None:
        notes.append(_("no longer measured since %(day)s") % {"day": wording.day(measured.gone_since)})
    return notes


def _end(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=timezone.get_default_timezone())
