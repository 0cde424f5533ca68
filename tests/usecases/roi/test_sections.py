"""What cost and value say in a review, of one use case and of all."""

from datetime import UTC, date, datetime

import time_machine

from portal import registry
from tests.factories import UseCaseFactory
from usecases.reviews import sheet
from usecases.reviews.models import Review
from usecases.roi.sections import over, render

MAY, JUNE = datetime(2026, 5, 10, 12, tzinfo=UTC), datetime(2026, 6, 10, 12, tzinfo=UTC)


def test_without_money_it_says_so(use_case):
    assert render(use_case, JUNE) == ["No cost and no value are recorded."]


def test_each_currency_is_told_apart_with_its_interval_and_what_moved(use_case, spend, measure):
    with time_machine.travel(MAY, tick=False):
        spend(amount=1000)
    with time_machine.travel(JUNE, tick=False):
        spend(amount=250)
        spend(amount=70, currency="USD")
        measure(date(2026, 3, 2), 12, n=1000, standard_error=0.5)
        grid, *_rest = over([use_case], JUNE, MAY)
    euros, dollars = (dict(zip(grid.headings, row, strict=True)) for row in grid.rows)
    assert (euros["Spent"], euros["Spent since"]) == ("€1,250", "€250")
    assert (euros["Realised"], euros["Realised since"]) == ("€120", "€120")
    assert euros["Interval"].startswith("95 %: €61 to")
    assert (euros["Expected by now"], euros["Net"]) == (None, "−€1,130")
    assert (dollars["Spent"], dollars["Realised"], dollars["Spent since"]) == ("$70", None, "$70")


def test_a_review_of_one_and_of_all_shows_it(use_case, team, business, steering, spend):
    other = UseCaseFactory(team=team, currency="EUR")
    with time_machine.travel(JUNE, tick=False):
        spend(amount=1000)
        spend(amount=500, use_case=other)
        shown = []
        for about in (use_case, None):
            review = Review(use_case=about, number=1, as_of=JUNE, meets_at=JUNE)
            said = sheet.of(review, steering)["en"]["sections"]
            shown.append(next(one["parts"][0]["rows"][0][1] for one in said if one["key"] == "roi"))
    assert shown == ["€1,000", "€1,500"]


def test_many_use_cases_cost_the_same_queries(use_case, team, spend, django_assert_max_num_queries):
    others = [use_case, *UseCaseFactory.create_batch(5, team=team)]
    spend(amount=10)
    with django_assert_max_num_queries(10):
        registry.overall(others, JUNE, MAY)
