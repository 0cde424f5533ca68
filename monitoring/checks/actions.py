"""What people do with checks."""

import math

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from monitoring.checks import transitions
from monitoring.checks.models import Check, Comparator, Severity
from monitoring.series.models import Series
from portal.audit import record as audit
from portal.errors import BadInput, Refused, Sentence
from portal.jobs import queue
from portal.people import rights
from portal.people.models import User
from usecases.catalog.models import UseCase
from usecases.catalog.numbering import next_number

WIDEST = 1_000


def define_check(
    use_case: UseCase,
    series: Series,
    *,
    name: str,
    comparator: str,
    bound: float,
    severity: str = Severity.WARNING,
    k: int = 1,
    window: int = 1,
    by: User,
) -> Check:
    """Say that `k` of the last `window` points of a series beyond `bound` are wrong. Raises NotAllowed, BadInput."""
    rights.require(by, "check.define", use_case.team)
    _require_sound(
        use_case, series, name=name, comparator=comparator, bound=bound, severity=severity, k=k, window=window
    )
    with transaction.atomic():
        check = Check.objects.create(
            use_case=use_case,
            number=next_number(Check, use_case),
            series=series,
            name=name.strip(),
            comparator=comparator,
            bound=bound,
            severity=severity,
            k=k,
            window=window,
            created_by=by,
        )
        audit.record("check.defined", check, by=by, team=use_case.team, use_case=use_case.slug, rule=check.rule)
        queue.enqueue("checks.evaluate", str(use_case.pk), about=_about(use_case), use_case_id=use_case.pk)
    return check


def switch_check(check: Check, on: bool, *, by: User) -> None:
    """Switch a check on or off; off, its state is unknown. Raises NotAllowed, Refused when it is so already."""
    rights.require(by, "check.define", check.use_case.team)
    with transaction.atomic():
        if not transitions.switch(check, on, by=by):
            raise Refused(_("The check is on already.") if on else _("The check is off already."))
        about = _about(check.use_case)
        queue.enqueue("checks.evaluate", str(check.use_case_id), about=about, use_case_id=check.use_case_id)


def _about(use_case: UseCase) -> queue.About:
    return queue.About(use_case.name, use_case.team, use_case.slug)


def _require_sound(
    use_case: UseCase,
    series: Series,
    *,
    name: str,
    comparator: str,
    bound: float,
    severity: str,
    k: int,
    window: int,
) -> None:
    wrong: dict[str, Sentence] = {}
    if not name.strip() or len(name) > 120:
        wrong["name"] = _("A check has a name of at most 120 characters.")
    if series.use_case_id != use_case.pk:
        wrong["series"] = _("This series is not one of the use case.")
    if comparator not in Comparator.values:
        wrong["comparator"] = _("Above or below.")
    if severity not in Severity.values:
        wrong["severity"] = _("Warning or error.")
    if not math.isfinite(bound):
        wrong["bound"] = _("The bound is a finite number.")
    if not 1 <= k <= window <= WIDEST:
        wrong["k"] = _("k points of the last w: 1 ≤ k ≤ w ≤ %(most)s.") % {"most": WIDEST}
    if wrong:
        raise BadInput.of(_("The check cannot be defined like this."), wrong)
