"""What a KPI changed, in sentences: the effect first, then what must be said beside it, then every figure."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.registry import Mark, Text, Tone
from portal.ui import wording
from usecases.kpis.labels import FIELDS
from usecases.kpis.measured import Measured
from usecases.kpis.models import KPI, Aggregation, KPIVersion, Proof
from usecases.kpis.standing import period_in_words

Figure = tuple[Text, str]
# Under this, two decimals would say little.
FINE = 0.1


def said(measured: Measured, marks: Sequence[Mark] = ()) -> str:
    """The sentence a meeting reads first: the effect, its interval, how long after what went live last."""
    total, kpi, effect = measured.total, measured.kpi, measured.effect
    if measured.estimate is None:
        return _nothing(measured)
    facts = {
        "kpi": kpi.name,
        "value": wording.number(total.value, measured.digits, unit=kpi.unit),
        "difference": wording.number(effect.difference if effect else None, measured.digits, signed=True),
        "unit": kpi.unit,
        "interval": wording.interval(effect.low if effect else None, effect.high if effect else None, measured.digits),
        "after": after(measured, marks),
    }
    if effect is None:
        return _("%(kpi)s %(value)s%(after)s; nobody has said what the system in place does.") % facts
    return _("%(kpi)s %(difference)s %(unit)s against the system in place (%(interval)s)%(after)s.") % facts


def after(measured: Measured, marks: Sequence[Mark]) -> str:
    """ ", 31 days after Release 3 to Rural", else the periods it was read from; begins with its comma."""
    _start, end = measured.total.period
    live = [mark for mark in marks if mark.tone in ("ok", "warn") and mark.at.date() < end]  # not the system in place
    if live:
        last = max(live, key=lambda mark: mark.at)
        days = (end - last.at.date()).days
        words = {"days": days, "what": last.label}
        return ngettext(", %(days)s day after: %(what)s", ", %(days)s days after: %(what)s", days) % words
    return ", " + over(measured)


def over(measured: Measured) -> str:
    """The periods it was read from: "week of 4 May 2026", "12 periods, 4 May 2026 to 2 Aug 2026"."""
    start, end = measured.total.period
    words = period_in_words(measured.kpi, start, end)
    if measured.total.periods == 1:
        return words
    return _("%(number)s periods, %(over)s") % {"number": measured.total.periods, "over": words}


def cautions(measured: Measured) -> list[tuple[Tone, str]]:
    """What must be said beside it, the gravest first: a tone and a sentence each."""
    total, effect = measured.total, measured.effect
    found: list[tuple[Tone, str]] = []
    ratio = measured.sample_ratio
    if ratio is not None and ratio.mismatch:
        words = {
            "came": wording.number(100 * ratio.share, 1),
            "expected": wording.number(100 * ratio.expected, 1),
            "p": p_value(ratio.p),
        }
        said = _(
            "Sample-ratio mismatch: %(came)s %% came into the control arm instead of %(expected)s %% (%(p)s). The arms"
            " were not drawn as said: believe no difference before it is explained."
        )
        found.append(("err", said % words))
    if measured.gone_since is not None:
        said = _("No longer measured against the system in place since %(day)s: the figure is of the time before.")
        found.append(("warn", said % {"day": wording.day(measured.gone_since)}))
    if measured.grade != measured.kpi.proof:
        said = _("Declared as %(proof)s, but nothing was measured beside: it is read as a before and after.")
        found.append(("warn", said % {"proof": measured.kpi.get_proof_display()}))
    found += _about_the_interval(measured)
    if total.missing:
        found.append(("warn", _("Without %(missing)s, measured before and not now.") % {"missing": total.missing}))
    if effect is not None and effect.error is not None and not effect.proven:
        found.append(("unk", _("The interval holds zero: no difference is proven.")))
    return found + _about_the_periods(measured)


def _about_the_interval(measured: Measured) -> list[tuple[Tone, str]]:
    if measured.effect is None:
        return []
    why = {
        "no_error": _("No interval: send standard errors, or measure at least three periods."),
        "no_sizes": _("No interval: send the sizes of both arms (n and reference_n)."),
        "too_few": _("No interval yet: it takes 100 people, 10 conversions and 10 without in each arm."),
    }.get(measured.effect.method)
    return [("warn", why)] if why else []


def _about_the_periods(measured: Measured) -> list[tuple[Tone, str]]:
    total = measured.total
    found: list[tuple[Tone, str]] = []
    if total.immature and total.mature_on is not None:
        said = ngettext(
            "%(number)s period is immature and counts nowhere yet; it does from %(day)s.",
            "%(number)s periods are immature and count nowhere yet; the next one does from %(day)s.",
            total.immature,
        )
        found.append(("unk", said % {"number": total.immature, "day": wording.day(total.mature_on)}))
    if total.unknown:
        said = ngettext(
            "%(number)s period cannot be put together over its sites: a size or a site is missing.",
            "%(number)s periods cannot be put together over their sites: a size or a site is missing.",
            total.unknown,
        )
        found.append(("unk", said % {"number": total.unknown}))
    if total.provisional:
        said = ngettext(
            "%(number)s period of %(all)s is provisional: the business has not validated it yet.",
            "%(number)s periods of %(all)s are provisional: the business has not validated them yet.",
            total.provisional,
        )
        found.append(("unk", said % {"number": total.provisional, "all": total.periods}))
    return found


def _nothing(measured: Measured) -> str:
    """Why there is no figure yet."""
    total, kpi = measured.total, measured.kpi
    if total.last_end is None:
        return _("%(kpi)s is not measured yet.") % {"kpi": kpi.name}
    if total.mature_on is not None:
        said = _("%(kpi)s is measured, and its outcomes are not all known: the first period counts from %(day)s.")
        return said % {"kpi": kpi.name, "day": wording.day(total.mature_on)}
    if total.unknown:
        return _("%(kpi)s is measured site by site, without the sizes to put the sites together.") % {"kpi": kpi.name}
    return _("%(kpi)s: no period counts yet.") % {"kpi": kpi.name}


def p_value(p: float) -> str:
    """ "p = 0.0004", "p < 0.0001"."""
    return f"p < {wording.number(0.0001, 4)}" if p < 0.0001 else f"p = {wording.number(p, 4)}"


def figures(measured: Measured) -> list[Figure]:
    """Every other figure, for the drawer."""
    total, kpi, effect, digits = measured.total, measured.kpi, measured.effect, measured.digits + 1
    if measured.estimate is None:
        return []
    found: list[Figure] = [
        (_("Read from"), over(measured)),
        (_("Value"), _with_error(total.value, total.error, digits, kpi.unit)),
    ]
    if total.reference is not None:
        shown = _with_error(total.reference, total.reference_error, digits, kpi.unit)
        found.append((_("System in place, beside"), shown))
    elif kpi.baseline is not None:
        found.append((_("System in place, before"), _with_error(kpi.baseline, kpi.baseline_error, digits, kpi.unit)))
    if effect is not None:
        error = wording.number(effect.error, digits)
        found.append((_("Standard error of the difference"), error))
        if effect.error is not None:
            words = {"method": _method(effect.method), "times": wording.number(effect.multiple, 2)}
            found.append((_("95 % interval"), _("%(method)s: ± %(times)s standard errors") % words))
    found.append((_("Put together as"), str(Aggregation(kpi.aggregation).label)))
    return found + _arms(measured)


def _method(code: str) -> str:
    return {
        "one_look": _("Normal interval, for one look"),
        "periods": _("Student interval, from what periods differ"),
        "any_time": _("Confidence sequence, valid at any look"),
    }[code]


def _arms(measured: Measured) -> list[Figure]:
    total = measured.total
    found: list[Figure] = []
    for title, n, conversions in (
        (_("Measured (n)"), total.n, total.conversions),
        (_("System in place (n)"), total.reference_n, total.reference_conversions),
    ):
        if n is not None:
            words = {"n": wording.number(n), "conversions": wording.number(conversions)}
            found.append((title, words["n"] if conversions is None else _("%(n)s, %(conversions)s converted") % words))
    ratio = measured.sample_ratio
    if ratio is not None:
        words = {"came": wording.number(100 * ratio.share, 2), "expected": wording.number(100 * ratio.expected, 2)}
        shown = _("%(came)s %% for %(expected)s %% expected") % words
        found.append((_("Share of the control arm"), f"{shown}; χ², {p_value(ratio.p)}"))
    elif measured.kpi.proof == Proof.EXPERIMENT:
        found.append((_("Share of the control arm"), _("not checked: nobody said which share was to be drawn")))
    return found


def changes(kpi: KPI, version: KPIVersion, earlier: KPIVersion | None) -> list[tuple[Text, str, str]]:
    """What a version says that the one before did not: label, before, now. Everything, of the first one."""
    found = []
    for name, now in version.facts.items():
        before = earlier.facts.get(name) if earlier else None
        if before != now:
            field = kpi._meta.get_field(name)
            label = FIELDS.get(name, name)
            found.append((label, _worded(field, before) if earlier else "", _worded(field, now)))
    return found


def _worded(field: Any, value: Any) -> str:
    """A fact of a version in the reader's words."""
    if value in (None, ""):
        return "–"
    chosen = dict(field.flatchoices).get(value)
    if chosen is not None:
        return str(chosen)
    read: Any = field.to_python(value)
    if isinstance(read, date):
        return wording.day(read)
    if isinstance(read, int | float | Decimal):
        return wording.number(read, None if abs(float(read)) >= FINE or not read else 4)
    return str(read)


def _with_error(value: float | None, error: float | None, digits: int, unit: str) -> str:
    shown = wording.number(value, digits, unit=unit)
    if error is None:
        return _("%(value)s (standard error unknown)") % {"value": shown}
    return _("%(value)s (standard error %(error)s)") % {"value": shown, "error": wording.number(error, digits + 1)}
