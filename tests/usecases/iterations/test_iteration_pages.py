import pytest

from usecases.iterations.models import Iteration
from usecases.kpis import actions as kpis

HERE = "/use-cases/spring/iterations/"
CONCLUSION = {"decision": "go", "reason": "Worth it.", "findings": "The file came late."}


def sent(kpi, site, today, **changes):
    told = {"title": "Constant", "hypothesis": "They read it.", "plugs": "constant", "kpi": kpi.pk, "sites": [site.pk]}
    return {
        **told,
        "starts_on": today.isoformat(),
        "ends_on": today.replace(year=today.year + 1).isoformat(),
        **changes,
    }


def test_it_is_opened_from_the_page(in_poc, kpi, site, today, data, viewer, stranger, sign_in):
    assert sign_in(stranger).post(HERE + "new/", sent(kpi, site, today)).status_code == 404
    assert sign_in(viewer).post(HERE + "new/", sent(kpi, site, today)).status_code == 403
    answer = sign_in(data).post(HERE + "new/", sent(kpi, site, today))
    assert (answer.status_code, answer["Location"]) == (302, HERE + "0/")
    assert "Constant" in sign_in(viewer).get("/use-cases/spring/gates/").text


def test_what_is_wrong_is_said_beside_its_field(in_poc, kpi, site, today, data, sign_in):
    answer = sign_in(data).post(HERE + "new/", sent(kpi, site, today, ends_on=today.isoformat()))
    assert (answer.status_code, "It ends after it begins." in answer.text) == (400, True)
    assert not Iteration.objects.exists()


@pytest.mark.parametrize(
    ("there", "told"),
    [((), "Name a site"), (("site",), "Define the KPI"), (("site", "kpi", "iteration"), "not closed")],
)
def test_what_it_needs_first_is_said(use_case, there, told, data, request, sign_in):
    for name in there:
        request.getfixturevalue(name)
    type(use_case).objects.update(stage="poc")
    page = sign_in(data).get(HERE + "new/").text
    assert told in page or "Define the KPI" in page


def test_in_exploration_the_gate_comes_first(use_case, data, sign_in):
    assert "stops nobody" in sign_in(data).get(HERE + "new/").text


def test_its_whole_life_from_the_page(iteration, business, data, it, viewer, sign_in):
    assert sign_in(viewer).post(HERE + "0/conclude/", CONCLUSION).status_code == 403
    assert sign_in(data).post(HERE + "0/conclude/", {**CONCLUSION, "reason": ""}).status_code == 400
    assert sign_in(data).post(HERE + "0/conclude/", CONCLUSION).status_code == 302
    assert sign_in(data).post(HERE + "0/take-back/", {"reason": "A figure."}).status_code == 302
    assert sign_in(data).post(HERE + "0/conclude/", CONCLUSION).status_code == 302
    for person, role in ((business, "business"), (data, "data"), (it, "it")):
        assert sign_in(person).post(HERE + "0/sign/", {"role": role, "comment": "Read."}).status_code == 302
    page = sign_in(viewer).get(HERE + "0/").text
    assert "The file came late." in page
    assert Iteration.objects.get().status == "closed"


def test_a_changed_kpi_is_shown_and_agreed_on_again(iteration, kpi, business, sign_in):
    kpis.edit_kpi(kpi, by=business, target=5.0)
    browser = sign_in(business)
    assert "since then: 5" in browser.get(HERE + "0/").text
    assert browser.post(HERE + "0/agree/").status_code == 302
    assert "since then" not in browser.get(HERE + "0/").text


def test_sites_and_last_day_change_from_the_page(iteration, site, today, data, sign_in):
    later = today.replace(year=today.year + 1)
    told = {"ends_on": later.isoformat(), "sites": [site.pk]}
    assert sign_in(data).post(HERE + "0/amend/", told).status_code == 302
    iteration.refresh_from_db()
    assert iteration.ends_on == later
    assert sign_in(data).post(HERE + "0/amend/", {**told, "sites": []}).status_code == 400


@pytest.mark.parametrize("address", ["0/", "9/"])
def test_a_stranger_and_what_is_not_there_get_404(iteration, stranger, data, sign_in, address):
    assert sign_in(stranger).get(HERE + address).status_code == 404
    assert sign_in(data).get(HERE + address).status_code == (200 if address == "0/" else 404)


def test_it_is_found_by_the_search(iteration, viewer, stranger, sign_in):
    assert "Constant advice" in sign_in(viewer).get("/search/?q=Constant").text
    assert "Constant advice" not in sign_in(stranger).get("/search/?q=Constant").text
