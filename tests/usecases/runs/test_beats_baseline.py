from portal import registry
from usecases.runs.criteria import beats_simple_baseline
from usecases.runs.lanes import lanes
from usecases.runs.models import Mark

TAGS = {"passerelle.metric": "auc"}


def test_a_better_candidate_meets_the_criterion_with_its_interval(use_case, add_run):
    add_run("rule", Mark.BASELINE, metrics={"auc": 0.6})
    add_run("model", Mark.CANDIDATE, metrics={"auc": 0.7, "auc_low": 0.65, "auc_high": 0.75}, tags=TAGS)
    evidence = beats_simple_baseline(use_case)
    assert evidence.met is True
    assert "0.7000 (95 %: 0.6500 to 0.7500) against 0.6000" in str(evidence.sentence)


def test_a_worse_candidate_does_not(use_case, add_run):
    add_run("rule", Mark.BASELINE, metrics={"auc": 0.8})
    add_run("model", Mark.CANDIDATE, metrics={"auc": 0.7}, tags=TAGS)
    assert beats_simple_baseline(use_case).met is False


def test_less_is_better_when_the_runs_say_so(use_case, add_run):
    add_run("rule", Mark.BASELINE, metrics={"error": 3})
    tags = {"passerelle.metric": "error", "passerelle.metric_direction": "down"}
    add_run("model", Mark.CANDIDATE, metrics={"error": 2}, tags=tags)
    assert beats_simple_baseline(use_case).met is True


def test_an_unknown_metric_is_unknown_not_green(use_case, add_run):
    add_run("rule", Mark.BASELINE, metrics={"auc": None})
    add_run("model", Mark.CANDIDATE, metrics={"auc": 0.7}, tags=TAGS)
    assert beats_simple_baseline(use_case).met is None


def test_without_a_candidate_the_simple_baseline_goes_on(use_case, add_run):
    add_run("rule", Mark.BASELINE)
    evidence = beats_simple_baseline(use_case)
    assert evidence.met is True
    assert "is what goes on" in str(evidence.sentence)


def test_without_a_baseline_nothing_is_beaten(use_case, add_run):
    add_run("model", Mark.CANDIDATE, tags=TAGS)
    assert beats_simple_baseline(use_case).met is False


def test_marked_runs_are_on_the_time_axis(use_case, add_run):
    add_run("rule", Mark.BASELINE)
    add_run("other")
    (lane,) = lanes(use_case, start=None, end=None)
    assert [mark.label for mark in lane.marks] == ["Simple baseline: rule"]


def test_the_registry_knows_the_criterion():
    assert "runs.beats_simple_baseline" in registry.criteria()
