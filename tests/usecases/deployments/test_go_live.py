from datetime import timedelta

import pytest
from django.utils import timezone

from portal.errors import BadInput, NotAllowed, Refused
from portal.jobs import queue, runner
from portal.jobs.models import Job
from usecases.deployments import actions, criteria
from usecases.deployments.executors import Outcome, Unavailable
from usecases.deployments.lanes import lanes
from usecases.deployments.models import Deployment, DeploymentStep
from usecases.deployments.runner import execute, expire_requests


def test_what_is_approved_goes_live_and_replaces(in_place, go_live, executor):
    live = go_live()
    assert (live.status, live.previous.release) == ("live", in_place)
    assert live.previous.live_until == live.live_from
    assert (executor.orders[0].alias, executor.orders[0].version) == (live.target.alias, "4")
    steps = DeploymentStep.objects.filter(deployment=live).values_list("status", flat=True)
    assert list(steps) == ["requested", "approved", "running", "live"]


def test_a_second_delivery_changes_nothing(go_live, executor):
    live = go_live()
    execute(runner.Progress(Job.objects.get(kind="deployments.execute")), live.pk)
    assert len(executor.orders) == 1
    assert Deployment.objects.get(pk=live.pk).live_from == live.live_from


def test_a_worker_that_died_in_the_middle_is_taken_up(request_it, it, executor, carry_out):
    deployment = request_it()
    actions.approve(deployment, by=it)
    Deployment.objects.filter(pk=deployment.pk).update(status="running")
    assert carry_out(deployment).status == "live"


def test_what_cannot_be_done_fails_with_its_reason_and_can_be_run_again(request_it, it, executor, carry_out):
    deployment = request_it()
    actions.approve(deployment, by=it)
    executor.script = [Outcome(False, "deployments.version_gone", {"model": "uplift", "version": "4"})]
    failed = carry_out(deployment)
    assert failed.failure == "MLflow has no version 4 of uplift any more."
    actions.retry(failed, by=it)
    assert carry_out(failed).status == "live"


def test_a_data_scientist_may_not_run_it_again(request_it, it, data, executor, carry_out):
    deployment = request_it()
    actions.approve(deployment, by=it)
    executor.script = [Outcome(False, "deployments.version_gone")]
    with pytest.raises(NotAllowed):
        actions.retry(carry_out(deployment), by=data)


def test_a_server_that_is_away_is_tried_again_then_it_has_failed(request_it, it, executor, carry_out):
    deployment = request_it()
    actions.approve(deployment, by=it)
    executor.script = [Unavailable("deployments.server_unreachable", target="x") for _ in range(3)]
    assert carry_out(deployment).status == "running"
    for _ in range(2):
        Job.objects.update(run_after=timezone.now() - timedelta(minutes=1))
        last = carry_out(deployment)
    assert (last.status, last.failure_code) == ("failed", "deployments.server_unreachable")


def test_rolling_back_returns_to_what_ran_before_then_to_the_system_in_place(in_place, go_live, it, carry_out):
    first, second = go_live(title="One"), go_live(title="Two")
    back = carry_out(actions.roll_back(second, by=it, reason="Opt-outs"))
    assert (back.status, back.release) == ("live", first.release)
    again = carry_out(actions.roll_back(back, by=it, reason="Still"))
    assert (again.status, again.release) == ("live", in_place)
    with pytest.raises(Refused, match="nothing to return to"):
        actions.roll_back(again, by=it, reason="Further")


def test_a_return_ends_the_request_that_waits(in_place, go_live, request_it, it):
    live, waits = go_live(), request_it(title="Next")
    actions.roll_back(live, by=it, reason="Opt-outs")
    waits.refresh_from_db()
    assert waits.status == "expired"


def test_a_data_scientist_may_not_roll_back(in_place, go_live, data):
    with pytest.raises(NotAllowed):
        actions.roll_back(go_live(), by=data, reason="Opt-outs")


def test_a_return_needs_a_reason(in_place, go_live, it):
    with pytest.raises(BadInput):
        actions.roll_back(go_live(), by=it, reason="")


def test_a_request_nobody_decided_expires(request_it):
    deployment = request_it()
    Deployment.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    job = queue.enqueue("deployments.expire_requests", "all")
    runner.run(job.pk)
    deployment.refresh_from_db()
    assert deployment.status == "expired"


def test_what_a_lost_worker_left_is_picked_up(request_it, it):
    deployment = request_it()
    actions.approve(deployment, by=it)
    Job.objects.all().delete()
    expire_requests()
    assert Job.objects.get().kind == "deployments.execute"


def test_what_failed_for_good_is_not_left_running(request_it, it):
    deployment = request_it()
    actions.approve(deployment, by=it)
    Job.objects.update(status="failed", note_code="job.worker_lost")
    expire_requests()
    deployment.refresh_from_db()
    assert (deployment.status, deployment.failure_code) == ("failed", "job.worker_lost")


def test_the_gates_see_what_is_live_and_rehearsed(use_case, in_place, go_live, it, carry_out):
    checks = (criteria.live_at_a_site, criteria.approved_and_live, criteria.return_rehearsed)
    assert [check(use_case).met for check in checks] == [False, False, False]
    live = go_live()
    assert [check(use_case).met for check in checks] == [True, True, False]
    carry_out(actions.roll_back(live, by=it, reason="Rehearsal"))
    assert [check(use_case).met for check in checks] == [False, False, True]


def test_the_time_axis_shows_from_when_until_when(use_case, in_place, go_live):
    live = go_live()
    (lane,) = lanes(use_case, start=None, end=None)
    assert [mark.until for mark in lane.marks] == [live.live_from, None]


def test_what_ran_on_a_date_is_known(in_place, go_live):
    live = go_live()
    before, after = live.live_from - timedelta(microseconds=1), live.live_from
    assert Deployment.objects.live_on(before).get().release == in_place
    assert Deployment.objects.live_on(after).get() == live


def test_a_release_brought_back_stays_approved(go_live, use_case, in_place, it, carry_out):
    go_live()
    second = go_live(title="Second")
    back = carry_out(actions.roll_back(second, by=it, reason="Rehearsal"))
    assert (back.kind, back.status) == ("roll_back", "live")
    assert criteria.approved_and_live(use_case).met
