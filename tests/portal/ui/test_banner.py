import pytest
from django.test import Client

from portal.jobs.models import Job, JobStatus


def loading(status: JobStatus, **fields) -> Job:
    return Job.objects.create(kind="demo.load", key="all", status=status, **fields)


def test_nothing_is_polled_when_nothing_is_under_way(reader, parts, settings):
    settings.DEMO = True
    parts(postgres="up", worker="up", mlflow="up")
    loading(JobStatus.SUCCEEDED)
    assert "every 3s" not in reader.get("/").content.decode()


def test_a_part_that_starts_is_told_and_followed(reader, parts):
    parts(worker="up", mlflow="starting")
    html = reader.get("/").content.decode()
    assert "MLflow is starting." in html
    assert 'hx-trigger="every 3s"' in html


def test_a_part_that_crashed_is_an_error(reader, parts):
    parts(worker="crashed")
    html = reader.get("/status/banner/").content.decode()
    assert "st-err" in html
    assert "The worker stopped and is being started again" in html


def test_a_part_that_failed_is_no_longer_followed(reader, parts):
    parts(demo="failed")
    html = reader.get("/status/banner/").content.decode()
    assert "The demo failed" in html
    assert "every 3s" not in html


def test_the_demo_shows_how_far_it_is(reader, settings):
    settings.DEMO = True
    loading(JobStatus.QUEUED, done=3, total=10, note_code="not.worded")
    html = reader.get("/status/banner/").content.decode()
    assert "The demo is loading: not.worded" in html
    assert 'aria-valuenow="30"' in html


def test_the_end_of_the_demo_invites_to_reload(reader, settings):
    settings.DEMO = True
    loading(JobStatus.SUCCEEDED)
    html = reader.get("/status/banner/?demo").content.decode()
    assert "Reload the page" in html
    assert "every 3s" not in html
    assert reader.get("/status/banner/").content.decode().strip() == ""


def test_a_demo_that_failed_says_why(reader, settings):
    settings.DEMO = True
    loading(JobStatus.FAILED, note_code="out.of.luck")
    assert "The demo stopped: out.of.luck" in reader.get("/").content.decode()


@pytest.mark.parametrize(("demo", "status"), [(False, 404), (True, 200)])
def test_a_stranger_sees_the_banner_only_in_the_demo(db, settings, demo, status):
    settings.DEMO = demo
    assert Client().get("/status/banner/").status_code == status


def test_outside_the_demo_a_stranger_is_not_made_to_poll(parts, db):
    parts(mlflow="starting")
    assert "every 3s" not in Client().get("/accounts/sign-in/").content.decode()
