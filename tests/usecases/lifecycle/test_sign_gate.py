import pytest
from django.db import IntegrityError, transaction

from portal.errors import BadInput, NotAllowed, Refused
from portal.people import rights
from portal.people.models import Role
from tests.factories import MembershipFactory, UserFactory
from usecases.catalog.models import Stage, UseCase
from usecases.lifecycle import actions
from usecases.lifecycle.evaluate import evaluate
from usecases.lifecycle.inbox import waiting
from usecases.lifecycle.models import SignOff

GATE = Stage.INDUSTRIALISATION


def test_one_signs_for_ones_role_and_what_was_unmet_is_kept(in_poc, data, facts):
    facts["series.points_arrive"] = True
    signature = actions.sign(in_poc, GATE, by=data, comment="Simple model.")
    assert (signature.role, signature.round) == ("data", 1)
    assert signature.unmet == ["iterations.closed_go", "runs.beats_simple_baseline"]


@pytest.mark.parametrize("person", ["viewer", "decision_user", "admin", "steering", "auditor", "stranger"])
def test_who_has_no_signing_role_may_not(in_poc, request, person):
    with pytest.raises(NotAllowed):
        actions.sign(in_poc, GATE, by=request.getfixturevalue(person))
    assert not SignOff.objects.exists()


def test_nobody_signs_for_another_role(in_poc, data):
    with pytest.raises(NotAllowed):
        actions.sign(in_poc, GATE, by=data, role="it")


def test_a_role_signs_once(in_poc, it, second_it):
    actions.sign(in_poc, GATE, by=it)
    with pytest.raises(Refused, match="has signed already"):
        actions.sign(in_poc, GATE, by=second_it)


def test_one_person_with_two_roles_signs_once(in_poc, team, data):
    MembershipFactory(team=team, user=data, role=Role.IT)
    rights.forget(data)
    with pytest.raises(BadInput, match="several roles"):
        actions.sign(in_poc, GATE, by=data)
    actions.sign(in_poc, GATE, by=data, role="it")
    with pytest.raises(Refused, match="one person signs once"):
        actions.sign(in_poc, GATE, by=data, role="data")


def test_the_database_holds_it_too(in_poc, data):
    SignOff.objects.create(use_case=in_poc, gate=GATE, role="data", by=data)
    with pytest.raises(IntegrityError), transaction.atomic():
        SignOff.objects.create(use_case=in_poc, gate=GATE, role="it", by=data)


def test_the_gate_to_poc_asks_for_no_signature(use_case, business):
    with pytest.raises(Refused, match="no signature"):
        actions.sign(use_case, Stage.POC, by=business)


def test_a_gate_ahead_or_behind_is_not_signed(in_poc, business):
    with pytest.raises(Refused, match="comes first"):
        actions.sign(in_poc, Stage.PRODUCTION, by=business)
    with pytest.raises(Refused, match="passed already"):
        actions.sign(in_poc, Stage.POC, by=business)


def test_a_step_back_asks_for_new_signatures(in_poc, business, open_up, all_sign):
    open_up()
    all_sign(in_poc, GATE)
    actions.pass_gate(in_poc, GATE, by=business)
    UseCase.objects.filter(pk=in_poc.pk).update(stage=Stage.POC)
    in_poc.refresh_from_db()
    gate = evaluate(in_poc, GATE)
    assert (gate.state, gate.round, gate.signed_count) == ("open", 2, 0)
    assert actions.sign(in_poc, GATE, by=business).round == 2


def test_it_waits_in_the_inbox_once_nothing_blocks(in_poc, business, data, viewer, stranger, open_up):
    assert waiting(business) == []
    open_up()
    actions.sign(in_poc, GATE, by=data)
    assert [str(item.action) for item in waiting(business)] == ["Sign"]
    assert [waiting(person) for person in (data, viewer, stranger)] == [[], [], []]


def test_a_complete_gate_waits_to_be_passed(in_poc, data, open_up, all_sign):
    open_up()
    all_sign(in_poc, GATE)
    assert [str(item.action) for item in waiting(data)] == ["Pass"]


def test_who_left_does_not_wait(in_poc, open_up):
    open_up()
    assert waiting(UserFactory.create(is_active=False)) == []
