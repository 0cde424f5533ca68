from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from babel.numbers import format_decimal
from django.utils import translation

from portal.ui import wording

NOON = datetime(2026, 5, 12, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "digits", "signed", "english"),
    [
        (1234.5, 2, False, "1,234.50"),
        (0.9349, 2, True, "+0.93"),
        (-0.934, 2, True, "−0.93"),
        (-0.001, 2, True, "0.00"),
        (0, 1, True, "0.0"),
        (7, None, False, "7"),
        (Decimal("2.125"), None, False, "2.12"),
        (1e7, 0, False, "10,000,000"),
    ],
)
def test_a_number_reads_as_english_people_write_it(value, digits, signed, english):
    assert wording.number(value, digits, signed=signed) == english


def test_a_number_reads_as_french_people_write_it():
    with translation.override("fr"):
        assert wording.number(-1234.5, 2) == "−1\u202f234,50"


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("digits", [None, 0, 1, 3])
def test_a_number_is_rounded_and_separated_as_babel_does(language, digits):
    pattern = "#,##0.##" if digits is None else "#,##0." + "0" * digits if digits else "#,##0"
    numbers = [sign * 1.0625 * 7**power / 1000 for power in range(14) for sign in (1, -1)]
    with translation.override(language):
        for value in (*numbers, 0.125, 2.5, 10, 100.0, Decimal("1234567.895"), 10**12):
            expected = format_decimal(value, format=pattern, locale=language)
            if expected.strip("-0.,"):
                assert wording.number(value, digits) == expected.replace("-", "\N{MINUS SIGN}")


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_a_value_nobody_has_is_a_word_and_never_a_zero(value):
    assert wording.number(value, 2) == "unknown"


def test_an_interval_says_its_level_and_signs():
    assert wording.interval(2.94, 5.5, 1) == "95 %: +2.9 to +5.5"
    assert wording.interval(None, 5.5) == "interval unknown"


def test_money_keeps_its_currency_and_may_drop_the_cents():
    assert wording.money(Decimal("-1234.5"), "EUR") == "−€1,234.50"
    assert wording.money(158, "USD", 0) == "$158"
    with translation.override("fr"):
        assert wording.money(158, "EUR", 0) == "158\xa0€"


@pytest.mark.parametrize(
    ("distance", "words"),
    [
        (timedelta(seconds=-10), "just now"),
        (timedelta(hours=-3), "3 hours ago"),
        (timedelta(days=2), "in 2 days"),
        (timedelta(days=-200), "24 Oct 2025"),
    ],
)
def test_a_moment_is_relative_until_a_date_says_more(distance, words):
    assert wording.ago(NOON + distance, now=NOON) == words


def test_a_moment_is_given_in_the_readers_zone():
    assert wording.minute(NOON) == "12 May 2026, 14:00 CEST"
    assert wording.day(datetime(2026, 5, 12, 23, tzinfo=UTC)) == "13 May 2026"
    assert wording.day(date(2026, 5, 12)) == "12 May 2026"
