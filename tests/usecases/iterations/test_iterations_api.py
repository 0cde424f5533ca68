"""The API of iterations says and does what the pages do."""

from usecases.iterations.models import Iteration

LIST = "use-cases/spring/iterations"
CONCLUSION = {"decision": "go", "reason": "Worth it.", "findings": "The file came late."}


def sent(today, **changes):
    told = {"title": "Constant", "hypothesis": "They read it.", "plugs": "constant", "kpi": 1, "sites": ["rural"]}
    until = today.replace(year=today.year + 1)
    return {**told, "starts_on": today.isoformat(), "ends_on": until.isoformat(), **changes}


def test_an_iteration_lives_through_the_api(in_poc, kpi, site, today, business, data, it, viewer, stranger, call):
    body = sent(today, sites=[site.slug])
    assert call(stranger, "post", LIST, body).status_code == 404
    assert call(viewer, "post", LIST, body).status_code == 403
    made = call(data, "post", LIST, body)
    assert (made.status_code, made.json()["number"], made.json()["kpi_version"]) == (201, 0, 1)
    one = f"{LIST}/0"
    assert call(viewer, "get", f"{one}/conditions").json()["results"][0]["on_flows"] is False
    later = today.replace(year=today.year + 2).isoformat()
    assert call(data, "patch", one, {"ends_on": later}, match="*").json()["ends_on"] == later
    assert call(data, "post", f"{one}/agree", {}, match="*").status_code == 409
    assert call(viewer, "post", f"{one}/conclude", CONCLUSION, match="*").status_code == 403
    assert call(data, "post", f"{one}/conclude", CONCLUSION, match="*").json()["status"] == "concluded"
    assert call(data, "post", f"{one}/take-back", {"reason": "A figure."}, match="*").json()["round"] == 2
    assert call(data, "post", f"{one}/conclude", CONCLUSION, match="*").status_code == 200
    for person in (business, data, it):
        assert call(person, "post", f"{one}/sign", {}, match="*").status_code == 200
    told = call(viewer, "get", one).json()
    assert (told["status"], [row["role"] for row in told["signatures"]]) == ("closed", ["business", "data", "it"])
    assert "result" in told


def test_what_is_wrong_is_said_by_field(in_poc, kpi, site, today, data, call):
    answer = call(data, "post", LIST, sent(today, sites=["nowhere"]))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "sites")
    assert not Iteration.objects.exists()
