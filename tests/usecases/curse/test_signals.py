"""Histories that must raise a signal, and histories that must not. Numbers are days ago; see histories.py."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal import registry, words
from tests.factories import UseCaseFactory

HISTORIES = [
    # endless POC: more than three closed iterations, or nine months in POC
    ("endless", "created 200 · poc 150 · kpi 150 · iteration 120 · iteration 90 · iteration 60", ""),
    (
        "endless",
        "created 200 · poc 150 · kpi 150 · iteration 120 · iteration 90 · iteration 60 · iteration 30",
        "curse.endless.many",
    ),
    ("endless", "created 400 · poc 269", ""),
    ("endless", "created 400 · poc 271", "curse.endless.long"),
    # a step back: 200 days in POC, 50 in industrialisation, 80 in POC again
    ("endless", "created 400 · poc 330 · industrialisation 130 · poc 80", "curse.endless.long"),
    ("endless", "created 400 · poc 330 · industrialisation 30", ""),
    # POC never on production flows
    ("flows", "created 60 · poc 29", ""),
    ("flows", "created 60 · poc 31", "curse.flows.never"),
    ("flows", "created 60 · poc 31 · points 10", "curse.flows.never"),
    ("flows", "created 60 · poc 31 · live 10", "curse.flows.live"),
    ("flows", "created 60 · poc 31 · live 10 · points 20", "curse.flows.live"),
    ("flows", "created 60 · poc 31 · live 10 · points 5", ""),
    ("flows", "created 90 · poc 60 · industrialisation 20", ""),
    # too long in its stage: 90, 120 and 180 days unless the portfolio says otherwise
    ("stayed", "created 89", ""),
    ("stayed", "created 91", "curse.stayed.exploration"),
    ("stayed", "created 300 · poc 119", ""),
    ("stayed", "created 300 · poc 121", "curse.stayed.poc"),
    ("stayed", "created 300 · industrialisation 179", ""),
    ("stayed", "created 300 · industrialisation 181", "curse.stayed.industrialisation"),
    ("stayed", "created 900 · production 800", ""),
    # the complex model is not better than the simple one
    ("complex", "baseline 0.80 · candidate 0.79", "curse.complex"),
    ("complex", "baseline 0.80 · candidate 0.80", "curse.complex"),
    ("complex", "baseline 0.80 · candidate 0.81", ""),
    ("complex", "baseline 0.80", ""),
    ("complex", "candidate 0.70", ""),
    # nobody can compare them: unknown, and no accusation
    ("complex", "baseline 0.80 · candidate 0.70 on loss", ""),
    # integration starts late
    ("integration", "created 90 · poc 60 · ml 31 days 12", "curse.integration_not_begun"),
    ("integration", "created 90 · poc 60 · ml 29 days 12", ""),
    ("integration", "created 90 · poc 60 · ml 31 days 9", ""),
    ("integration", "created 90 · poc 60 · ml 31 days 20 · integration 10 days 2", "curse.integration_late"),
    ("integration", "created 90 · poc 60 · ml 31 days 18 · integration 10 days 2", ""),
    ("integration", "created 90 · production 60 · ml 31 days 12", ""),
    # a role is missing or silent
    ("role", "created 100 · business 10 · data 10 · it 10", ""),
    ("role", "created 100 · business 10 · data 10 · it 44", ""),
    ("role", "created 100 · business 10 · data 10 · it 46", "curse.role_silent.it"),
    ("role", "created 100 · business 60 · data 10 · it 50", "curse.role_silent.business"),
    ("role", "created 100 · business 10 · data 10", "curse.role_silent.it"),
    ("role", "created 40", ""),
    ("role", "created 100 · business 10 · data 10 · it 10 · without data", "curse.role_missing.data"),
    ("role", "created 5 · without it", "curse.role_missing.it"),
    ("role", "created 400 · production 300 · business 100 · data 100 · it 100", ""),
    ("role", "created 400 · production 300 · business 100 · data 140 · it 100", "curse.role_silent.data"),
    # debt unpaid
    ("debt", "debt 40 due 1 costs 300", "curse.debt.one"),
    ("debt", "debt 40 due 1", "curse.debt.one_unpriced"),
    ("debt", "debt 40 due 0", ""),
    ("debt", "debt 89", ""),
    ("debt", "debt 91", "curse.debt.one_unpriced"),
    ("debt", "debt 91 costs 100 · debt 95 due 3", "curse.debt.several"),
    ("debt", "debt 40 due 5 · paid 2", ""),
    ("debt", "problem 91 due 5", ""),
    # KPI without a baseline
    ("kpi", "created 50", ""),
    ("kpi", "created 50 · poc 10", "curse.kpi_none"),
    ("kpi", "created 50 · poc 10 · kpi 5 blind", "curse.kpi_baseline"),
    ("kpi", "created 50 · poc 10 · kpi 5", ""),
    ("kpi", "created 50 · kpi 5 blind", ""),
    # hold-out gone
    ("hold_out", "created 90 · production 60 · kpi 60 parallel · measured 21 beside · measured 14 beside", ""),
    (
        "hold_out",
        "created 90 · production 60 · kpi 60 parallel · measured 21 beside · measured 14 · measured 7",
        "curse.hold_out",
    ),
    ("hold_out", "created 90 · production 60 · kpi 60 · measured 21 beside · measured 14", ""),
    ("hold_out", "created 90 · production 60 · kpi 60 parallel", ""),
]


@pytest.mark.parametrize(("code", "history", "reason"), HISTORIES)
def test_a_history_raises_the_signal_or_does_not(past, code, history, reason):
    use_case = past(history)
    found = registry.signals()[code].find([use_case])
    assert [one.reason for one in found.values()] == ([reason] if reason else [])


def test_every_signal_has_histories_that_raise_it_and_histories_that_do_not():
    raised = {code for code, _history, reason in HISTORIES if reason}
    quiet = {code for code, _history, reason in HISTORIES if not reason}
    assert raised == quiet == set(registry.signals())


def test_every_reason_says_why_and_what_to_do_next(past):
    """In both languages, with nothing left to fill in."""
    known = registry.words()
    for code, _history, reason in HISTORIES:
        assert {f"curse.raised.{code}", f"curse.cleared.{code}"} <= set(known)
        assert not reason or {reason, f"{reason}.do"} <= set(known)
    found = registry.signals()["debt"].find([past("debt 40 due 1 costs 300")])
    (one,) = found.values()
    assert words.say(one.reason, one.params) == "“Keys by hand” should be paid, and costs €300 a month."


@pytest.mark.parametrize("code", ["stayed", "flows", "integration", "role", "debt", "kpi", "hold_out", "endless"])
def test_one_use_case_and_twenty_cost_the_same_queries(past, team, code):
    first = past(
        "created 90 · poc 60 · kpi 50 parallel · measured 21 beside · measured 14 · ml 31 days 12 · debt 50 due 9"
    )
    assert first.team == team  # read already, as the sweep does
    find = registry.signals()[code].find
    with CaptureQueriesContext(connection) as few:
        find([first])
    others = [UseCaseFactory(team=team, stage="poc") for _number in range(20)]
    with CaptureQueriesContext(connection) as many:
        find([first, *others])
    assert len(many) == len(few) <= 2
