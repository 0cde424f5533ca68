"""The API of the road says and does what the pages do."""

from usecases.catalog.models import UseCase
from usecases.lifecycle.models import BreakGlass, CriteriaSet

CASE = "use-cases/spring"
GLASS = f"{CASE}/gates/industrialisation/break-glass"


def test_the_road_is_walked(in_poc, business, data, viewer, stranger, call):
    assert call(stranger, "get", f"{CASE}/road").status_code == 404
    assert call(viewer, "post", f"{CASE}/road/stop", {"reason": "Enough."}, match="*").status_code == 403
    assert call(business, "post", f"{CASE}/road/stop", {"reason": ""}, match="*").status_code == 400
    assert call(business, "post", f"{CASE}/road/stop", {"reason": "Enough."}, match="*").json()["stage"] == "stopped"
    assert call(business, "post", f"{CASE}/road/resume", {}, match="*").json()["stage"] == "poc"
    back = {"to": "exploration", "reason": "The data was wrong."}
    assert call(data, "post", f"{CASE}/road/step-back", back, match="*").json()["stage"] == "exploration"
    assert call(business, "post", f"{CASE}/road/retire", {"reason": "Old."}, match="*").status_code == 409
    told = call(viewer, "get", f"{CASE}/road").json()
    assert set(told["days_per_stage"]) == {"exploration", "poc", "stopped"}
    assert told["days_to_market"] is None
    moves = [one["move"] for one in call(viewer, "get", f"{CASE}/passages").json()["results"]]
    assert moves == ["stepped_back", "resumed", "stopped", "passed"]


def test_the_glass_is_broken_and_answered(in_poc, it, business, viewer, call):
    assert call(viewer, "get", GLASS).status_code == 404
    assert call(viewer, "post", GLASS, {"reason": "It burned."}).status_code == 403
    made = call(it, "post", GLASS, {"reason": "It burned."})
    assert (made.status_code, made.json()["at_once"]) == (201, True)
    assert call(it, "post", f"{GLASS}/answer", {"agree": True}, match="*").status_code == 403
    assert call(business, "post", f"{GLASS}/answer", {"agree": False}, match="*").status_code == 400
    assert call(business, "post", f"{GLASS}/answer", {"agree": True}, match="*").json()["status"] == "confirmed"
    assert UseCase.objects.get(pk=in_poc.pk).stage == "industrialisation"
    assert BreakGlass.objects.count() == 1


def test_criteria_are_published(admin, business, call):
    own = {
        "code": "own.legal",
        "mode": "warn",
        "role": "it",
        "title_en": "Legal read it",
        "title_fr": "Lu par le droit",
    }
    body = {"gate": "production", "seen": 2, "criteria": [own], "signed_by": ["it"]}
    assert call(business, "post", "criteria", body).status_code == 403
    assert call(admin, "post", "criteria", body).json()["version"] == 3
    assert call(admin, "post", "criteria", body).status_code == 409
    assert (
        call(admin, "post", "criteria", {**body, "seen": 3, "criteria": [{**own, "title_fr": ""}]}).status_code == 400
    )
    assert CriteriaSet.objects.get(gate="production", is_current=True).signed_by == ["it"]
