from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import SiteFactory, TeamFactory, UseCaseFactory
from usecases.kpis.models import KPI
from usecases.roi import actions
from usecases.roi.account import accounts, effort, sums
from usecases.roi.models import Cost

D = Decimal
JAN, FEB, MAR, APR, MAY = (date(2026, month, 1) for month in range(1, 6))


@pytest.fixture
def own(use_case):
    """The sums of the use case in its own currency."""
    return lambda as_of=None: sums([use_case], as_of)[use_case.pk][0]


def test_days_are_priced_at_the_rate_of_their_first_day_the_teams_before_the_organisations(
    use_case, team, admin, business, spend, own
):
    for amount, since in ((500, JAN), (600, MAR)):
        actions.set_rate(by=admin, amount=D(amount), currency="EUR", valid_from=since)
    spend(person_days=D(2), start=FEB)
    spend(person_days=D(3), start=MAR)
    # 2 × 500 + 3 × 600
    assert own().cost == D(2800)
    actions.set_rate(by=business, amount=D(550), currency="EUR", valid_from=FEB, team=team)
    # 2 × 550 + 3 × 550: the team's is its own, whatever the organisation's is later
    assert own().cost == D(2750)


def test_another_teams_rate_and_another_currency_do_not_price(use_case, admin, spend, own):
    elsewhere = TeamFactory()
    actions.set_rate(by=admin, amount=D(900), currency="EUR", valid_from=JAN, team=elsewhere)
    actions.set_rate(by=admin, amount=D(900), currency="USD", valid_from=JAN)
    spend(person_days=D(2))
    found = own()
    assert (found.cost, found.unpriced_days, found.net) == (D(0), D(2), None)


def test_currencies_are_never_added_to_each_other(use_case, spend):
    spend(amount=D(100))
    spend(amount=D(70), currency="usd")
    assert [(one.currency, one.cost) for one in sums([use_case])[use_case.pk]] == [("EUR", D(100)), ("USD", D(70))]
    assert [one.currency for one in accounts(use_case)] == ["EUR", "USD"]


def test_only_mature_and_validated_periods_count(kpi, measure, own):
    KPI.objects.update(outcome_delay=30)
    # 10,000 people over a scale of 100: 100 units of (10.5 − 10) = 50, worth 6: 300.
    measure(JAN, 10.5, n=10_000, standard_error=0.2)
    measure(MAR, 10.9, n=10_000, standard_error=0.2, validated=False)
    measure(date(2026, 4, 1), 10.9, n=10_000, standard_error=0.2)
    # On 20 May the period that ended on 29 April is 21 days old.
    with time_machine.travel(datetime(2026, 5, 20, 12, tzinfo=UTC), tick=False):
        found = own().realised
    assert (found.total.value, found.periods, found.provisional, found.immature) == (D(300), 1, 1, 1)


def test_the_sum_of_gains_has_the_interval_worked_by_hand(kpi, measure, spend, own):
    # As in test_ledger: 588, 271.58 to 904.42, here against a reference measured beside; and 400 spent.
    measure(JAN, 10.5, n=10_000, standard_error=0.16, reference_value=10.0, reference_standard_error=0.12)
    measure(FEB, 10.4, n=12_000, standard_error=0.12, reference_value=10.0, reference_standard_error=0.09)
    spend(amount=D(400))
    found = own()
    total = found.realised.total
    assert [round(one, 2) for one in (total.value, total.low, total.high)] == [D(588), D("271.58"), D("904.42")]
    assert [round(one, 2) for one in (found.net.value, found.net.low, found.net.high)] == [
        D(188),
        D("-128.42"),
        D("504.42"),
    ]
    # Δ value ÷ Δ cost: 588 ÷ 400, 271.58 ÷ 400, 904.42 ÷ 400.
    assert [round(one, 3) for one in (found.ratio.value, found.ratio.low, found.ratio.high)] == [
        D("1.470"),
        D("0.679"),
        D("2.261"),
    ]
    assert (found.realised.periods, found.realised.until) == (2, date(2026, 3, 1))


def test_a_baseline_with_an_error_is_shared_by_the_periods(kpi, measure, own):
    KPI.objects.update(baseline_error=0.1)
    measure(JAN, 10.5, n=10_000, standard_error=0.2)
    measure(FEB, 10.4, n=12_000, standard_error=0.15)
    total = own().realised.total
    assert (round(total.low, 2), round(total.high, 2)) == (D("179.27"), D("996.73"))


def test_lower_is_better_the_other_way_round(kpi, measure, own):
    KPI.objects.update(direction="down")
    measure(JAN, 9.5, n=10_000, standard_error=0.2)
    assert own().value == D(300)


def test_sites_that_add_up_are_counted_without_a_size(kpi, measure, use_case, own):
    KPI.objects.update(aggregation="sum", scale=1, baseline=40)
    for number, value in enumerate((30, 25)):
        measure(JAN, value, site=SiteFactory(slug=f"s{number}"), standard_error=3 + number)
    total = own().realised.total
    # 30 + 25 − 40 = 15 units, worth 6: 90. √(3² + 4²) × 6 = 30; × 1.959964 = 58.80.
    assert (round(total.value, 2), round(total.low, 2)) == (D(90), D("31.20"))


def test_what_nobody_knows_is_told_apart_and_counts_for_nothing(kpi, measure, own):
    measure(JAN, 10.5, standard_error=0.2)  # no size
    measure(FEB, 10.5, n=10_000, standard_error=0.2)
    found = own().realised
    assert (found.unknown, found.periods, found.total.value) == (1, 1, D(300))
    KPI.objects.update(baseline=None)
    found = own().realised
    assert (found.unknown, found.total) == (2, None)


def test_the_time_before_does_not_count(kpi, measure, own):
    KPI.objects.update(counted_from=FEB)
    measure(JAN, 12.0, n=10_000)
    measure(FEB, 10.5, n=10_000)
    assert (own().value, own().realised.periods) == (D(300), 1)


def test_a_kpi_without_the_value_of_a_unit_brings_nothing_to_the_account(kpi, measure, own):
    KPI.objects.update(unit_value=None)
    measure(JAN, 12.0, n=10_000)
    assert (own().value, own().realised.periods) == (None, 0)


def test_the_case_in_force_is_what_value_is_held_against(use_case, business, data, own):
    months = [{"month": JAN, "value": D(100), "cost": D(400)}, {"month": date(2999, 1, 1), "value": D(900)}]
    case = actions.write_case(use_case, months, by=data, assumptions="Ten visits a month.")
    assert own().expected is None
    actions.validate_case(case, by=business)
    found = own()
    assert (found.expected, found.expected_all, found.expected_cost_all) == (D(100), D(1000), D(400))
    account = accounts(use_case)[0]
    # −300 after January, +600 after January 2999
    assert account.expected_payback == date(2999, 1, 1)


def test_paid_back_by_the_estimate_and_by_the_lower_bound(use_case, kpi, measure, spend):
    spend(amount=D(400))
    measure(JAN, 10.5, n=10_000, standard_error=0.2)  # 300 ± 235.2: −100, −335 at worst
    measure(FEB, 10.4, n=12_000, standard_error=0.15)  # 588 ± 316.4: +188, −128 at worst
    account = accounts(use_case)[0]
    assert (account.realised_payback, account.proven_payback) == (FEB, None)
    measure(date(2026, 3, 2), 10.5, n=20_000, standard_error=0.1)  # + 600 ± 235.2: 1188 ± 394.3, +394 at worst
    account = accounts(use_case)[0]
    assert (account.realised_payback, account.proven_payback) == (FEB, MAR)


def test_months_and_sums_of_one_account_agree(use_case, kpi, measure, spend, admin):
    actions.set_rate(by=admin, amount=D(500), currency="EUR", valid_from=JAN)
    spend(person_days=D("7.5"), end=APR)
    spend(amount=D("99.99"), kind="run", start=FEB)
    measure(JAN, 10.5, n=10_000, standard_error=0.2)
    measure(FEB, 10.4, n=12_000, standard_error=0.15)
    account = accounts(use_case)[0]
    assert account.months[-1].all_cost == account.sums.cost == D("3849.99")
    last = [one.all_realised for one in account.months if one.all_realised][-1]
    total = account.sums.realised.total
    assert total is not None
    told = [total.value, total.low, last.value, last.low]
    assert len({round(float(one or 0), 6) for one in told}) == 2


def test_a_cost_struck_out_no_longer_counts_but_did_then(use_case, spend, data, own):
    cost = spend(amount=D(100))
    before = Cost.objects.get().occurred_at
    actions.strike_cost(cost, by=data, reason="Twice.")
    assert (own().cost, own(before).cost) == (D(0), D(100))


def test_the_split_is_of_person_days_and_says_when_integration_began(use_case, spend):
    spend(person_days=D(32))
    spend(kind="integration", start=MAR, person_days=D(8))
    spend(amount=D(5000))
    found = effort(use_case)
    assert (found.ml_share, found.money_only) == (D("0.8"), 1)
    assert (found.ml_since, found.integration_since) == (JAN, MAR)


def test_one_use_case_and_thirty_cost_the_same_queries(use_case, business, kpi, measure, spend):
    measure(JAN, 10.5, n=10_000)
    spend(amount=D(100))
    with CaptureQueriesContext(connection) as few:
        sums([use_case])
    many = [use_case]
    for number in range(30):
        other = UseCaseFactory(team=use_case.team, currency="USD")
        facts = {"name": "Visits", "unit": "%", "owner": business, "scale": 100, "unit_value": 6, "baseline": 10}
        measure(JAN, 10.5, n=100 * number + 100, kpi=KPI.objects.create(use_case=other, number=1, **facts))
        spend(amount=D(number + 1), use_case=other)
        many.append(other)
    with CaptureQueriesContext(connection) as all_:
        found = sums(many)
    assert len(all_) == len(few) <= 4
    # The last has 3,000 people over 100: 30 units of 0.5, worth 6.
    last = found[many[-1].pk][0]
    assert (last.currency, last.cost, last.value) == ("USD", D(30), D(90))
