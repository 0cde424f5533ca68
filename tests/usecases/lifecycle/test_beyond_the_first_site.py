"""The gate that guards the roll-out, and deployments that hold it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.errors import Refused
from tests.factories import SiteFactory
from tests.living import live
from usecases.deployments import actions as deployments
from usecases.deployments.models import Deployment, Environment, Release
from usecases.lifecycle import actions, emergencies, road
from usecases.lifecycle.evaluate import evaluate
from usecases.lifecycle.holds import hold

GATE = "beyond"


@pytest.fixture
def second(in_poc):
    made = SiteFactory(name="Urban")
    in_poc.sites.add(made)
    return made


@pytest.fixture
def first_live(in_poc, site) -> Deployment:
    return live(in_poc, site, timezone.now() - timedelta(days=9))


@pytest.fixture
def production(first_live) -> Environment:
    return first_live.target.environment


@pytest.fixture
def pass_beyond(facts, all_sign, business):
    def _pass(use_case):
        facts["lifecycle.better_than_in_place"] = True
        all_sign(use_case, GATE)
        return actions.pass_gate(use_case, GATE, by=business)

    return _pass


def test_the_first_site_is_free_and_the_next_one_is_held(in_poc, site, second, production):
    assert hold(in_poc, production, site) is None
    assert "Urban would be a site beyond the first one (Rural)" in str(hold(in_poc, production, second))


def test_integration_is_free(in_poc, second, first_live):
    integration = Environment.objects.create(name="Integration", slug="integration")
    assert hold(in_poc, integration, second) is None


def test_a_request_beyond_is_refused_until_the_gate_is_passed(in_poc, second, production, data, pass_beyond):
    release = Release.objects.get()
    with pytest.raises(Refused, match="beyond the first"):
        deployments.request_deployment(release, production, second, by=data)
    pass_beyond(in_poc)
    assert deployments.request_deployment(release, production, second, by=data).status == "requested"


def test_an_approval_reads_it_again(in_poc, second, production, data, it, pass_beyond):
    pass_beyond(in_poc)
    asked = deployments.request_deployment(Release.objects.get(), production, second, by=data)
    road.step_back(in_poc, GATE, by=data, reason="Worse this month.")
    with pytest.raises(Refused, match="beyond the first"):
        deployments.approve(asked, by=it)


def test_a_stopped_use_case_deploys_nothing(in_poc, site, production, business):
    road.stop(in_poc, by=business, reason="No budget.")
    assert "left the road" in str(hold(in_poc, production, site))


def test_it_is_passed_within_the_stage_and_opened_again(in_poc, first_live, data, business, pass_beyond):
    assert evaluate(in_poc, GATE).state == "open"
    pass_beyond(in_poc)
    assert (in_poc.stage, evaluate(in_poc, GATE).state) == ("poc", "passed")
    with pytest.raises(Refused, match="passed already"):
        actions.pass_gate(in_poc, GATE, by=business)
    road.step_back(in_poc, GATE, by=data, reason="Worse this month.")
    again = evaluate(in_poc, GATE)
    assert (again.state, again.round, in_poc.stage) == ("open", 2, "poc")
    with pytest.raises(Refused, match="nothing to open"):
        road.step_back(in_poc, GATE, by=data, reason="Again.")


def test_what_is_not_better_stays_at_one_site(in_poc, first_live, business, all_sign):
    all_sign(in_poc, GATE)
    with pytest.raises(Refused, match="Better"):
        actions.pass_gate(in_poc, GATE, by=business)


def test_its_glass_is_broken_and_the_objection_shuts_it(in_poc, second, production, it, business):
    Environment.objects.update(second_person_at_once=False)
    made = emergencies.break_glass(in_poc, GATE, by=it, reason="The other site burned.")
    assert hold(in_poc, production, second) is None
    emergencies.object_to(made, by=business, comment="It did not.")
    assert hold(in_poc, production, second) is not None


def test_in_exploration_there_is_nothing_to_go_beyond(use_case, business):
    gate = evaluate(use_case, GATE)
    assert (gate.state, gate.can_pass) == ("ahead", False)
    assert "Nothing is live" in gate.why_not
