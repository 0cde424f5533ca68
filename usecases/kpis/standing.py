"""Where a KPI stands over a period: its estimate, its effect, and the sentence that says both."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from babel.dates import format_date
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from portal.ui import wording
from usecases.kpis.effect import Effect, Estimate, digits, effect
from usecases.kpis.models import KPI, Cadence, Direction
from usecases.kpis.totals import EVERY, Only, Total, by_period, last_period


@dataclass(frozen=True, slots=True)
class Standing:
    """A KPI over one period. `estimate` None: its sites cannot be put together (a size, or a site of a sum, lacks).

    `missing`: the sites that were measured before and are not now; `today` is the day it is read as of.
    """

    kpi: KPI
    start: date
    end: date
    estimate: Estimate | None
    provisional: bool
    sites: int
    missing: str
    today: date

    @property
    def mature_on(self) -> date:
        """The day all its outcomes are known."""
        return self.end + timedelta(days=self.kpi.outcome_delay)

    @property
    def immature(self) -> bool:
        """Whether outcomes are still to come: it is drawn dotted and counts nowhere."""
        return self.mature_on > self.today

    @property
    def loose(self) -> bool:
        """Whether it is drawn hollow and dotted: not validated, or immature."""
        return self.provisional or self.immature

    @property
    def effect(self) -> Effect | None:
        """The difference to the system in place, None when nobody knows what that is."""
        return None if self.estimate is None else effect(self.estimate, self.kpi.baseline, self.kpi.baseline_error)

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
            "missing": self.missing,
        }
        if self.estimate is None and self.missing:
            return _("%(kpi)s: unknown over all sites, %(period)s: %(missing)s is missing.") % facts
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
        return said % facts + ("" if found is None else gettext("; ") + self.target_words)

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
        if self.missing and self.estimate is not None:
            said.append(_("Without %(missing)s, measured before and not now.") % {"missing": self.missing})
        if self.immature:
            said.append(
                _("Immature until %(day)s: its outcomes are not all known, it counts nowhere yet.")
                % {"day": wording.day(self.mature_on)}
            )
        if self.provisional:
            said.append(_("Provisional: the business has not validated it yet."))
        return " ".join(said)


def standings(kpi: KPI, only: Only = EVERY, *, start: date | None = None, end: date | None = None) -> list[Standing]:
    """One standing per period that touches start..end, oldest first. One query."""
    return [_standing(kpi, total, only.today) for total in by_period([kpi], only, start=start, end=end)]


def latest(kpis: Sequence[KPI], only: Only = EVERY) -> dict[int, Standing]:
    """The standing of the last period of each KPI, by primary key, in one query; none for a KPI never measured."""
    by_pk = {kpi.pk: kpi for kpi in kpis}
    return {total.kpi_id: _standing(by_pk[total.kpi_id], total, only.today) for total in last_period(kpis, only)}


def period_in_words(kpi: KPI, start: date, end: date) -> str:
    """ "week of 4 May 2026", "May 2026", else the first and the last day."""
    if kpi.cadence == Cadence.WEEK and (end - start).days == 7:
        return _("week of %(day)s") % {"day": wording.day(start)}
    if start.day == 1 and end.day == 1 and (end - start).days <= 31:
        return str(format_date(start, "MMMM yyyy", locale=wording.locale()))
    last = date.fromordinal(end.toordinal() - 1)
    return _("%(first)s to %(last)s") % {"first": wording.day(start), "last": wording.day(last)}


def _standing(kpi: KPI, total: Total, today: date) -> Standing:
    start, end = total.period
    return Standing(
        kpi=kpi,
        start=start,
        end=end,
        estimate=None
        if total.value is None
        else Estimate(total.value, total.error, total.n, total.reference, total.reference_error),
        provisional=bool(total.provisional),
        sites=total.cells or 0,
        missing=total.missing or "",
        today=today,
    )
