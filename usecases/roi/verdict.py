"""What an account says, in sentences."""

from datetime import date
from decimal import Decimal

from babel.dates import format_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.ui import wording
from usecases.roi.account import Account, Effort, Sums
from usecases.roi.ledger import Sum


def month(day: date | None) -> str:
    """A month in words, "not yet" when there is none."""
    return _("not yet") if day is None else str(format_date(day, "MMMM yyyy", locale=wording.locale()))


def money(amount: Decimal | None, currency: str) -> str:
    """An amount without cents."""
    return wording.money(amount, currency, 0)


def interval(total: Sum, currency: str) -> str:
    """Its 95 % interval in money: "95 %: €3,000 to €9,000"."""
    if total.low is None or total.high is None:
        return wording.interval(None, None)
    words = {"level": 95, "low": money(total.low, currency), "high": money(total.high, currency)}
    return _("%(level)s %%: %(low)s to %(high)s") % words


def sentence(sums: Sums) -> str:
    """Spent so far, gained so far with its interval, and until when that was validated."""
    cost, currency, total = money(sums.cost, sums.currency), sums.currency, sums.realised.total
    if total is None:
        said = _("%(cost)s spent so far; no value is validated yet.") % {"cost": cost}
    else:
        facts = {"cost": cost, "value": money(total.value, currency), "interval": interval(total, currency)}
        facts["until"] = wording.day(sums.realised.until)
        gain = _("%(value)s gained (%(interval)s) in periods before %(until)s, against %(cost)s spent so far.")
        loss = _(
            "%(value)s against the system in place (%(interval)s) in periods before %(until)s, and %(cost)s spent "
            "so far."
        )
        said = (gain if total.value >= 0 else loss) % facts
    return said


def paybacks(account: Account) -> str:
    """When it pays back: as expected, by the estimate, and by the lower bound of the interval alone."""
    return _("Paid back: expected %(expected)s; by the estimate %(realised)s; by its lower bound %(proven)s.") % {
        "expected": month(account.expected_payback) if account.sums.expected_all is not None else wording.unknown(),
        "realised": month(account.realised_payback),
        "proven": month(account.proven_payback),
    }


def cautions(sums: Sums) -> list[str]:
    """What the sums do not hold: days without a rate, periods that wait, that are too young or that nobody knows."""
    said = []
    if sums.unpriced_days:
        days = wording.number(sums.unpriced_days)
        said.append(_("%(days)s person-days have no day rate: their cost is unknown and not counted.") % {"days": days})
    gained = sums.realised
    waiting, young, unknown = gained.provisional, gained.immature, gained.unknown
    told = {
        ngettext(
            "%(number)s period waits for the business.", "%(number)s periods wait for the business.", waiting
        ): waiting,
        ngettext(
            "%(number)s period is too young: its outcomes are not all known.",
            "%(number)s periods are too young: their outcomes are not all known.",
            young,
        ): young,
        ngettext(
            "%(number)s period lacks a size, or something to compare with.",
            "%(number)s periods lack a size, or something to compare with.",
            unknown,
        ): unknown,
    }
    return said + [words % {"number": number} for words, number in told.items() if number]


def effort_sentence(effort: Effort) -> str:
    """How the effort was shared between ML and integration so far, and when integration began."""
    part = effort.ml_share
    if part is None:
        return _("No effort in ML or integration is recorded.")
    days = effort.days.get("ml", Decimal(0)) + effort.days.get("integration", Decimal(0))
    percent = wording.number(100 * part, 0)
    facts = {"ml": percent, "integration": wording.number(100 * (1 - part), 0), "days": wording.number(days)}
    said = _("Of %(days)s person-days so far, %(ml)s %% went into ML and %(integration)s %% into integration.") % facts
    if effort.integration_since is None:
        return said + " " + _("Integration has not begun.")
    if effort.ml_since is None or effort.integration_since <= effort.ml_since:
        return said + " " + _("Integration began first, or with it.")
    late = (effort.integration_since - effort.ml_since).days
    after = ngettext("Integration began %(days)s day after ML.", "Integration began %(days)s days after ML.", late)
    return said + " " + after % {"days": late}
