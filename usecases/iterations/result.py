"""What an iteration brought: its KPI against the system in place, as measured while and where it was tried."""

from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from portal import clock
from portal.ui import wording
from usecases.iterations.models import Iteration, IterationStatus
from usecases.kpis.effect import Estimate, digits, effect, pooled
from usecases.kpis.models import Measurement, MeasurementStatus

LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)


def result(iteration: Iteration) -> dict[str, Any]:
    """The result as it is kept with the conclusion: figures, and the sentence in every language. Two queries.

    Keys: measured, validated (periods × sites), value, low, high (of the difference), difference, proven (bool or
    None), grade, unit, sentence {language: text}. Figures that nobody knows are None.
    """
    rows = list(_measured(iteration))
    kpi = iteration.kpi
    estimate = pooled([_estimate(row) for row in rows])
    found = effect(estimate, kpi.baseline) if estimate else None
    told: dict[str, Any] = {
        "measured": len(rows),
        "validated": sum(row.status == MeasurementStatus.VALIDATED for row in rows),
        "value": estimate.value if estimate else None,
        "difference": found.difference if found else None,
        "low": found.low if found else None,
        "high": found.high if found else None,
        "proven": None if found is None or found.error is None else found.proven,
        "grade": kpi.proof,
        "unit": kpi.unit,
    }
    told["sentence"] = {}
    for language in LANGUAGES:
        with override(language):
            told["sentence"][language] = _sentence(kpi.name, told, found.error if found else None)
    return told


def shown(told: dict[str, Any] | None) -> str:
    """The sentence of a kept result in the reader's language."""
    if told is None:
        return wording.unknown()
    sentences = told["sentence"]
    return str(sentences.get((get_language() or "en")[:2]) or next(iter(sentences.values())))


def _measured(iteration: Iteration) -> Any:
    """The measurements of periods that began in it, at its sites; of all sites together when none is by site."""
    end = iteration.status_since if iteration.status == IterationStatus.CLOSED else clock.now()
    kpi, last = iteration.kpi, timezone.localdate(end, timezone.get_default_timezone())
    inside = Measurement.objects.filter(kpi=kpi, period_start__gte=iteration.starts_on, period_end__lte=last)
    by_site = inside.filter(site__in=iteration.sites.all())
    return by_site if by_site.exists() else inside.filter(Q(site=None))


def _estimate(row: Measurement) -> Estimate:
    return Estimate(row.value, row.standard_error, row.n, row.reference_value, row.reference_standard_error)


def _sentence(name: str, told: dict[str, Any], error: float | None) -> str:
    if not told["measured"]:
        return _("%(kpi)s was not measured during this iteration.") % {"kpi": name}
    if told["value"] is None:
        return _("%(kpi)s was measured, without the sizes to put the measurements together.") % {"kpi": name}
    shown_digits = digits(error, told["value"], told["difference"])
    facts = {
        "kpi": name,
        "value": wording.number(told["value"], shown_digits, unit=told["unit"]),
        "difference": wording.number(told["difference"], shown_digits, signed=True),
        "interval": wording.interval(told["low"], told["high"], shown_digits),
        "grade": told["grade"],
    }
    if told["difference"] is None:
        return _("%(kpi)s %(value)s; nobody has said what the system in place does.") % facts
    said = _("%(kpi)s %(value)s, %(difference)s against the system in place (%(interval)s), proof %(grade)s.") % facts
    if told["proven"] is False:
        said += " " + _("The interval holds zero: no difference is proven.")
    return said
