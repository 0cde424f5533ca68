import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from usecases.kpis.models import KPI, Measurement

GET = [
    "/use-cases/spring/kpis/",
    "/use-cases/spring/kpis/new/",
    "/use-cases/spring/kpis/1/",
    "/use-cases/spring/kpis/1/edit/",
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
