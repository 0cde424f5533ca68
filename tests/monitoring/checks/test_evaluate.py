"""Checks: defined, evaluated, switched."""

import pytest

from monitoring.checks.actions import define_check, switch_check
from monitoring.checks.evaluate import evaluate
from portal.audit.models import Event
from portal.errors import BadInput, NotAllowed, Refused
from portal.jobs.models import Job


@pytest.fixture
def define(use_case, it):
    def _define(series, **changes):
        rule = {"name": "Too many errors", "comparator": "above", "bound": 0.5, "severity": "error", **changes}
        return define_check(use_case, series, by=it, **rule)

    return _define


def state_of(check):
    evaluate()
    check.refresh_from_db()
    return check.state


def test_a_check_whose_series_has_no_point_is_unknown(use_case, define):
    series = use_case.series.create(kind="data", name="empty")
    assert state_of(define(series)) == "unknown"


def test_a_value_across_the_bound_fails_the_check_and_is_told(feed, define):
    check = define(feed([0.1, 0.9]))
    assert state_of(check) == "error"
    assert (check.last_value, check.state_since is not None) == (0.9, True)
    assert Event.objects.filter(verb="check.became_error", actor=None).count() == 1


def test_the_bound_itself_is_not_across(feed, define):
    assert state_of(define(feed([0.5]))) == "healthy"


def test_below_is_the_other_way_round(feed, define):
    assert state_of(define(feed([0.4]), comparator="below", severity="warning")) == "warning"


@pytest.mark.parametrize(
    ("values", "state"), [([0.9, 0.1, 0.1], "healthy"), ([0.9, 0.1, 0.9], "error"), ([0.9, 0.9, 0.1, 0.1], "healthy")]
)
def test_k_of_the_last_points_must_cross(feed, define, values, state):
    assert state_of(define(feed(values), k=2, window=3)) == state


def test_evaluating_twice_tells_once(feed, define):
    check = define(feed([0.9]))
    assert state_of(check) == state_of(check) == "error"
    assert Event.objects.filter(verb="check.became_error").count() == 1


def test_hundreds_of_checks_are_looked_at_in_one_statement(feed, define, django_assert_max_num_queries):
    series = feed([0.1])
    for number in range(20):
        define(series, name=f"check {number}")
    evaluate()
    with django_assert_max_num_queries(12):
        assert evaluate() == 20


def test_a_check_that_is_off_knows_nothing_and_is_not_looked_at(feed, define, it):
    check = define(feed([0.1]))
    assert state_of(check) == "healthy"
    switch_check(check, False, by=it)
    assert state_of(check) == "unknown"
    with pytest.raises(Refused):
        switch_check(check, False, by=it)
    switch_check(check, True, by=it)
    assert state_of(check) == "healthy"


def test_defining_a_check_asks_for_its_evaluation(feed, define, use_case):
    define(feed([0.1]))
    assert Job.objects.filter(kind="checks.evaluate", key=str(use_case.pk)).exists()


def test_a_viewer_may_not_define_or_switch(feed, define, use_case, viewer):
    series = feed([0.1])
    with pytest.raises(NotAllowed):
        define_check(use_case, series, name="x", comparator="above", bound=1, by=viewer)
    with pytest.raises(NotAllowed):
        switch_check(define(series), False, by=viewer)


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", " "), ("bound", float("nan")), ("comparator", "around"), ("severity", "fatal"), ("k", 2), ("k", 0)],
)
def test_a_rule_without_sense_is_refused_at_its_field(feed, define, field, value):
    with pytest.raises(BadInput) as refused:
        define(feed([0.1]), **{field: value})
    assert [problem.field for problem in refused.value.problems] == [field]
