import html
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from portal import registry
from portal.registry import Mark
from usecases.kpis import actions
from usecases.kpis.models import KPI, Measurement
from usecases.kpis.transitions import waiting

GET = [
    "/use-cases/spring/kpis/",
    "/use-cases/spring/kpis/new/",
    "/use-cases/spring/kpis/1/",
    "/use-cases/spring/kpis/1/edit/",
    "/use-cases/spring/kpis/1/versions/",
    "/use-cases/spring/kpis/1/decide/",
    "/use-cases/spring/kpis/1/measurements/new/",
    "/use-cases/spring/kpis/1/measurements/upload/",
    "/use-cases/spring/kpis/1/measurements.csv",
]
HEADER = b"period_start,period_end,site,value,n,standard_error,reference_value,reference_standard_error\n"


@pytest.mark.parametrize("address", GET)
def test_the_team_reads_and_a_stranger_gets_404(kpi, measure, business, stranger, sign_in, address):
    measure()
    assert sign_in(business).get(address).status_code == 200
    assert sign_in(stranger).get(address).status_code == 404


@pytest.mark.parametrize("action", ["headline/", "measurements/validate/", "measurements/new/", "edit/"])
def test_a_stranger_may_not_post(kpi, stranger, sign_in, action):
    assert sign_in(stranger).post(f"/use-cases/spring/kpis/1/{action}").status_code == 404


def test_an_empty_list_teaches(use_case, business, viewer, sign_in):
    assert "Define the KPI" in sign_in(business).get("/use-cases/spring/kpis/").text
    assert "Define the KPI" not in sign_in(viewer).get("/use-cases/spring/kpis/").text


def test_a_kpi_is_defined_from_the_form(use_case, business, sign_in):
    sent = {"name": "Visit rate", "unit": "per 100", "direction": "up", "cadence": "week", "proof": "A"}
    sent |= {"owner": business.pk, "baseline": "14", "target": "17.5", "proxy_direction": "up"}
    answer = sign_in(business).post("/use-cases/spring/kpis/new/", sent)
    assert (answer.status_code, KPI.objects.get().baseline) == (302, 14.0)


def test_a_viewer_may_not_define_one(use_case, viewer, sign_in):
    sent = {"name": "X", "unit": "%", "direction": "up", "cadence": "week", "proof": "A", "proxy_direction": "up"}
    answer = sign_in(viewer).post("/use-cases/spring/kpis/new/", sent | {"owner": viewer.pk})
    assert (answer.status_code, KPI.objects.count()) == (403, 0)


def test_a_taken_name_is_said_beside_its_field(kpi, business, sign_in):
    sent = {"name": "Visit rate", "unit": "%", "direction": "up", "cadence": "week", "proof": "A"}
    answer = sign_in(business).post(
        "/use-cases/spring/kpis/new/", sent | {"owner": business.pk, "proxy_direction": "up"}
    )
    assert (answer.status_code, "name" in answer.context["form"].errors) == (400, True)


def test_the_baseline_is_changed_from_the_form(kpi, business, sign_in):
    sent = {"name": "Visit rate", "unit": "per 100", "direction": "up", "cadence": "week", "proof": "A"}
    sent |= {"owner": business.pk, "baseline": "13", "proxy_direction": "up"}
    sign_in(business).post("/use-cases/spring/kpis/1/edit/", sent)
    kpi.refresh_from_db()
    assert (kpi.baseline, kpi.target) == (13.0, None)


def test_the_page_says_the_sentence_first(kpi, measure, business, sign_in):
    measure(standard_error=0.5)
    page = sign_in(business).get("/use-cases/spring/kpis/1/").text
    assert "above the system in place" in page
    assert "Provisional: the business has not validated it yet." in page


def test_a_measurement_is_typed(kpi, it, sign_in):
    sent = {"period_start": "2026-05-04", "value": "18.2", "site": ""}
    sign_in(it).post("/use-cases/spring/kpis/1/measurements/new/", sent)
    assert Measurement.objects.get().source == "typed"


def test_a_wrong_period_is_said_beside_its_field(kpi, it, sign_in):
    sent = {"period_start": "2999-05-04", "value": "18.2", "site": ""}
    answer = sign_in(it).post("/use-cases/spring/kpis/1/measurements/new/", sent)
    assert (answer.status_code, "period_start" in answer.context["form"].errors) == (400, True)


def test_the_business_validates_what_it_reads(kpi, measure, business, data, sign_in):
    row = measure()
    address = f"/use-cases/spring/kpis/1/measurements/{row.uid}/validate/"
    assert sign_in(data).post(address, {"value": row.seen}).status_code == 403
    assert sign_in(business).post(address, {"value": "99"}).status_code == 409
    assert sign_in(business).post(address, {}).status_code == 400
    assert sign_in(business).post(address, {"value": row.seen}).status_code == 302
    assert Measurement.objects.get().status == "validated"


def test_all_are_validated_by_one_button(kpi, measure, business, sign_in):
    measure()
    address = "/use-cases/spring/kpis/1/measurements/validate/"
    assert sign_in(business).post(address, {"number": 2}).status_code == 409
    assert sign_in(business).post(address, {"number": 1}).status_code == 302


def test_the_headline_is_moved_by_a_button(kpi, use_case, business, sign_in):
    assert sign_in(business).post("/use-cases/spring/kpis/1/headline/").status_code == 409


def test_a_file_is_kept_whole(kpi, site, data, sign_in):
    content = HEADER + b"2026-05-04,,,18.2,10614,0.37,14.0,0.34\n2026-05-04,2026-05-11,Rural,17.9,,,,\n"
    address = "/use-cases/spring/kpis/1/measurements/upload/"
    answer = sign_in(data).post(address, {"file": SimpleUploadedFile("m.csv", content)})
    assert (answer.status_code, Measurement.objects.filter(source="csv").count()) == (302, 2)


def test_a_wrong_line_is_named_and_nothing_is_kept(kpi, data, sign_in):
    content = b"period_start;value\n2026-05-04;18,2\n2026-05-11;lots\n"
    address = "/use-cases/spring/kpis/1/measurements/upload/"
    answer = sign_in(data).post(address, {"file": SimpleUploadedFile("m.csv", content)})
    assert (answer.status_code, Measurement.objects.count()) == (400, 0)
    assert [problem.line for problem in answer.context["refused"].problems] == [3]


def test_the_download_has_the_columns_of_the_upload(kpi, measure, viewer, sign_in):
    measure()
    lines = sign_in(viewer).get("/use-cases/spring/kpis/1/measurements.csv").text.splitlines()
    assert lines[0].encode().startswith(HEADER.strip())
    assert lines[1].startswith("2026-05-04,2026-05-11,,18.2,")


def test_a_site_is_chosen_in_the_address(kpi, site, measure, viewer, sign_in):
    measure(value=10.0, site=site.slug)
    measure("2026-05-11", 20.0)
    answer = sign_in(viewer).get(f"/use-cases/spring/kpis/1/?site={site.slug}")
    assert (answer.context["last"].estimate.value, answer.context["table"].count) == (10.0, 1)


def test_the_page_costs_the_same_for_one_and_for_forty_measurements(
    kpi, measure, business, sign_in, django_assert_max_num_queries
):
    browser = sign_in(business)
    measure("2025-01-06")
    with django_assert_max_num_queries(40) as one:
        browser.get("/use-cases/spring/kpis/1/")
    for week in range(1, 9):
        measure(f"2025-{week + 1:02d}-03")
    with django_assert_max_num_queries(len(one)):
        browser.get("/use-cases/spring/kpis/1/")


def page(sign_in, person, address=""):
    return html.unescape(sign_in(person).get(f"/use-cases/spring/kpis/1/{address}").text)


def test_the_effect_comes_first_then_its_rule_then_the_last_period(kpi, measure, business, sign_in):
    for week, value in (("2026-05-04", 18.0), ("2026-05-11", 19.0)):
        actions.validate(measure(week, value, n=1000, standard_error=0.5), by=business)
    said = page(sign_in, business)
    assert "Visit rate +4.50 visits per 100 against the system in place (95 %: +3.81 to +5.19), 2 periods, " in said
    assert "Better: Visit rate +4.50" in said
    assert said.index("against the system in place") < said.index("By its rule") < said.index('id="last"')
    assert "Standard error of the difference" in said


def test_a_mismatch_is_said_before_any_difference_is_believed(kpi, measure, business, data, sign_in):
    actions.edit_kpi(kpi, by=data, proof="A", scale=100, control_share=0.2)
    measure(value=None, n=9000, conversions=1640, reference_n=1000, reference_conversions=140)
    assert "Sample-ratio mismatch: 10.0 % came into the control arm instead of 20.0 % (p < 0.0001)" in page(
        sign_in, business
    )


def test_an_ended_hold_out_is_said_with_its_date(kpi, measure, business, data, sign_in):
    actions.edit_kpi(kpi, by=data, proof="A")
    measure("2026-05-04", 18.0, reference_value=14.0)
    measure("2026-05-11", 18.0)
    assert "No longer measured against the system in place since 11 May 2026" in page(sign_in, business)


def test_an_immature_period_says_until_when(kpi, measure, business, data, sign_in, time_machine):
    actions.edit_kpi(kpi, by=data, outcome_delay=30)
    measure("2026-05-04", 18.0)
    time_machine.move_to(datetime(2026, 5, 20, tzinfo=UTC))
    said = page(sign_in, business)
    assert "the first period counts from 10 Jun 2026" in said
    assert "Immature until 10 Jun 2026" in said


def test_versions_tell_what_changed_and_who_agreed(kpi, business, data, sign_in):
    actions.edit_kpi(kpi, by=data, rule="non_inferiority", margin=0.5)
    actions.agree(kpi, by=business, seen=2, about="iteration 1")
    said = page(sign_in, business, "versions/")
    assert "Non-inferiority" in said
    assert f"Agreed by {business} (iteration 1)" in said


def test_a_measurement_is_corrected_from_its_page(kpi, measure, business, data, sign_in):
    row = measure(value=18.2)
    address = f"/use-cases/spring/kpis/1/measurements/{row.uid}/"
    sent = {"value": "17.1", "reason": "Returns were counted twice", "seen": row.state}
    assert sign_in(data).post(address + "correct/", sent).status_code == 302
    said = html.unescape(sign_in(business).get(address).text)
    assert "Returns were counted twice" in said
    assert "18.2" in said


def test_what_changed_since_the_page_was_read_is_not_corrected(kpi, measure, data, sign_in):
    seen = measure(value=18.2).state
    row = measure(value=18.3)
    address = f"/use-cases/spring/kpis/1/measurements/{row.uid}/correct/"
    answer = sign_in(data).post(address, {"value": "17.1", "reason": "x", "seen": seen})
    assert (answer.status_code, Measurement.objects.get().value) == (409, 18.3)


def test_a_wrong_correction_is_said_beside_its_field(kpi, measure, data, sign_in):
    row = measure(value=18.2)
    address = f"/use-cases/spring/kpis/1/measurements/{row.uid}/correct/"
    answer = sign_in(data).post(address, {"conversions": "3", "reason": "x", "seen": row.state})
    assert (answer.status_code, "n" in answer.context["correction"].errors) == (400, True)


def test_the_business_rejects_from_the_page_and_data_may_not(kpi, measure, business, data, sign_in):
    row = measure()
    address = f"/use-cases/spring/kpis/1/measurements/{row.uid}/reject/"
    sent = {"reason": "A week of strike", "seen": row.state}
    assert sign_in(data).post(address, sent).status_code == 403
    assert sign_in(business).post(address, sent).status_code == 302
    assert "A week of strike" in page(sign_in, business)


def test_all_are_validated_only_as_they_were_read(kpi, measure, business, sign_in):
    measure(value=18.2)
    sent = {"number": 1, "seal": waiting(kpi, business).seal}
    measure(value=18.3)
    answer = sign_in(business).post("/use-cases/spring/kpis/1/measurements/validate/", sent)
    assert (answer.status_code, Measurement.objects.get().status) == (409, "provisional")


def test_a_decision_is_signed_on_its_page(kpi, business, data, sign_in):
    actions.edit_kpi(kpi, by=data, rule="signed")
    sent = {"is_better": "yes", "evidence": "No workover in 90 days", "seen": 2}
    assert sign_in(business).post("/use-cases/spring/kpis/1/decide/", sent).status_code == 302
    assert KPI.objects.get().decisions.get().is_better


def test_the_chart_flags_what_went_live(kpi, measure, business, sign_in, monkeypatch):
    """What went live comes from the features above, through the registry."""
    marks = [Mark(datetime(2026, 5, 6, tzinfo=UTC), "Release 3 to Rural", "ok")]
    monkeypatch.setattr(registry, "went_live", lambda use_case: marks)
    measure("2026-05-04", 18.0)
    said = page(sign_in, business)
    assert ", 5 days after: Release 3 to Rural." in said
    assert "\\u2691 Release 3 to Rural" in said


def test_some_are_ticked_and_validated_and_what_changed_since_is_left(kpi, measure, business, viewer, sign_in):
    address = f"/use-cases/spring/kpis/{kpi.number}/"
    read = [measure("2026-05-04"), measure("2026-05-11"), measure("2026-05-18")]
    ticks = [f"{one.pk} {one.state}" for one in read]
    client = sign_in(business)
    page = client.get(address).text
    assert all(f'value="{tick}"' in html.unescape(page) for tick in ticks)
    measure("2026-05-11", value=99.0)
    sent = {"list": "measurements", "verb": "validate", "row": ticks[:2]}
    done = client.post(address, sent, follow=True).text
    assert "Validate: done for 1 row." in done
    assert "It changed since you read the page" in done
    found = Measurement.objects.order_by("period_start").values_list("status", flat=True)
    assert list(found) == ["validated", "provisional", "provisional"]
    assert 'name="row"' not in sign_in(viewer).get(address).text
    sign_in(viewer).post(address, sent)
    assert Measurement.objects.filter(status="validated").count() == 1
