"""Followers are told the main events of a use case, once, in their language, and nobody twice."""

import pytest
from django.db import transaction
from django.utils import translation

from portal.audit.record import record
from portal.notifications.models import Message, Notification
from portal.people.models import User
from portal.registry import Subject
from portal.talk import actions as talk
from usecases.catalog.models import UseCase
from usecases.catalog.subjects import several
from usecases.overview.milestones import tell_followers


def _seen(person: User, use_case: UseCase) -> Subject:
    return next(several(person, [use_case.uid]))


@pytest.fixture
def followed(use_case, viewer):
    talk.follow(_seen(viewer, use_case), by=viewer, is_on=True)
    return use_case


def _told() -> set[str]:
    return {one.person.username for one in Notification.objects.filter(message__kind="notice.milestone")}


@pytest.mark.parametrize(
    ("verb", "params"),
    [
        ("gate.passed.poc", {"version": 3}),
        ("stage.stopped", {"reason": "No data"}),
        ("iteration.closed_go", {"number": 1}),
        ("deployment.approved", {}),
        ("deployment.live", {}),
        ("measurement.validated", {}),
        ("incident.opened", {"rule": "x > 1", "value": "2"}),
    ],
)
def test_who_follows_is_told_once(verb, params, followed, team, it):
    record(verb, followed, by=it, team=team, use_case=followed.slug, **params)
    assert tell_followers() == 1
    assert tell_followers() == 0
    assert _told() == {"viewer", "business"}  # who follows, and who made it


def test_it_is_said_in_the_readers_language(followed, team, it):
    record("gate.passed.poc", followed, by=it, team=team, use_case=followed.slug, version=3)
    tell_followers()
    message = Message.objects.get(kind="notice.milestone")
    assert "The gate to POC was passed, under version 3" in str(message)
    assert message.url == "/use-cases/spring/"
    with translation.override("fr"):
        assert "was passed" not in str(message)


def test_who_did_it_and_who_said_no_are_not_told(followed, team, business, viewer):
    talk.follow(_seen(viewer, followed), by=viewer, is_on=False)
    record("deployment.live", followed, by=business, team=team, use_case=followed.slug)
    tell_followers()
    assert _told() == set()


def test_who_left_the_team_hears_nothing(followed, team, it, viewer):
    viewer.memberships.all().delete()
    record("deployment.live", followed, by=it, team=team, use_case=followed.slug)
    tell_followers()
    assert "viewer" not in _told()


def test_who_was_told_by_name_is_not_told_again(followed, team, it, viewer):
    with transaction.atomic():
        record("incident.opened", followed, by=None, machine="m", team=team, use_case=followed.slug)
        message = Message.objects.create(kind="notice.incident_opened", url="/", use_case=followed.slug)
        Notification.objects.create(message=message, person=viewer)
    tell_followers()
    assert "viewer" not in _told()


@pytest.mark.parametrize("verb", ["usecase.edited", "comment.written", "check.became_error"])
def test_what_is_not_a_main_event_is_not_told(verb, followed, team, it):
    record(verb, followed, by=it, team=team, use_case=followed.slug)
    assert tell_followers() == 0
