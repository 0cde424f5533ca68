"""The API of KPIs: define, change, headline, validate."""

import html
import json
import re

import pytest

from usecases.kpis import actions
from usecases.kpis.models import KPI, MeasurementStatus

PATH = "use-cases/spring/kpis"


def test_kpis_are_told_with_where_they_stand(measure, kpi, viewer, stranger, call):
    measure(standard_error=0.5)
    told = call(viewer, "get", PATH).json()["results"][0]
    assert (told["number"], told["baseline"], told["waiting"], told["is_headline"]) == (1, 14.0, 1, True)
    standing = told["standing"]
    assert (standing["value"], standing["period_start"], standing["provisional"]) == (18.2, "2026-05-04", True)
    assert standing["difference"] == pytest.approx(4.2)
    assert standing["difference_low"] == pytest.approx(4.2 - 1.959964 * 0.5)
    assert call(stranger, "get", PATH).status_code == 404


def test_a_kpi_never_measured_stands_nowhere(kpi, data, call):
    assert call(data, "get", f"{PATH}/1").json()["standing"] is None


def test_every_period_is_told_in_order(measure, data, call):
    for day, value in (("2026-05-11", 19), ("2026-05-04", 18)):
        measure(day, value)
    assert [one["value"] for one in call(data, "get", f"{PATH}/1/standings").json()["results"]] == [18, 19]


def test_a_kpi_is_defined_and_owned_by_a_member(use_case, data, business, viewer, stranger, call):
    sent = {"name": "Visit rate", "unit": "%", "owner": str(business.uid), "unit_value": "12.50"}
    made = call(data, "post", PATH, sent)
    assert (made.status_code, made["Location"]) == (201, f"/api/v1/{PATH}/1")
    assert (made.json()["owner"]["uid"], made.json()["unit_value"]) == (str(business.uid), "12.5000")
    assert call(viewer, "post", PATH, {**sent, "name": "Other"}).status_code == 403
    refused = call(data, "post", PATH, {"name": "visit RATE", "unit": "%", "owner": str(stranger.uid)})
    assert (refused.status_code, [one["field"] for one in refused.json()["errors"]]) == (400, ["owner"])
    refused = call(data, "post", PATH, {"name": "visit RATE", "unit": "%"})
    assert refused.json()["errors"][0]["detail"] == "Another KPI of this use case has this name."


def test_baseline_and_target_are_changed_when_they_are_what_was_read(kpi, data, viewer, call):
    tag = call(data, "get", f"{PATH}/1")["ETag"]
    changed = call(data, "patch", f"{PATH}/1", {"baseline": 13.5, "target": None}, match=tag)
    assert (changed.json()["baseline"], changed.json()["target"]) == (13.5, None)
    assert call(data, "patch", f"{PATH}/1", {"target": 20}, match=tag).status_code == 412
    assert call(data, "patch", f"{PATH}/1", {"target": 20}).status_code == 428
    assert call(viewer, "patch", f"{PATH}/1", {"target": 20}, match="*").status_code == 403


def test_another_kpi_becomes_the_headline(kpi, use_case, data, viewer, call):
    actions.define_kpi(use_case, by=data, name="Orders", unit="%")
    assert call(viewer, "post", f"{PATH}/2/headline", match="*").status_code == 403
    assert call(data, "post", f"{PATH}/2/headline", match="*").json()["is_headline"]
    assert call(data, "post", f"{PATH}/2/headline", match="*").status_code == 409
    assert KPI.objects.get(is_headline=True).number == 2


def test_the_business_validates_what_it_read(measure, business, data, call):
    path = f"{PATH}/1/measurements/{measure().uid}"
    tag = call(data, "get", path)["ETag"]
    assert call(data, "post", f"{path}/validate", match=tag).status_code == 403
    done = call(business, "post", f"{path}/validate", match=tag).json()
    assert (done["status"], done["validated_by"]["name"]) == ("validated", "Business Martin")
    assert call(business, "post", f"{path}/validate", match=tag).status_code == 412
    assert call(business, "post", f"{path}/validate", match="*").status_code == 409


def test_all_are_validated_when_there_are_as_many_as_were_read(measure, kpi, business, data, call):
    measure()
    measure("2026-05-11")
    assert call(business, "post", f"{PATH}/1/validate-all", {"number": 1}, match="*").status_code == 409
    assert call(data, "post", f"{PATH}/1/validate-all", {"number": 2}, match="*").status_code == 403
    assert call(business, "post", f"{PATH}/1/validate-all", {"number": 2}, match="*").json()["waiting"] == 0
    assert not kpi.measurements.filter(status=MeasurementStatus.PROVISIONAL).exists()


def test_the_list_costs_the_same_for_two_and_for_twenty(use_case, data, call, count_queries):
    call(data, "get", "me")
    counted = []
    for numbers in (range(2), range(2, 20)):
        for number in numbers:
            kpi = actions.define_kpi(use_case, by=data, name=f"KPI {number}", unit="%")
            rows = [{"period_start": "2026-05-04", "value": number}]
            actions.record_measurements(kpi, rows, by=data, source="typed")
        counted.append(count_queries(lambda: call(data, "get", PATH)))
    assert counted[0] == counted[1]


def test_the_effect_is_told_with_interval_grade_and_verdict(measure, kpi, business, viewer, stranger, call):
    actions.validate(measure(value=18.0, n=1000, standard_error=0.5), by=business)
    told = call(viewer, "get", f"{PATH}/1/effect").json()
    assert (told["difference"], told["method"], told["grade"], told["periods"]) == (4.0, "one_look", "C", 1)
    assert told["low"] == pytest.approx(4.0 - 1.959964 * 0.5)
    assert (told["verdict"]["met"], told["verdict"]["code"]) == (True, "verdict.better")
    assert call(stranger, "get", f"{PATH}/1/effect").status_code == 404


def test_an_effect_that_nobody_knows_is_null(kpi, data, call):
    told = call(data, "get", f"{PATH}/1/effect").json()
    assert (told["difference"], told["sample_ratio"], told["verdict"]["met"]) == (None, None, None)


def test_versions_are_told_and_agreed_on(kpi, data, business, viewer, call):
    actions.edit_kpi(kpi, by=data, target=19)
    assert call(viewer, "post", f"{PATH}/1/agree", {"seen": 2}, match="*").status_code == 403
    assert call(business, "post", f"{PATH}/1/agree", {"seen": 1}, match="*").status_code == 409
    assert call(business, "post", f"{PATH}/1/agree", {"seen": 2, "about": "May"}, match="*").status_code == 200
    told = call(viewer, "get", f"{PATH}/1/versions").json()["results"]
    assert [(one["number"], one["facts"]["target"]) for one in told] == [(2, 19.0), (1, 17.5)]
    assert [one["about"] for one in told[0]["agreements"]] == ["May"]


def test_a_decision_is_signed_on_the_api(kpi, data, business, call):
    actions.edit_kpi(kpi, by=data, rule="signed")
    sent = {"is_better": True, "evidence": "No workover in 90 days", "seen": 2}
    assert call(data, "post", f"{PATH}/1/decisions", sent).status_code == 403
    assert call(business, "post", f"{PATH}/1/decisions", sent).status_code == 201
    assert call(data, "get", f"{PATH}/1/decisions").json()["results"][0]["is_better"] is True


def test_a_measurement_is_corrected_rejected_and_its_history_told(measure, data, business, call):
    one = f"{PATH}/1/measurements/{measure(value=18.2).uid}"
    corrected = call(data, "post", f"{one}/correct", {"value": 17, "reason": "Late returns"}, match="*")
    assert (corrected.json()["value"], corrected.json()["status"]) == (17.0, "provisional")
    assert call(data, "post", f"{one}/reject", {"reason": "Strike"}, match="*").status_code == 403
    rejected = call(business, "post", f"{one}/reject", {"reason": "Strike"}, match="*")
    assert (rejected.json()["status"], rejected.json()["rejection"]) == ("rejected", "Strike")
    told = call(data, "get", f"{one}/revisions").json()["results"]
    assert [(one["value"], one["reason"]) for one in told] == [(17.0, "Strike"), (18.2, "Late returns")]


def test_what_changed_since_it_was_sealed_is_not_validated(measure, kpi, business, call):
    measure(value=18.2)
    sealed = call(business, "get", f"{PATH}/1/effect").json()["waiting_seal"]
    measure(value=18.3)
    sent = {"number": 1, "seal": sealed}
    assert call(business, "post", f"{PATH}/1/validate-all", sent, match="*").status_code == 409


def test_the_command_that_the_page_shows_is_taken(kpi, data, sign_in, call):
    page = sign_in(data).get("/use-cases/spring/kpis/1/").content.decode()
    told = html.unescape(page.partition("<code>curl ")[2].partition("</code>")[0])
    headers = dict(re.findall(r'-H "([\w-]+): ([^"$]+)"', told))
    sent = json.loads(re.search(r"-d '(.*)'", told, re.DOTALL)[1])
    assert call(data, "post", f"{PATH}/1/measurements", sent, **headers).status_code == 201
    assert "Idempotency-Key" in headers
