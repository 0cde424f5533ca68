"""What is worth copying of a use case, and planting it in another: nothing measured, of customers, or secret."""

from typing import Any

from portal.people import rights
from portal.people.models import User
from usecases.catalog.models import UseCase
from usecases.kpis import actions as kpis
from usecases.kpis.models import KPI

DESCRIPTION = ("decision", "decision_users", "problem", "hypothesis", "algorithm", "algorithm_reason", "currency")
# What a KPI means; where the system in place stands and where to go is another case's to say.
MEANING = (
    *("name", "unit", "direction", "cadence", "proof", "aggregation", "scale", "outcome_delay", "rule", "margin"),
    *("proxy_metric", "proxy_direction"),
)


def take(use_case: UseCase) -> dict[str, Any]:
    """Its words, and what its KPIs mean, the headline first. One query."""
    rows = KPI.objects.filter(use_case=use_case).order_by("-is_headline", "number")
    return {
        "description": {name: getattr(use_case, name) for name in DESCRIPTION},
        "kpis": [{name: getattr(kpi, name) for name in MEANING} for kpi in rows],
    }


def plant(use_case: UseCase, seed: dict[str, Any], *, by: User) -> int:
    """Define the KPIs of a seed in a new use case; returns how many: none where this person may not define them."""
    if not rights.can(by, "kpi.define", use_case.team):
        return 0
    for meaning in seed.get("kpis", []):
        kpis.define_kpi(use_case, by=by, owner=by, **{name: meaning[name] for name in MEANING if name in meaning})
    return len(seed.get("kpis", []))
