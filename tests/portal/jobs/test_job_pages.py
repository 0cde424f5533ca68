"""The jobs pages: what one may see, try again and cancel."""

import pytest
from django.db.models import F
from django.db.models.functions import Now
from django.urls import reverse

from portal.audit.models import Event
from portal.errors import NotAllowed, Refused
from portal.jobs import actions, queue, runner
from portal.jobs.models import Job, JobAttempt, JobStatus, Outcome


@pytest.fixture
def about(use_case):
    return queue.About("Release 4", use_case.team, use_case.slug)


@pytest.fixture
def job(about) -> Job:
    return queue.enqueue("test.job", "a", about=about)


@pytest.fixture
def failed(job, does) -> Job:
    def break_(progress):
        progress.say("job.purged", jobs=3)
        raise ZeroDivisionError("secret place")

    does(break_)
    Job.objects.update(max_attempts=1)
    runner.run(job.pk)
    job.refresh_from_db()
    return job


def test_a_member_reads_the_jobs_of_their_use_case_and_only_these(job, data, sign_in):
    queue.enqueue("jobs.purge", "all")
    page = sign_in(data).get(reverse("jobs"))
    assert b"Release 4" in page.content
    assert b"Delete what ended long ago" not in page.content


def test_the_administrator_reads_those_of_the_portal_too(job, admin, sign_in):
    queue.enqueue("jobs.purge", "all")
    page = sign_in(admin).get(reverse("jobs"))
    assert b"Release 4" in page.content
    assert b"Delete what ended long ago" in page.content


def test_a_stranger_finds_no_job(job, stranger, sign_in):
    assert b"Release 4" not in sign_in(stranger).get(reverse("jobs")).content
    for name in ("job", "job_progress"):
        assert sign_in(stranger).get(reverse(name, args=[job.uid])).status_code == 404
    for name in ("job_retry", "job_cancel"):
        assert sign_in(stranger).post(reverse(name, args=[job.uid])).status_code == 404
    job.refresh_from_db()
    assert job.status == JobStatus.QUEUED


def test_filters_are_in_the_address(job, data, sign_in):
    seen = sign_in(data)
    for asked, found in (("status=queued", 1), ("status=failed", 0), ("kind=test.job", 1), ("q=release+4", 1)):
        page = seen.get(f"{reverse('jobs')}?{asked}")
        assert page.context["table"].count == found, asked


def test_several_jobs_are_tried_again_at_once_each_by_its_own_action(failed, data, viewer, sign_in):
    sent = {"list": "jobs", "verb": "again", "row": [failed.pk]}
    sign_in(viewer).post(reverse("jobs"), sent)
    failed.refresh_from_db()
    assert failed.status == JobStatus.FAILED
    sign_in(data).post(reverse("jobs"), sent)
    failed.refresh_from_db()
    assert failed.status == JobStatus.QUEUED


def test_the_list_asks_as_much_for_many_as_for_few(about, data, sign_in, django_assert_max_num_queries):
    client = sign_in(data)
    for number in range(60):
        queue.enqueue("test.job", str(number), about=about)
    with django_assert_max_num_queries(14):
        client.get(reverse("jobs"))


def test_a_job_shows_its_tries_and_what_it_said(failed, data, sign_in):
    page = sign_in(data).get(reverse("job", args=[failed.uid])).content.decode()
    assert "3 jobs deleted so far." in page
    assert "an error (ZeroDivisionError)" in page
    assert "secret place" not in page


def test_only_an_administrator_reads_the_technical_error(failed, admin, sign_in):
    page = sign_in(admin).get(reverse("job", args=[failed.uid])).content.decode()
    assert "secret place" in page
    assert "test_job_pages.py" in page


def test_an_open_job_asks_again_and_a_finished_one_does_not(job, data, sign_in, does):
    client = sign_in(data)
    assert b"hx-get" in client.get(reverse("job_progress", args=[job.uid])).content
    does(lambda progress: None)
    runner.run(job.pk)
    assert b"hx-get" not in client.get(reverse("job_progress", args=[job.uid])).content


def test_a_failed_job_is_tried_again_with_three_more_tries(failed, data, sign_in, does):
    sign_in(data).post(reverse("job_retry", args=[failed.uid]))
    failed.refresh_from_db()
    assert (failed.status, failed.attempts, failed.max_attempts) == (JobStatus.QUEUED, 1, 4)
    assert Event.objects.get(verb="job.retried").actor == data
    does(lambda progress: None)
    runner.run(failed.pk)
    assert list(JobAttempt.objects.order_by("number").values_list("number", "outcome")) == [
        (1, Outcome.FAILED),
        (2, Outcome.SUCCEEDED),
    ]


def test_a_viewer_may_not_try_again_nor_cancel(failed, viewer):
    with pytest.raises(NotAllowed):
        actions.retry(failed, by=viewer)
    with pytest.raises(NotAllowed):
        actions.cancel(failed, by=viewer)


def test_what_did_not_fail_is_not_tried_again(job, data):
    with pytest.raises(Refused, match="failed or was cancelled"):
        actions.retry(job, by=data)


def test_what_waits_already_is_not_asked_twice(failed, about, data):
    queue.enqueue("test.job", "a", about=about)
    with pytest.raises(Refused, match="waits already"):
        actions.retry(failed, by=data)


def test_a_waiting_job_is_cancelled_and_says_by_whom(job, data):
    assert actions.cancel(job, by=data).status == JobStatus.CANCELLED
    assert str(data) in job.note
    assert queue.claim(job.pk) is None


def test_a_running_job_is_not_cancelled(job, data):
    queue.claim(job.pk)
    with pytest.raises(Refused, match="waits"):
        actions.cancel(job, by=data)


def test_a_try_whose_worker_went_away_is_told_as_lost(job):
    queue.claim(job.pk)
    Job.objects.update(lease_until=Now() - queue.WAKE_AGAIN)
    queue.claim(job.pk)
    outcomes = JobAttempt.objects.order_by("number").values_list("outcome", flat=True)
    assert list(outcomes) == [Outcome.LOST, Outcome.RUNNING]


def test_the_log_of_a_try_is_bounded(job, does):
    def talk(progress):
        for number in range(500):
            progress.say("job.purged", jobs=number)

    does(talk)
    runner.run(job.pk)
    assert job.lines.count() == runner.MOST_LINES
    assert job.lines.last().code == "job.log_full"


def test_a_late_worker_writes_nothing_into_the_try_of_another(job):
    first = queue.claim(job.pk)
    assert first is not None
    Job.objects.update(attempts=F("attempts") + 1)
    assert not queue.succeed(first)
    assert JobAttempt.objects.get().outcome == Outcome.RUNNING
