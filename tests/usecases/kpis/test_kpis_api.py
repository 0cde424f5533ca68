"""The API of KPIs: define, change, headline, validate."""

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
