"""A sentence is stored once and read in two languages: days, money and counts read as each reader writes them."""

from decimal import Decimal

import pytest
from django.utils import translation

from portal.journal.listing import label
from portal.words import priced, quoted, say

COST = {"target": quoted("cost.of.integration", {"since": "2026-10-05"})}
DEBT = {"title": "Keys by hand", "cost": priced(Decimal("1800.00"), "USD")}


@pytest.mark.parametrize(
    ("language", "code", "params", "said"),
    [
        ("en", "cost.recorded", COST, "A cost was recorded (Integration from 5 Oct 2026)."),
        ("fr", "cost.recorded", COST, "Un coût a été enregistré (Intégration à partir du 5 oct. 2026)."),
        ("en", "curse.debt.one", DEBT, "“Keys by hand” should be paid, and costs $1,800 a month."),
        ("fr", "curse.debt.one", DEBT, "« Keys by hand » devrait être payé, et coûte 1 800 $US par mois."),
        ("en", "health.checks_healthy", {"count": 1}, "Its only check is healthy."),
        ("fr", "health.checks_healthy", {"count": 3}, "Ses 3 contrôles sont sains."),
        ("en", "measurements.validated", {"target": "Visits"}, "? measurements of “Visits” were validated."),
        ("en", "written.later", {"count": 1}, "written.later"),
    ],
)
def test_a_stored_sentence_is_worded_for_its_reader(language, code, params, said):
    with translation.override(language):
        # French holds words together with spaces that do not break.
        assert " ".join(say(code, params).split()) == said


def test_a_list_of_verbs_names_what_differs_each_time_by_dots():
    assert label("measurements.validated") == "… measurements of “…” were validated."


def test_a_name_that_runs_from_right_to_left_turns_nothing_else_around():
    said = say("problem.raised", {"target": "\u202eabc"})
    assert "\u2068\u202eabc\u2069" in said
