"""A gate broken open in an emergency, and the second person."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.audit.models import Event
from portal.errors import BadInput, NotAllowed, Refused
from portal.journal.exceptions import matching
from portal.notifications.models import Notification
from usecases.catalog.models import UseCase
from usecases.deployments.models import Environment
from usecases.lifecycle import actions, emergencies, road
from usecases.lifecycle.evaluate import evaluate
from usecases.lifecycle.inbox import broken
from usecases.lifecycle.models import BreakGlass

GATE = "industrialisation"


@pytest.fixture
def within_a_day(db) -> Environment:
    return Environment.objects.create(
        name="Production", slug="production", is_production=True, second_person_at_once=False
    )


@pytest.fixture
def opened(in_poc, within_a_day, it) -> BreakGlass:
    return emergencies.break_glass(in_poc, GATE, by=it, reason="The old system burned.")


@pytest.fixture
def asked(in_poc, it) -> BreakGlass:
    return emergencies.break_glass(in_poc, GATE, by=it, reason="The old system burned.")


def test_it_opens_at_once_where_a_day_is_given(opened, in_poc, business, steering):
    in_poc.refresh_from_db()
    assert (in_poc.stage, opened.status, opened.at_once) == ("industrialisation", "waiting", False)
    assert set(opened.unmet) >= {"iterations.closed_go"}
    assert opened.unsigned == ["business", "data", "it"]
    assert evaluate(in_poc, GATE).glass == opened
    assert Notification.objects.filter(person=business, message__kind="notice.glass_broken").exists()
    assert [item.urgent for item in broken(steering)] == [True]
    assert Event.objects.filter(matching("break_glass")).count() == 1


def test_it_waits_for_a_second_person_where_nothing_says_otherwise(asked, in_poc, business):
    in_poc.refresh_from_db()
    assert (in_poc.stage, asked.at_once) == ("poc", True)
    emergencies.agree(asked, by=business, comment="I saw it.")
    in_poc.refresh_from_db()
    asked.refresh_from_db()
    assert (in_poc.stage, asked.status, asked.second, asked.change.gate) == (
        "industrialisation",
        "confirmed",
        business,
        GATE,
    )


def test_the_strictest_environment_decides(use_case, within_a_day):
    assert not emergencies.needs_second_at_once(use_case)
    Environment.objects.create(name="Plant", slug="plant", is_production=True)
    assert emergencies.needs_second_at_once(use_case)


def test_nobody_is_their_own_second_person(opened):
    with pytest.raises(NotAllowed, match="another person"):
        emergencies.agree(opened, by=opened.by)
    with pytest.raises(IntegrityError), transaction.atomic():
        BreakGlass.objects.filter(pk=opened.pk).update(status="confirmed", second=opened.by, answered_at=timezone.now())


@pytest.mark.parametrize("person", ["viewer", "decision_user", "admin", "auditor", "stranger"])
def test_who_may_not(in_poc, within_a_day, it, request, person):
    other = request.getfixturevalue(person)
    with pytest.raises(NotAllowed):
        emergencies.break_glass(in_poc, GATE, by=other, reason="Now.")
    made = emergencies.break_glass(in_poc, GATE, by=it, reason="Now.")
    with pytest.raises(NotAllowed):
        emergencies.agree(made, by=other)


def test_an_objection_closes_the_gate_again(opened, in_poc, steering):
    emergencies.object_to(opened, by=steering, comment="It was no emergency.")
    in_poc.refresh_from_db()
    assert in_poc.stage == "poc"
    gate = evaluate(in_poc, GATE)
    assert (gate.state, gate.round, gate.glass) == ("open", 2, None)
    with pytest.raises(BadInput):
        emergencies.object_to(opened, by=steering, comment=" ")
    with pytest.raises(Refused, match="already"):
        emergencies.agree(opened, by=steering)


def test_an_objection_to_what_waited_opens_nothing(asked, in_poc, business, it):
    emergencies.object_to(asked, by=business, comment="Not now.")
    in_poc.refresh_from_db()
    assert (in_poc.stage, in_poc.stage_changes.count()) == ("poc", 1)
    assert emergencies.break_glass(in_poc, GATE, by=it, reason="Now it is.").status == "waiting"


def test_it_is_broken_once_and_only_where_something_blocks(asked, in_poc, it, business, open_up, all_sign):
    with pytest.raises(Refused, match="already"):
        emergencies.break_glass(in_poc, GATE, by=it, reason="Again.")
    with pytest.raises(Refused, match="comes first"):
        emergencies.break_glass(in_poc, "production", by=it, reason="Far.")
    with pytest.raises(BadInput):
        emergencies.break_glass(in_poc, GATE, by=it, reason=" ")
    emergencies.object_to(asked, by=business, comment="No.")
    open_up()
    all_sign(in_poc, GATE)
    with pytest.raises(Refused, match="pass it"):
        emergencies.break_glass(in_poc, GATE, by=it, reason="Nothing blocks.")


def test_what_waits_for_a_second_person_does_not_pass_beside_them(asked, in_poc, business, open_up, all_sign):
    open_up()
    all_sign(in_poc, GATE)
    with pytest.raises(Refused, match="second person"):
        actions.pass_gate(in_poc, GATE, by=business)


def test_too_late_is_told_once(opened, business, steering):
    assert emergencies.tell_overdue() == 0
    BreakGlass.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    assert [emergencies.tell_overdue(), emergencies.tell_overdue()] == [1, 0]
    assert Event.objects.filter(matching("break_glass"), verb="break_glass.overdue").count() == 1
    assert Notification.objects.filter(person=steering, message__kind="notice.glass_overdue").count() == 1


def test_every_page_of_the_use_case_says_so(opened, business, viewer, stranger, sign_in):
    for address in ("", "gates/", "kpis/"):
        assert "broke the glass" in sign_in(viewer).get(f"/use-cases/spring/{address}").text
    BreakGlass.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    cache.clear()
    assert "Overdue" in sign_in(viewer).get("/use-cases/spring/").text


def test_it_is_broken_and_answered_from_the_page(in_poc, within_a_day, it, business, viewer, stranger, sign_in):
    here = f"/use-cases/spring/gates/{GATE}/"
    for person, status in ((stranger, 404), (viewer, 403)):
        assert sign_in(person).post(here + "break-glass/", {"reason": "x"}).status_code == status
        assert sign_in(person).post(here + "answer/", {"answer": "agree"}).status_code == status
    assert sign_in(business).post(here + "answer/", {"answer": "agree"}).status_code == 409
    assert sign_in(it).post(here + "break-glass/", {}).status_code == 400
    assert "Break the glass" in sign_in(it).get(here).text
    assert sign_in(it).post(here + "break-glass/", {"reason": "It burned."}).status_code == 302
    assert "It burned." in sign_in(viewer).get(here).text
    assert sign_in(it).post(here + "answer/", {"answer": "agree"}).status_code == 403
    assert sign_in(business).post(here + "answer/", {"answer": "object"}).status_code == 400
    assert sign_in(business).post(here + "answer/", {"answer": "object", "comment": "No."}).status_code == 302
    in_poc.refresh_from_db()
    assert in_poc.stage == "poc"


def test_after_a_step_back_an_objection_changes_nothing_more(opened, in_poc, business, data):
    in_poc.refresh_from_db()
    road.step_back(in_poc, "exploration", by=data, reason="Back to the start.")
    emergencies.object_to(BreakGlass.objects.get(), by=business, comment="It was none.")
    assert UseCase.objects.get(pk=in_poc.pk).stage == "exploration"
