"""The API of gates: evidence, attestations, signatures, passages."""

from usecases.catalog.models import UseCase
from usecases.lifecycle.models import Attestation, SignOff, StageChange

GATE = "use-cases/spring/gates/industrialisation"


def test_gates_are_told_with_what_was_found(in_poc, facts, viewer, stranger, call):
    facts["series.points_arrive"] = True
    told = call(viewer, "get", "use-cases/spring/gates").json()["results"]
    assert [(one["stage"], one["state"]) for one in told][:3] == [
        ("poc", "passed"),
        ("industrialisation", "open"),
        ("production", "ahead"),
    ]
    one = call(viewer, "get", GATE).json()
    found = {finding["code"]: finding["met"] for finding in one["findings"]}
    assert found["series.points_arrive"] is True
    assert found["iterations.closed_go"] is not True
    assert [seat["by"] for seat in one["seats"]] == [None, None, None]
    assert call(stranger, "get", GATE).status_code == 404
    assert call(viewer, "get", "use-cases/spring/gates/retired").status_code == 404


def test_a_gate_refuses_with_what_is_missing(in_poc, data, viewer, call):
    refused = call(data, "post", f"{GATE}/pass", {}, match="*")
    assert (refused.status_code, refused.json()["detail"]) == (409, call(data, "get", GATE).json()["why_not"])
    assert call(viewer, "post", f"{GATE}/pass", {}, match="*").status_code == 403
    assert not StageChange.objects.filter(to_stage="industrialisation").exists()


def test_a_gate_is_signed_by_three_and_passed_as_it_was_read(in_poc, open_up, business, data, it, viewer, call):
    open_up()
    tag = call(business, "get", GATE)["ETag"]
    assert call(viewer, "post", f"{GATE}/sign", {}, match=tag).status_code == 403
    assert call(business, "post", f"{GATE}/sign", {"comment": "Agreed."}, match=tag).status_code == 200
    assert call(data, "post", f"{GATE}/sign", {}, match=tag).status_code == 412
    for person in (data, it):
        assert call(person, "post", f"{GATE}/sign", {}, match="*").status_code == 200
    assert call(it, "post", f"{GATE}/sign", {}, match="*").status_code == 409
    passed = call(it, "post", f"{GATE}/pass", {"reason": "Decided."}, match="*").json()
    assert (passed["state"], passed["passage"]["reason"]) == ("passed", "Decided.")
    assert passed["seats"][0]["comment"] == "Agreed."
    assert UseCase.objects.get(pk=in_poc.pk).stage == "industrialisation"
    told = call(viewer, "get", "use-cases/spring/passages").json()["results"]
    assert [one["to_stage"] for one in told] == ["industrialisation", "poc"]
    assert {entry["code"] for entry in told[0]["evidence"]} >= {"runs.beats_simple_baseline"}
    assert SignOff.objects.count() == 3


def test_a_criterion_is_attested_and_taken_back(in_poc, business, data, viewer, call):
    found = call(viewer, "get", "use-cases/spring/gates/production").json()["findings"]
    asked = next(one for one in found if one["attested"] and one["role"] == "business")
    path = "use-cases/spring/gates/production/attestations"
    sent = {"code": asked["code"], "statement": "Signed by the head of marketing on 4 May."}
    assert call(viewer, "post", path, sent).status_code == 403
    assert call(data, "post", path, sent).status_code == 403
    short = call(business, "post", path, {**sent, "statement": "Yes."})
    assert (short.status_code, short.json()["errors"][0]["field"]) == (400, "statement")
    uid = call(business, "post", path, sent).json()["uid"]
    assert call(business, "post", f"{path}/{uid}/withdraw", match="*").json()["withdrawn_at"]
    assert call(business, "post", f"{path}/{uid}/withdraw", match="*").status_code == 409
    assert Attestation.objects.count() == 1


def test_everybody_reads_the_criteria_in_force(stranger, call):
    told = call(stranger, "get", "criteria").json()["results"]
    assert {one["gate"] for one in told} >= {"poc", "industrialisation", "production"}
    assert all(one["criteria"] for one in told if one["is_current"])
