"""A debt that is not paid costs every month, and keeps others from being paid."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.registry import Finding, Signal
from portal.words import priced
from usecases.catalog.models import UseCase
from usecases.problems.models import Problem, ProblemKind, today

# A debt without a day is due after a quarter.
A_QUARTER = timedelta(days=90)


def unpaid(use_cases: Sequence[UseCase]) -> Mapping[int, Finding]:
    """Those with an open debt whose day has passed, or that has none and is a quarter old. One query."""
    by_pk = {one.pk: one for one in use_cases}
    old = Q(due=None, occurred_at__lt=clock.now() - A_QUARTER)
    debts = Problem.objects.open().filter(use_case__in=list(by_pk), kind=ProblemKind.DEBT)
    late: dict[int, list[Problem]] = {}
    for debt in debts.filter(old | Q(due__lt=today())):
        late.setdefault(debt.use_case_id, []).append(debt)
    found = {}
    for pk, several in late.items():
        first = min(several, key=_due)
        costs = [debt.cost_per_month for debt in several if debt.cost_per_month is not None]
        cost = priced(sum(costs, Decimal(0)), by_pk[pk].currency)
        params = {"number": len(several), "title": first.title, "cost": cost}
        one = "one" if len(several) == 1 else "several"
        reason = f"curse.debt.{one}" if costs else f"curse.debt.{one}_unpriced"
        url = reverse("problems", args=[by_pk[pk].slug]) + "?kind=debt"
        found[pk] = Finding(reason, params, url, _due(first))
    return found


def _due(debt: Problem) -> datetime:
    if debt.due is None:
        return debt.occurred_at + A_QUARTER
    return datetime.combine(debt.due, time(), tzinfo=timezone.get_default_timezone())


SIGNALS = [Signal("debt", _("Debt unpaid"), unpaid)]
WORDS = {
    "curse.raised.debt": _("A signal was raised: a debt is unpaid."),
    "curse.cleared.debt": _("A signal is gone: no debt is overdue."),
    "curse.debt.one": _("“%(title)s” should be paid, and costs %(cost)s a month."),
    "curse.debt.one.do": _("Pay the debt, or say until when"),
    "curse.debt.one_unpriced": _("“%(title)s” should be paid, and nobody knows what it costs a month."),
    "curse.debt.one_unpriced.do": _("Pay the debt, or say until when"),
    "curse.debt.several": _("%(number)s debts should be paid, “%(title)s” first; known cost: %(cost)s a month."),
    "curse.debt.several.do": _("Pay the debts, or say until when"),
    "curse.debt.several_unpriced": _(
        "%(number)s debts should be paid, “%(title)s” first; nobody knows what they cost."
    ),
    "curse.debt.several_unpriced.do": _("Pay the debts, or say until when"),
}
