import threading
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from portal.audit.models import Event
from portal.errors import BadInput, NotAllowed, Refused
from portal.notifications.models import Notification
from tests.factories import UserFactory
from usecases.problems import actions
from usecases.problems.models import Problem
from usecases.problems.sweep import tell_overdue


def test_what_is_written_down_is_ranked_last_and_told_in_the_journal(write_down, order, use_case):
    write_down("First")
    second = write_down("Second", kind="debt", cost_per_month=Decimal("1200.50"))
    assert (second.number, second.rank, order()) == (2, 2, ["First", "Second"])
    event = Event.objects.get(verb="problem.raised", target_uid=second.uid)
    assert event.data["after"]["cost_per_month"] == "1200.50"
    assert [(one.from_status, one.to_status) for one in second.changes.all()] == [("", "open")]


def test_neither_viewers_nor_users_of_the_decision_write(write_down, viewer, decision_user):
    for person in (viewer, decision_user):
        with pytest.raises(NotAllowed):
            write_down(by=person)
    assert Problem.objects.count() == 0


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"title": " "}, "title"),
        ({"face": "moon"}, "face"),
        ({"cost_per_month": Decimal("-1")}, "cost_per_month"),
        ({"cost_per_month": Decimal("0.001")}, "cost_per_month"),
        ({"tracker_url": "javascript:alert(1)"}, "tracker_url"),
        ({"tracker_url": "ftp://tracker.example/1"}, "tracker_url"),
        ({"title": "a\x00b"}, "title"),
    ],
)
def test_what_cannot_be_kept_is_said_field_by_field(write_down, facts, field):
    with pytest.raises(BadInput) as refusal:
        write_down(**facts)
    assert field in {one.field for one in refusal.value.problems}
    assert Problem.objects.count() == 0


def test_the_owner_is_of_the_team_and_is_told(write_down, data, it, stranger):
    with pytest.raises(BadInput) as refusal:
        write_down(owner=stranger)
    assert [one.field for one in refusal.value.problems] == ["owner"]
    write_down(owner=data)
    assert not Notification.objects.exists()
    write_down("Firewall", owner=it)
    assert [one.person for one in Notification.objects.all()] == [it]


def test_editing_tells_what_changed_and_nothing_when_nothing_did(write_down, business, it):
    problem = write_down()
    actions.edit_problem(problem, by=business, title="Keys arrive late")
    assert not Event.objects.filter(verb="problem.edited").exists()
    actions.edit_problem(problem, by=business, owner=it, due=date(2026, 6, 1))
    event = Event.objects.get(verb="problem.edited")
    assert (event.data["before"]["due"], event.data["after"]["due"]) == (None, "2026-06-01")
    assert event.data["after"]["owner"] == str(it.uid)
    assert Notification.objects.get().person == it


def test_places_move_up_down_and_beyond_the_end(write_down, order, business):
    problems = {title: write_down(title) for title in "abcd"}
    actions.rank_problem(problems["d"], 1, by=business)
    assert order() == ["d", "a", "b", "c"]
    actions.rank_problem(problems["d"], 3, by=business)
    assert order() == ["a", "b", "d", "c"]
    actions.rank_problem(problems["a"], 99, by=business)
    assert order() == ["b", "d", "c", "a"]
    assert [one.rank for one in Problem.objects.open()] == [1, 2, 3, 4]


def test_a_second_press_of_the_same_button_changes_nothing_more(write_down, order, business):
    write_down("a")
    second = write_down("b")
    actions.rank_problem(second, 1, by=business, seen=2)
    actions.rank_problem(second, 1, by=business, seen=2)
    assert order() == ["b", "a"]
    assert Event.objects.filter(verb="problem.ranked").count() == 1


def test_an_order_that_changed_meanwhile_is_not_overwritten(write_down, order, business, it):
    first, _second, third = (write_down(title) for title in "abc")
    actions.rank_problem(third, 1, by=it, seen=3)
    with pytest.raises(Refused):
        actions.rank_problem(first, 3, by=business, seen=1)
    assert order() == ["c", "a", "b"]


def test_a_viewer_ranks_nothing(write_down, order, viewer):
    write_down("a")
    with pytest.raises(NotAllowed):
        actions.rank_problem(write_down("b"), 1, by=viewer)
    assert order() == ["a", "b"]


def test_solving_closes_the_ranks_and_opening_again_is_last(write_down, order, it):
    first, _second, third = (write_down(title) for title in "abc")
    actions.solve(first, by=it, comment="The file comes at six.")
    assert order() == ["b", "c"]
    assert Problem.objects.get(pk=third.pk).rank == 2
    actions.reopen(first, by=it)
    assert order() == ["b", "c", "a"]
    steps = [(one.to_status, one.comment) for one in first.changes.all()]
    assert steps == [("open", ""), ("solved", "The file comes at six."), ("open", "")]


def test_dropping_asks_why(write_down, it):
    problem = write_down()
    with pytest.raises(BadInput):
        actions.drop(problem, by=it, reason=" ")
    actions.drop(problem, by=it, reason="The market leaves the scope.")
    assert (problem.status, problem.rank) == ("dropped", None)


def test_of_two_who_close_it_one_is_refused(write_down, it, business):
    problem = write_down()
    stale = Problem.objects.select_related("use_case__team").get(pk=problem.pk)
    actions.solve(problem, by=it)
    with pytest.raises(Refused):
        actions.drop(stale, by=business, reason="No longer wanted.")
    assert Problem.objects.get().status == "solved"
    with pytest.raises(Refused):
        actions.solve(problem, by=it)


def test_the_database_holds_one_problem_per_place(write_down):
    write_down("a")
    second = write_down("b")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS problem_rank_once IMMEDIATE")
        with pytest.raises(IntegrityError), transaction.atomic():
            Problem.objects.filter(pk=second.pk).update(rank=1)


def test_two_who_rank_at_once_leave_every_place_taken_once(committed_db, write_down, order, business, it):
    problems = [write_down(title) for title in "abcde"]

    def to_the_top(problem, person):
        actions.rank_problem(problem, 1, by=person)
        connection.close()

    threads = [
        threading.Thread(target=to_the_top, args=(problems[-1], business)),
        threading.Thread(target=to_the_top, args=(problems[-2], it)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(order()[:2]) == ["d", "e"]
    assert [one.rank for one in Problem.objects.open()] == [1, 2, 3, 4, 5]


def test_the_owner_learns_once_that_it_is_overdue(write_down, it):
    write_down(owner=it, due=date(2026, 1, 5))
    write_down("Not yet", owner=it, due=date(2999, 1, 1))
    write_down("Nobody’s", due=date(2026, 1, 5))
    Notification.objects.all().delete()
    assert (tell_overdue(), tell_overdue()) == (1, 0)
    assert Notification.objects.get().person == it


def test_a_gone_owner_is_not_told(write_down, team, data):
    gone = UserFactory(username="gone")
    team.memberships.create(user=gone, role="data")
    write_down(owner=gone, due=date(2026, 1, 5))
    gone.is_active = False
    gone.save()
    assert tell_overdue() == 0
