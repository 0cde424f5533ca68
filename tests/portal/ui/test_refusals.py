import pytest

from portal.errors import Refused


@pytest.mark.parametrize(("why", "status"), [("state", 409), ("right", 403), ("input", 400)])
def test_a_refusal_is_a_page_with_its_sentence_and_status(reader, why, status):
    response = reader.get(f"/refuse/{why}/")
    assert response.status_code == status
    assert "Nothing was changed." in response.content.decode()


def test_each_problem_names_its_line_and_field(reader):
    html = reader.get("/refuse/input/").content.decode()
    assert "Line 3 · <code>value</code> · Not a number." in html


def test_a_refused_fragment_goes_to_the_messages(reader):
    response = reader.get("/refuse/state/", headers={"HX-Request": "true"})
    assert response.status_code == 409
    assert response["HX-Retarget"] == "#messages"
    assert "<html" not in response.content.decode()
    assert "Jonas Berg approved it" in response.content.decode()


def test_the_way_back_is_the_page_one_came_from(reader):
    response = reader.get("/refuse/state/", headers={"Referer": "http://testserver/runs/?page=2"})
    assert 'href="http://testserver/runs/?page=2"' in response.content.decode()


@pytest.mark.parametrize("referer", ["https://elsewhere.example/", "javascript:alert(1)", "", None])
def test_the_way_back_never_leads_elsewhere(reader, referer):
    headers = {"Referer": referer} if referer is not None else {}
    html = reader.get("/refuse/state/", headers=headers).content.decode()
    assert '<a class="btn btn-primary" href="/">' in html


def test_the_api_words_its_own_refusals(reader):
    with pytest.raises(Refused):
        reader.get("/api/refuse/state/")


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "500"])
def test_error_pages_need_no_database(client, django_assert_num_queries, db, name, reader):
    with django_assert_num_queries(2):  # the session and the person, read by the sign-in middleware
        response = reader.get(f"/error/{name}/")
    assert "home page" in response.content.decode()
