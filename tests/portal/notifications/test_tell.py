"""Telling people in the transaction of what happened, and reading it in the portal."""

import pytest
from django.db import IntegrityError, transaction

from portal.notifications import actions, runner
from portal.notifications.models import Delivery, Message, Notification
from portal.people import actions as people
from portal.people.models import Role
from portal.signin.models import SecondFactorReset
from tests.factories import MembershipFactory, TeamFactory


def _number(page: str) -> bool:
    return "bell-number" in page


def test_what_is_undone_is_not_told(told, it):
    with transaction.atomic():
        told(it)
        transaction.set_rollback(True)
    assert not Message.objects.exists()


def test_telling_outside_a_transaction_is_an_error(committed_db, it):
    with pytest.raises(RuntimeError):
        actions.tell("notice.test", [it], url="/")


def test_a_kind_nobody_registered_is_an_error(it):
    with pytest.raises(KeyError):
        actions.tell("notice.nothing", [it], url="/")


def test_one_cause_is_told_once(told, it):
    assert told(it, cause="job:1") is not None
    assert told(it, cause="job:1") is None
    assert Notification.objects.count() == 1


def test_the_database_holds_it_too(told, it):
    told(it, cause="job:1")
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.create(kind="notice.test", url="/", cause="job:1")


def test_the_deactivated_are_not_told(told, it):
    it.is_active = False
    told(it)
    assert not Notification.objects.exists()


def test_the_bell_counts_and_the_link_leads_there_and_is_read_then(told, it, sign_in):
    told(it)
    browser = sign_in(it)
    assert _number(browser.get("/").text)
    page = browser.get("/notifications/").text
    assert "asks that Release 1 go to Rural" in page
    one = Notification.objects.get()
    answer = browser.get(f"/notifications/{one.uid}/")
    assert answer["Location"] == "/use-cases/spring/"
    assert not _number(browser.get("/").text)
    assert "Release 1" not in browser.get("/notifications/").text
    assert "Release 1" in browser.get("/notifications/?all").text


def test_all_are_marked_read_and_only_mine(told, it, second_it, sign_in):
    told(it, second_it)
    told(it)
    sign_in(it).post("/notifications/read/")
    assert Notification.objects.unread().get().person == second_it


def test_nobody_opens_or_reads_what_another_was_told(told, it, business, sign_in):
    told(it)
    one = Notification.objects.get()
    browser = sign_in(business)
    assert browser.get(f"/notifications/{one.uid}/").status_code == 404
    assert browser.post("/notifications/read/", {"uid": str(one.uid)}).status_code == 404
    assert browser.post("/notifications/read/", {"uid": "nothing"}).status_code == 404
    one.refresh_from_db()
    assert one.read_at is None


def test_it_is_worded_in_the_language_of_who_reads(told, it, sign_in):
    told(it)
    browser = sign_in(it)
    browser.post("/language/", {"language": "fr"})
    assert "demande" in browser.get("/notifications/").text


def test_the_list_asks_as_much_for_ten_as_for_forty(told, it, sign_in, django_assert_num_queries):
    browser = sign_in(it)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for number in (10, 30):
        for _ in range(number):
            told(it)
        with CaptureQueriesContext(connection) as asked:
            browser.get("/notifications/")
        counts.append(len(asked))
    assert counts[0] == counts[1]


# --- what arises from the features ---------------------------------------
def test_a_new_member_is_told_once_by_the_machine(team, stranger, admin):
    people.add_member(team, stranger, Role.IT, by=admin)
    runner.watch()
    runner.watch()
    told = Message.objects.filter(kind="notice.member_added", notifications__person=stranger, url__contains=team.slug)
    assert told.count() == 1


def test_the_owner_of_a_token_is_told_a_week_before_its_end(data):
    people.create_token(by=data, name="Night job", scopes=["points"], days=3)
    people.create_token(by=data, name="Long one", scopes=["points"], days=60)
    runner.watch()
    assert [one.params["token"] for one in Message.objects.filter(kind="notice.token_ends")] == ["Night job"]


def test_administrators_are_told_of_a_job_that_failed(admin, business, db):
    from django.db.models.functions import Now

    from portal.jobs import queue
    from portal.jobs.models import Job

    job = queue.enqueue("test.job", "a")
    Job.objects.filter(pk=job.pk).update(status="failed", ended_at=Now())
    runner.watch()
    runner.watch()
    assert Notification.objects.get(message__kind="notice.job_failed").person == admin


def test_whose_second_factor_was_reset_is_told_who_did_it(admin, it):
    SecondFactorReset.objects.create(user=it, by=admin)
    runner.watch()
    runner.watch()
    told = Notification.objects.get(person=it, message__kind="notice.second_factor_reset").message
    assert str(admin) in str(told)


def test_a_team_elsewhere_is_not_concerned(team):
    other = TeamFactory(name="Other")
    member = MembershipFactory(team=other, role="it").user
    assert member not in actions.members(team, ["it"])


def test_no_letter_without_an_address(told, it):
    told(it)
    assert not Delivery.objects.exists()
