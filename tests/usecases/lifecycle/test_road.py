"""Back, off the road, and on it again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.audit.models import Event
from portal.errors import BadInput, NotAllowed, Refused
from tests.living import live
from usecases.catalog.models import Stage, UseCase
from usecases.lifecycle import actions, road
from usecases.lifecycle.evaluate import evaluate
from usecases.lifecycle.models import StageChange

GATE = "industrialisation"
OUTSIDE = ["viewer", "decision_user", "admin", "auditor", "stranger"]


@pytest.fixture
def industrialised(in_poc, business, open_up, all_sign) -> UseCase:
    open_up()
    all_sign(in_poc, GATE)
    actions.pass_gate(in_poc, GATE, by=business)
    return in_poc


def test_a_step_back_has_a_reason_and_opens_the_gates_again(industrialised, data, business, all_sign):
    road.step_back(industrialised, "exploration", by=data, reason="The data was wrong.")
    assert industrialised.stage == "exploration"
    assert "The data was wrong." in Event.objects.get(verb="stage.stepped_back").sentence
    assert [evaluate(industrialised, gate).state for gate in ("poc", GATE)] == ["open", "ahead"]
    actions.pass_gate(industrialised, "poc", by=business)
    again = evaluate(industrialised, GATE)
    assert (again.state, again.round, again.signed_count) == ("open", 2, 0)
    all_sign(industrialised, GATE)
    actions.pass_gate(industrialised, GATE, by=business)
    assert list(industrialised.stage_changes.filter(gate=GATE).values_list("round", flat=True)) == [1, 2]


@pytest.mark.parametrize("to", ["industrialisation", "production", "stopped", "nowhere", ""])
def test_it_leads_back_and_nowhere_else(industrialised, data, to):
    with pytest.raises(Refused):
        road.step_back(industrialised, to, by=data, reason="Because.")
    assert industrialised.stage == "industrialisation"


@pytest.mark.parametrize("verb", [road.stop, road.retire])
def test_a_reason_is_asked(in_poc, business, verb):
    with pytest.raises(BadInput):
        verb(in_poc, by=business, reason=" ")


@pytest.mark.parametrize("stage", [Stage.EXPLORATION, Stage.POC, Stage.INDUSTRIALISATION, Stage.PRODUCTION])
def test_stopped_from_anywhere_and_resumed_where_it_was(use_case, business, steering, stage):
    UseCase.objects.filter(pk=use_case.pk).update(stage=stage)
    road.stop(use_case, by=steering, reason="No more budget.")
    assert use_case.stage == "stopped"
    assert evaluate(use_case, GATE).why_not == "The use case has left the road: no gate opens."
    with pytest.raises(Refused):
        road.stop(use_case, by=business, reason="Again.")
    road.resume(use_case, by=business)
    use_case.refresh_from_db()
    assert use_case.stage == stage
    with pytest.raises(Refused):
        road.resume(use_case, by=business)


@pytest.mark.parametrize("person", [*OUTSIDE, "data", "it"])
def test_who_may_not_stop(in_poc, request, person):
    with pytest.raises(NotAllowed):
        road.stop(in_poc, by=request.getfixturevalue(person), reason="Enough.")
    assert in_poc.stage == "poc"


@pytest.mark.parametrize("person", [*OUTSIDE, "steering"])
def test_who_may_neither_step_back_nor_retire(in_poc, request, person):
    for verb in (
        lambda by: road.step_back(in_poc, "exploration", by=by, reason="x"),
        lambda by: road.retire(in_poc, by=by, reason="x"),
    ):
        with pytest.raises(NotAllowed):
            verb(request.getfixturevalue(person))


def test_only_a_product_is_retired_and_not_while_it_is_live(in_poc, site, business, it):
    with pytest.raises(Refused, match="Only a product"):
        road.retire(in_poc, by=it, reason="Old.")
    UseCase.objects.filter(pk=in_poc.pk).update(stage=Stage.PRODUCTION)
    deployment = live(in_poc, site, timezone.now() - timedelta(days=3))
    with pytest.raises(Refused, match="still live"):
        road.retire(in_poc, by=it, reason="Old.")
    type(deployment).objects.filter(pk=deployment.pk).update(status="replaced", live_until=timezone.now())
    road.retire(in_poc, by=it, reason="Old.")
    assert in_poc.stage == "retired"
    with pytest.raises(Refused):
        road.resume(in_poc, by=business)


def test_the_road_is_walked_from_the_page(in_poc, business, viewer, stranger, sign_in):
    here = "/use-cases/spring/road/"
    told = {"reason": "The source went away.", "to": "exploration"}
    for verb in ("step-back", "stop", "resume", "retire"):
        assert sign_in(stranger).post(here + verb + "/", told).status_code == 404
        assert sign_in(viewer).post(here + verb + "/", told).status_code == 403
    browser = sign_in(business)
    assert browser.post(here + "step-back/", {"to": "exploration"}).status_code == 400
    assert browser.post(here + "step-back/", told).status_code == 302
    assert browser.post(here + "stop/", {}).status_code == 400
    assert browser.post(here + "stop/", told).status_code == 302
    page = browser.get("/use-cases/spring/gates/").text
    assert "Resume" in page
    assert page.count("The source went away.") == 2
    assert browser.post(here + "resume/", {}).status_code == 302
    assert browser.post(here + "retire/", told).status_code == 409
    assert StageChange.objects.count() == 4
