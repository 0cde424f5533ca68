"""What a KPI says: its fields as people give them, whether it can be kept, and the versions there were."""

import math
from datetime import date
from decimal import Decimal
from typing import Any, TypedDict

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portal.errors import BadInput, Problem
from portal.people.models import User
from usecases.kpis.models import KPI, KPIVersion, Rule

FAR = 1e15


class Facts(TypedDict, total=False):
    """What a KPI says. Values are in its unit; `unit_value` is money in the use case's currency."""

    name: str
    unit: str
    direction: str
    cadence: str
    proof: str
    owner: User
    baseline: float | None
    baseline_error: float | None
    baseline_source: str
    target: float | None
    target_date: date | None
    unit_value: Decimal | None
    aggregation: str
    scale: float
    outcome_delay: int
    counted_from: date | None
    rule: str
    margin: float | None
    control_share: float | None
    planned_n: int
    comparison_ends: date | None
    proxy_metric: str
    proxy_direction: str


# Who answers for a KPI changes without changing what it says.
VERSIONED = tuple(name for name in Facts.__annotations__ if name != "owner")


def told(kpi: KPI) -> dict[str, Any]:
    """What a KPI says, as the journal keeps it."""
    said: dict[str, Any] = {}
    for name in Facts.__annotations__:
        value = getattr(kpi, name)
        said[name] = str(value) if isinstance(value, date | Decimal | User) else value
    return said


def check(kpi: KPI) -> None:
    """Raise BadInput, field by field, unless this KPI can be kept."""
    wrong = {
        name: _("This is not a finite number.")
        for name in ("baseline", "baseline_error", "target", "scale", "margin", "control_share")
        if (value := getattr(kpi, name)) is not None and not (math.isfinite(value) and abs(value) <= FAR)
    }
    wrong = _rules(kpi) | wrong
    if KPI.objects.filter(use_case=kpi.use_case, name__iexact=kpi.name).exclude(pk=kpi.pk).exists():
        wrong["name"] = _("Another KPI of this use case has this name.")
    if not kpi.use_case.team.memberships.filter(user=kpi.owner).exists():
        wrong["owner"] = _("The owner is a member of the team.")
    problems = [Problem(name, sentence) for name, sentence in wrong.items()]
    try:
        # The rules between fields are said above, in words.
        kpi.full_clean(exclude=["use_case", "owner", *wrong], validate_constraints=False)
    except ValidationError as error:
        problems += [Problem(name, said) for name, sentences in error.message_dict.items() for said in sentences]
    if problems:
        raise BadInput(_("The KPI was not kept."), problems)


def current_version(kpi: KPI, by: User | None = None) -> KPIVersion:
    """What the KPI says now, as a row that can be named for ever. Call it in a transaction that holds the KPI."""
    said = told(kpi)
    facts = {name: said[name] for name in VERSIONED}
    version, _made = KPIVersion.objects.get_or_create(
        kpi=kpi, number=kpi.version, defaults={"facts": facts, "by": by, "occurred_at": kpi.occurred_at}
    )
    return version


def keep_version(kpi: KPI, by: User) -> KPIVersion:
    """Keep what the KPI says now under its number. Call it in the transaction that changed it."""
    said = told(kpi)
    return KPIVersion.objects.create(kpi=kpi, number=kpi.version, facts={name: said[name] for name in VERSIONED}, by=by)


def _rules(kpi: KPI) -> dict[str, str]:
    """What is wrong between the fields."""
    wrong: dict[str, str] = {}
    if kpi.rule == Rule.NON_INFERIORITY and not (kpi.margin or 0) > 0:
        wrong["margin"] = _("Say how much may be given away: non-inferiority needs a margin above zero.")
    elif kpi.margin is not None and not kpi.margin > 0:
        wrong["margin"] = _("A margin is above zero.")
    if not (kpi.scale or 0) > 0:
        wrong["scale"] = _("This is above zero: 1, or 100 for a rate per 100.")
    if kpi.baseline_error is not None and kpi.baseline_error < 0:
        wrong["baseline_error"] = _("A standard error cannot be negative.")
    if kpi.control_share is not None and not 0 < kpi.control_share < 1:
        wrong["control_share"] = _("A share is between 0 and 1: 0.1 when one person in ten is left to the control arm.")
    if kpi.planned_n < 100:
        wrong["planned_n"] = _("Under 100 people in all, no interval of an experiment can be believed.")
    return wrong
