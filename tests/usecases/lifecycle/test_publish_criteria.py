from dataclasses import replace

import pytest
from django.utils import translation

from portal.audit.models import Event
from portal.errors import BadInput, NotAllowed, Refused
from usecases.lifecycle import actions, publishing
from usecases.lifecycle.evaluate import evaluate
from usecases.lifecycle.models import CriteriaSet

MODES = {"kpis.validated": "block", "catalog.three_roles": "warn"}


def test_an_administrator_publishes_a_version(admin):
    made = publishing.publish("production", MODES, by=admin, seen=2)
    assert (made.version, {row.code: row.mode for row in made.settings.all()}) == (3, MODES)
    assert CriteriaSet.objects.get(gate="production", is_current=True) == made
    assert "Version 3" in Event.objects.get(verb="criteria.published.production").sentence


@pytest.mark.parametrize("person", ["business", "data", "it", "viewer", "steering", "auditor", "stranger"])
def test_nobody_else_may(request, person):
    with pytest.raises(NotAllowed):
        publishing.publish("production", MODES, by=request.getfixturevalue(person), seen=2)


@pytest.mark.parametrize("modes", [{}, {"no.such": "block"}, {"kpis.validated": "maybe"}])
def test_what_is_not_installed_or_no_mode_is_refused(admin, modes):
    with pytest.raises(BadInput):
        publishing.publish("production", modes, by=admin, seen=2)


@pytest.mark.parametrize("gate", ["exploration", "retired", "nowhere"])
def test_only_gates_have_criteria(admin, gate):
    with pytest.raises(BadInput):
        publishing.publish(gate, MODES, by=admin, seen=2)


def test_a_version_published_meanwhile_is_not_run_over(admin):
    publishing.publish("production", MODES, by=admin, seen=2)
    with pytest.raises(Refused, match="meantime"):
        publishing.publish("production", {"kpis.validated": "warn"}, by=admin, seen=2)


def test_publishing_the_same_again_is_refused(admin):
    publishing.publish("production", MODES, by=admin, seen=2)
    with pytest.raises(Refused, match="nothing to publish"):
        publishing.publish("production", MODES, by=admin, seen=3)


OWN = publishing.Setting(
    "own.legal", "block", role="it", title_en="Legal has read it", title_fr="Le juridique l'a lu", why_en="", why_fr=""
)


def test_a_criterion_of_ones_own_is_asked_in_both_languages_and_attested(use_case, admin, it, business):
    publishing.publish("production", [OWN], by=admin, seen=2)
    (asked,) = evaluate(use_case, "production").findings
    assert (asked.title, asked.attested, asked.met) == ("Legal has read it", True, False)
    with translation.override("fr"):
        assert evaluate(use_case, "production").findings[0].title == "Le juridique l'a lu"
    with pytest.raises(NotAllowed):
        actions.attest(use_case, "production", "own.legal", "Read on Monday.", by=business)
    actions.attest(use_case, "production", "own.legal", "Read on Monday.", by=it)
    assert evaluate(use_case, "production").findings[0].met is True


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "Own.Legal"},
        {"title_fr": ""},
        {"role": ""},
        {"role": "viewer"},
        {"why_en": "Because"},
        {"title_en": "x" * 161, "title_fr": "x"},
        {"why_en": "a\x00", "why_fr": "b"},
    ],
)
def test_what_cannot_be_asked_is_said(admin, wrong):
    with pytest.raises(BadInput):
        publishing.publish("production", [replace(OWN, **wrong)], by=admin, seen=2)


def test_a_computed_criterion_may_be_attested_instead(use_case, admin, business):
    words = publishing.Setting("kpis.validated", "warn", is_attested=True, title_en="Seen by finance", title_fr="Vu")
    publishing.publish("production", [words], by=admin, seen=2)
    actions.attest(use_case, "production", "kpis.validated", "Seen on Monday.", by=business)
    (found,) = evaluate(use_case, "production").findings
    assert (found.title, found.met, found.mode) == ("Seen by finance", True, "warn")


def test_who_signs_is_part_of_a_version(use_case, admin):
    publishing.publish("production", MODES, by=admin, seen=2, signed_by=["it"])
    assert [seat.role for seat in evaluate(use_case, "production").seats] == ["it"]
    with pytest.raises(BadInput):
        publishing.publish("production", MODES, by=admin, seen=3, signed_by=["viewer"])
