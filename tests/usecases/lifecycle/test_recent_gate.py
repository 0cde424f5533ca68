"""The gate beside every page is as fresh as the journal."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from usecases.catalog import actions as catalog
from usecases.lifecycle.evaluate import recent


def test_a_known_gate_costs_one_query(use_case, business):
    recent(use_case, "poc")
    with CaptureQueriesContext(connection) as asked:
        recent(use_case, "poc")
    assert len(asked) == 1


@pytest.mark.parametrize("words", ["Whom to contact each Monday"])
def test_what_is_recorded_is_seen_at_once(use_case, business, words):
    assert _finding(use_case).met is False
    catalog.edit_use_case(use_case, by=business, decision=words, decision_users="Operators")
    assert _finding(use_case).met is True


def _finding(use_case):
    return next(one for one in recent(use_case, "poc").findings if one.code.startswith("catalog.decision"))
