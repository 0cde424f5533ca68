"""Where a KPI stands over a period: its estimate, its effect, and the sentence that says both."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby
from operator import attrgetter

from babel.dates import format_date
from django.db.models import Max, OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.ui import wording
from usecases.kpis.effect import Effect, Estimate, digits, effect, pooled
from usecases.kpis.models import KPI, Cadence, Direction, Measurement, MeasurementStatus


@dataclass(frozen=True, slots=True)
class Standing:
    """A KPI over one period. `estimate` None: measured site by site, without the sizes to put them together."""

    kpi: KPI
    start: date
    end: date
    estimate: Estimate | None
    provisional: bool
    sites: int

    @property
    def effect(self) -> Effect | None:
        """The difference to the system in place, None when nobody knows what that is."""
        return None if self.estimate is None else effect(self.estimate, self.kpi.baseline)

    @property
    def middle(self) -> datetime:
        """The middle of the period, in the organisation's zone: where a chart puts it."""
        zone = timezone.get_default_timezone()
        start, end = (datetime.combine(day, time(), tzinfo=zone) for day in (self.start, self.end))
        return start + (end - start) / 2

    @property
    def period(self) -> str:
        """The period in words: "week of 4 May 2026", "May 2026", else its first and last day."""
        return period_in_words(self.kpi, self.start, self.end)

    @property
    def digits(self) -> int:
        """How many decimals its figures deserve."""
        if self.estimate is None:
            return 0
        found = self.effect
        error = found.error if found and found.error else self.estimate.standard_error
        return digits(error, self.estimate.value, self.kpi.baseline, self.kpi.target)

    @property
    def value(self) -> str:
        """The value with its unit."""
        value = self.estimate.value if self.estimate else None
        return wording.number(value, self.digits, unit=self.kpi.unit)

    @property
    def difference(self) -> str:
        """The signed difference to the system in place, without unit; "unknown" without one."""
        return wording.number(self.effect.difference if self.effect else None, self.digits, signed=True)

    @property
    def interval(self) -> str:
        """The 95 % interval of the difference, or of the value when there is nothing to compare with."""
        if self.effect is not None:
            return wording.interval(self.effect.low, self.effect.high, self.digits)
        if self.estimate is None:
            return wording.interval(None, None)
        return wording.interval(self.estimate.low, self.estimate.high, self.digits, signed=False)

    @property
    def on_target(self) -> bool | None:
        """Whether the target is reached, None without a target or an estimate."""
        if self.kpi.target is None or self.estimate is None:
            return None
        if self.kpi.direction == Direction.UP:
            return self.estimate.value >= self.kpi.target
        return self.estimate.value <= self.kpi.target

    @property
    def sentence(self) -> str:
        """What it says, in one or two sentences, with interval, period and target."""
        facts = {
            "kpi": self.kpi.name,
            "value": self.value,
            "difference": self.difference,
            "interval": self.interval,
            "period": self.period,
            "sites": self.sites,
        }
        if self.estimate is None:
            return _("%(kpi)s: measured at %(sites)s sites, %(period)s, without the sizes to pool them.") % facts
        found = self.effect
        if found is None:
            said = _("%(kpi)s %(value)s (%(interval)s), %(period)s; nobody has said what the system in place does.")
        elif found.difference > 0:
            said = _("%(kpi)s %(value)s, %(difference)s above the system in place (%(interval)s), %(period)s")
        elif found.difference < 0:
            said = _("%(kpi)s %(value)s, %(difference)s below the system in place (%(interval)s), %(period)s")
        else:
            said = _("%(kpi)s %(value)s, the same as the system in place (%(interval)s), %(period)s")
        return said % facts + ("" if found is None else "; " + self.target_words)

    @property
    def target_words(self) -> str:
        """Whether the target is reached, in words."""
        if self.on_target is None:
            return _("no target set.")
        target = wording.number(self.kpi.target, digits(None, self.kpi.target))
        said = _("target %(target)s reached.") if self.on_target else _("target %(target)s not reached.")
        return said % {"target": target}

    @property
    def caution(self) -> str:
        """What must be said beside it: no difference proven, not validated yet; empty when there is nothing."""
        said = []
        if self.effect is not None and self.effect.error is not None and not self.effect.proven:
            said.append(_("The interval holds zero: no difference is proven."))
        if self.provisional:
            said.append(_("Provisional: the business has not validated it yet."))
        return " ".join(said)


def standings(kpi: KPI, measurements: Iterable[Measurement]) -> list[Standing]:
    """One standing per period, oldest first, from the measurements of one KPI (of one site, or of all).

    In each period the measurement of all sites together wins over the sites' own, which are else pooled by size.
    """
    ordered = sorted(measurements, key=attrgetter("period_start"))
    return [_of_period(kpi, start, list(rows)) for start, rows in groupby(ordered, key=attrgetter("period_start"))]


def latest(kpis: Sequence[KPI]) -> dict[int, Standing]:
    """The standing of the last period of each KPI, by primary key, in one query; none for a KPI never measured."""
    last = Measurement.objects.filter(kpi=OuterRef("kpi")).order_by().values("kpi").annotate(day=Max("period_start"))
    rows = Measurement.objects.filter(kpi__in=kpis, period_start=Subquery(last.values("day"))).order_by("kpi_id")
    by_pk = {kpi.pk: kpi for kpi in kpis}
    found: dict[int, Standing] = {}
    for pk, group in groupby(rows, key=attrgetter("kpi_id")):
        found[pk] = standings(by_pk[pk], group)[-1]
    return found


def period_in_words(kpi: KPI, start: date, end: date) -> str:
    """ "week of 4 May 2026", "May 2026", else the first and the last day."""
    if kpi.cadence == Cadence.WEEK and (end - start).days == 7:
        return _("week of %(day)s") % {"day": wording.day(start)}
    if start.day == 1 and end.day == 1 and (end - start).days <= 31:
        return str(format_date(start, "MMMM yyyy", locale=wording.locale()))
    last = date.fromordinal(end.toordinal() - 1)
    return _("%(first)s to %(last)s") % {"first": wording.day(start), "last": wording.day(last)}


def _of_period(kpi: KPI, start: date, rows: list[Measurement]) -> Standing:
    whole = [row for row in rows if row.site_id is None]
    used = whole or rows
    return Standing(
        kpi=kpi,
        start=start,
        end=max(row.period_end for row in used),
        estimate=pooled([_estimate(row) for row in used]),
        provisional=any(row.status == MeasurementStatus.PROVISIONAL for row in used),
        sites=len(used),
    )


def _estimate(row: Measurement) -> Estimate:
    return Estimate(row.value, row.standard_error, row.n, row.reference_value, row.reference_standard_error)
