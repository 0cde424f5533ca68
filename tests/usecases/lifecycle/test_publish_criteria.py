import pytest

from portal.audit.models import Event
from portal.errors import BadInput, NotAllowed, Refused
from usecases.lifecycle import actions
from usecases.lifecycle.models import CriteriaSet

MODES = {"kpis.validated": "block", "catalog.three_roles": "warn"}


def test_an_administrator_publishes_a_version(admin):
    made = actions.publish("production", MODES, by=admin, seen=1)
    assert (made.version, {row.code: row.mode for row in made.settings.all()}) == (2, MODES)
    assert CriteriaSet.objects.get(gate="production", is_current=True) == made
    assert "Version 2" in Event.objects.get(verb="criteria.published.production").sentence


@pytest.mark.parametrize("person", ["business", "data", "it", "viewer", "steering", "auditor", "stranger"])
def test_nobody_else_may(request, person):
    with pytest.raises(NotAllowed):
        actions.publish("production", MODES, by=request.getfixturevalue(person), seen=1)


@pytest.mark.parametrize("modes", [{}, {"no.such": "block"}, {"kpis.validated": "maybe"}])
def test_what_is_not_installed_or_no_mode_is_refused(admin, modes):
    with pytest.raises(BadInput):
        actions.publish("production", modes, by=admin, seen=1)


@pytest.mark.parametrize("gate", ["exploration", "retired", "nowhere"])
def test_only_gates_have_criteria(admin, gate):
    with pytest.raises(BadInput):
        actions.publish(gate, MODES, by=admin, seen=1)


def test_a_version_published_meanwhile_is_not_run_over(admin):
    actions.publish("production", MODES, by=admin, seen=1)
    with pytest.raises(Refused, match="meantime"):
        actions.publish("production", {"kpis.validated": "warn"}, by=admin, seen=1)


def test_publishing_the_same_again_is_refused(admin):
    actions.publish("production", MODES, by=admin, seen=1)
    with pytest.raises(Refused, match="nothing to publish"):
        actions.publish("production", MODES, by=admin, seen=2)
