"""How long a use case may stay in a stage, on the API: as the page does."""

import pytest

from portal.audit.models import Event
from usecases.curse.models import StageLimit

HERE = "stage-limits"


@pytest.mark.parametrize("who", ["admin", "steering"])
def test_who_may_reads_and_sets_them(request, call, who):
    person = request.getfixturevalue(who)
    before = call(person, "get", HERE)
    assert set(before.json()) == {"exploration", "poc", "industrialisation"}
    told = call(person, "patch", HERE, {"poc": 77}, match=before["ETag"])
    assert (told.status_code, told.json()["poc"]) == (200, 77)
    assert call(person, "patch", HERE, {"poc": 90}, match=before["ETag"]).status_code == 412
    assert call(person, "patch", HERE, {"poc": None}, match=told["ETag"]).json()["poc"] is None
    verbs = list(Event.objects.filter(verb__startswith="stage_limit").values_list("verb", flat=True))
    assert sorted(verbs) == ["stage_limit.lifted.poc", "stage_limit.set.poc"]


@pytest.mark.parametrize("who", ["business", "auditor", "stranger"])
def test_nobody_else_does(request, call, who):
    person = request.getfixturevalue(who)
    assert call(person, "get", HERE).status_code == 403
    assert call(person, "patch", HERE, {"poc": 1}, match="*").status_code == 403
    assert not StageLimit.objects.filter(days=1).exists()


@pytest.mark.parametrize("sent", [{"poc": 0}, {"poc": 99999}, {"poc": "long"}, {"production": 3}])
def test_what_is_no_limit_is_refused(admin, call, sent):
    answer = call(admin, "patch", HERE, sent, match="*")
    assert (answer.status_code, next(iter(sent)) in answer.content.decode()) == (400, True)
