"""The golden figures were worked by hand; each test says how."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from usecases.roi.ledger import Gained, add_up, cumulated, ledger, payback, split, spread

D = Decimal
JAN, FEB, MAR, APR = (date(2026, month, 1) for month in range(1, 5))


def rounded(found):
    """Value and bounds, to the cent."""
    return tuple(round(one, 2) for one in (found.value, found.low, found.high))


def test_an_amount_is_dealt_out_by_days():
    # 90 days from 1 January: 31 + 28 + 31. 900 × 31/90 = 310; 900 × 59/90 = 590, less 310 = 280; the rest 310.
    assert spread(D(900), JAN, APR) == {JAN: D(310), FEB: D(280), MAR: D(310)}


def test_cents_are_rounded_once_and_none_is_lost():
    # 100 × 31/90 = 34.444 → 34.44; 100 × 59/90 = 65.556 → 65.56, less 34.44 = 31.12; the rest 34.44.
    assert spread(D(100), JAN, APR) == {JAN: D("34.44"), FEB: D("31.12"), MAR: D("34.44")}


def test_a_part_of_a_month_is_of_that_month():
    assert spread(D("12.34"), date(2026, 1, 5), date(2026, 1, 9)) == {JAN: D("12.34")}


@given(
    amount=st.decimals(min_value=0, max_value=10**9, places=2),
    start=st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    days=st.integers(1, 900),
)
def test_the_parts_always_add_up_to_the_whole(amount, start, days):
    end = date.fromordinal(start.toordinal() + days)
    assert sum(spread(amount, start, end).values()) == amount


def test_independent_errors_add_up_in_squares():
    # JCGM 100:2008, 5.1.2, equation 10. January: 100 units of 0.5, error 0.2: 50 ± 20 units, worth 6: 300 ± 120.
    # February: 120 units of 0.4, error 0.15: 48 ± 18, worth 288 ± 108. Sum 588; √(120² + 108²) = √26064 = 161.4435;
    # 1.959964 × 161.4435 = 316.4234.
    found = add_up([Gained(1, JAN, D(300), D(120)), Gained(1, FEB, D(288), D(108))])
    assert rounded(found) == (D(588), D("271.58"), D("904.42"))


def test_the_error_of_a_shared_baseline_adds_up_as_it_is():
    # The same, and a baseline known to 0.1: 60 in January, 72 in February, together 132 (5.2.2, note 1).
    # √(26064 + 132²) = √43488 = 208.5378; × 1.959964 = 408.7266.
    found = add_up([Gained(1, JAN, D(300), D(120), D(60)), Gained(1, FEB, D(288), D(108), D(72))])
    assert rounded(found) == (D(588), D("179.27"), D("996.73"))


def test_baselines_of_two_kpis_are_not_shared():
    # √(60² + 80²) = 100; × 1.959964 = 195.9964.
    found = add_up([Gained(1, JAN, D(500), D(0), D(60)), Gained(2, JAN, D(0), D(0), D(80))])
    assert rounded(found) == (D(500), D("304.00"), D("696.00"))


def test_an_error_that_nobody_knows_makes_the_interval_unknown():
    found = add_up([Gained(1, JAN, D(300), D(120)), Gained(1, FEB, D(288), None)])
    assert (found.value, found.low, found.high) == (D(588), None, None)


def test_months_are_added_up_from_the_first_to_the_last():
    rows = ledger(
        {JAN: D(400), FEB: D(100)}, {FEB: (D(250), D(120)), MAR: (D(250), D(0))}, [Gained(1, FEB, D(300), D(0))]
    )
    assert [row.month for row in rows] == [JAN, FEB, MAR]
    assert [row.all_cost for row in rows] == [D(400), D(500), D(500)]
    assert [row.all_expected for row in rows] == [D(0), D(250), D(500)]
    assert [row.all_expected_cost for row in rows] == [D(0), D(120), D(120)]
    assert [row.all_realised.value if row.all_realised else None for row in rows] == [None, D(300), None]
    assert [row.net for row in rows] == [None, D(-200), None]


def test_nothing_known_is_no_ledger():
    assert ledger({}, {}, []) == []


@pytest.mark.parametrize(
    ("flows", "expected"),
    [
        # −400, −200, 0: what was spent is back at the end of March.
        ([-400, 200, 200], MAR),
        ([-400, 200, 100], None),
        # Back in February (+100), below again in March (−50), back for good in April.
        ([-400, 500, -150, 60], APR),
        # Back in February, below again at the end: not yet.
        ([-400, 500, -150], None),
        # Nothing was ever below zero: there is nothing to pay back.
        ([10, 20], None),
        ([], None),
    ],
)
def test_paid_back_is_the_first_month_after_which_it_is_never_below_zero_again(flows, expected):
    pairs = zip((JAN, FEB, MAR, APR), (D(flow) for flow in flows), strict=False)
    assert payback(cumulated(pairs)) == expected


def test_the_split_over_time():
    # 40 days of ML in January and February (31 + 28 of 59 days: 21.02 and 18.98), 10 of integration in March.
    months = split([("ml", D(40), JAN, MAR), ("integration", D(10), MAR, APR), ("run", D(5), MAR, APR)])
    assert [one.days.get("ml") for one in months] == [D("21.02"), D("18.98"), None]
    assert [one.ml_share for one in months] == [D(1), D(1), D(0)]


def test_a_month_without_effort_has_no_share():
    months = split([("ml", D(8), JAN, FEB), ("integration", D(2), MAR, APR), ("ml", D(2), MAR, APR)])
    assert [one.ml_share for one in months] == [D(1), None, D("0.5")]
