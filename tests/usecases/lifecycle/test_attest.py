import pytest

from portal.audit.models import Event
from portal.errors import BadInput, NotAllowed, Refused
from usecases.catalog.models import Stage
from usecases.lifecycle import actions
from usecases.lifecycle.evaluate import evaluate
from usecases.lifecycle.models import Attestation

SAID = "Claire Morel, 28 April: 158 per 1,000 customers."


def met(use_case, gate, code):
    return next(finding for finding in evaluate(use_case, gate).findings if finding.code == code).met


def test_the_role_of_the_criterion_attests(use_case, business):
    actions.attest(use_case, Stage.PRODUCTION, "lifecycle.business_case", SAID, by=business)
    assert met(use_case, Stage.PRODUCTION, "lifecycle.business_case") is True
    assert SAID in Event.objects.get(verb="gate.attested.production").sentence


@pytest.mark.parametrize(
    "person", ["data", "it", "viewer", "decision_user", "admin", "steering", "auditor", "stranger"]
)
def test_nobody_else_may(use_case, request, person):
    with pytest.raises(NotAllowed):
        actions.attest(use_case, Stage.PRODUCTION, "lifecycle.business_case", SAID, by=request.getfixturevalue(person))
    assert not Attestation.objects.exists()


def test_a_computed_criterion_may_not_be_attested(in_poc, it):
    with pytest.raises(Refused, match="nobody can tick it"):
        actions.attest(in_poc, Stage.INDUSTRIALISATION, "series.points_arrive", SAID, by=it)


@pytest.mark.parametrize("statement", ["", "yes", " " * 40, "a\x00" * 20])
def test_a_statement_says_something(use_case, business, statement):
    with pytest.raises(BadInput):
        actions.attest(use_case, Stage.PRODUCTION, "lifecycle.business_case", statement, by=business)


@pytest.mark.parametrize("code", ["lifecycle.data_available", "no.such"])
def test_what_the_gate_does_not_ask_is_refused(use_case, data, code):
    with pytest.raises(Refused, match="does not ask"):
        actions.attest(use_case, Stage.PRODUCTION, code, SAID, by=data)


def test_a_passed_gate_hears_nothing_more(in_poc, data):
    with pytest.raises(Refused, match="behind"):
        actions.attest(in_poc, Stage.POC, "lifecycle.data_available", SAID, by=data)


def test_what_was_said_is_taken_back_once(use_case, business):
    said = actions.attest(use_case, Stage.PRODUCTION, "lifecycle.business_case", SAID, by=business)
    actions.withdraw(said, by=business)
    assert met(use_case, Stage.PRODUCTION, "lifecycle.business_case") is False
    with pytest.raises(Refused, match="already"):
        actions.withdraw(said, by=business)


@pytest.mark.parametrize("person", ["data", "it", "viewer", "stranger"])
def test_another_role_may_not_take_it_back(use_case, business, request, person):
    said = actions.attest(use_case, Stage.PRODUCTION, "lifecycle.business_case", SAID, by=business)
    with pytest.raises(NotAllowed):
        actions.withdraw(said, by=request.getfixturevalue(person))


def test_the_last_word_counts(use_case, business):
    for statement in (SAID, "Corrected on 2 May: 140 per 1,000."):
        actions.attest(use_case, Stage.PRODUCTION, "lifecycle.business_case", statement, by=business)
    (shown,) = (f for f in evaluate(use_case, Stage.PRODUCTION).findings if f.code == "lifecycle.business_case")
    assert "Corrected" in str(shown.sentence)
