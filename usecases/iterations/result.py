"""What an iteration brought: its KPI against the system in place, as measured while and where it was tried."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from portal.ui import wording
from usecases.catalog.models import Site
from usecases.iterations.models import Iteration
from usecases.kpis.measured import effects
from usecases.kpis.totals import Only

LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)


def result(iteration: Iteration, at_sites: Sequence[Site] | None = None) -> dict[str, Any]:
    """The result as it is kept with the conclusion: figures, and the sentence in every language. Two queries.

    `at_sites`: in place of its own.

    Keys: measured, validated (periods), value, low, high (of the difference), difference, proven (bool or None), grade,
    unit, sentence {language: text}. Figures that nobody knows are None; immature periods do not count.
    """
    kpi = iteration.kpi
    sites = [site.pk for site in (iteration.sites.all() if at_sites is None else at_sites)]
    measured = effects([kpi], Only(sites=sites, since=iteration.starts_on))[kpi.pk]
    total, found = measured.total, measured.effect
    told: dict[str, Any] = {
        "measured": total.periods,
        "validated": total.periods - total.provisional,
        "value": total.value,
        "difference": found.difference if found else None,
        "low": found.low if found else None,
        "high": found.high if found else None,
        "proven": None if found is None or found.error is None else found.proven,
        "grade": measured.grade,
        "unit": kpi.unit,
    }
    told["sentence"] = {}
    for language in LANGUAGES:
        with override(language):
            told["sentence"][language] = _sentence(kpi.name, told, measured.digits)
    return told


def shown(told: dict[str, Any] | None) -> str:
    """The sentence of a kept result in the reader's language."""
    if told is None:
        return wording.unknown()
    sentences = told["sentence"]
    return str(sentences.get((get_language() or "en")[:2]) or next(iter(sentences.values())))


def _sentence(name: str, told: dict[str, Any], digits: int) -> str:
    if not told["measured"]:
        return _("%(kpi)s was not measured during this iteration.") % {"kpi": name}
    facts = {
        "kpi": name,
        "value": wording.number(told["value"], digits, unit=told["unit"]),
        "difference": wording.number(told["difference"], digits, signed=True),
        "interval": wording.interval(told["low"], told["high"], digits),
        "grade": told["grade"],
    }
    if told["difference"] is None:
        return _("%(kpi)s %(value)s; nobody has said what the system in place does.") % facts
    said = _("%(kpi)s %(value)s, %(difference)s against the system in place (%(interval)s), proof %(grade)s.") % facts
    if told["proven"] is False:
        said += " " + _("The interval holds zero: no difference is proven.")
    return said
