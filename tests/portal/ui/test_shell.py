import gzip
import re

import pytest

from tests.factories import UserFactory


def test_the_rail_marks_where_one_is(reader):
    html = reader.get("/").content.decode()
    assert re.search(r'href="/portfolio/" aria-current="page"', html)
    assert html.count('aria-current="page"') == 1


def test_only_administrators_see_the_administration(reader, client, admin):
    assert "Administration" not in reader.get("/").content.decode()
    client.force_login(admin)
    assert "Administration" in client.get("/").content.decode()


def test_the_theme_of_the_cookie_is_there_before_any_script(reader):
    assert "data-bs-theme" not in reader.get("/").content.decode()
    reader.cookies["theme"] = "dark"
    assert 'data-bs-theme="dark"' in reader.get("/").content.decode()
    reader.cookies["theme"] = '"><script>'
    assert "data-bs-theme" not in reader.get("/").content.decode()


def test_the_language_is_kept(reader):
    response = reader.post("/language/", {"language": "fr", "next": "/runs/"})
    assert response["Location"] == "/runs/"
    assert '<html lang="fr"' in reader.get("/").content.decode()


def test_the_language_may_be_chosen_before_signing_in(client):
    assert client.post("/language/", {"language": "fr"}).status_code == 302


@pytest.mark.parametrize("demo", [True, False])
def test_the_cast_can_be_played_only_in_the_demo(reader, settings, demo):
    settings.DEMO = demo
    UserFactory(first_name="Amit", last_name="Rao", is_demo=True)
    assert ("Amit Rao" in reader.get("/").content.decode()) is demo


def test_the_shell_asks_little_of_the_database(reader, settings, django_assert_max_num_queries):
    settings.DEMO = True
    # the session, the person, whether an administrator; the bell; then the cast and the demo's job
    with django_assert_max_num_queries(6):
        reader.get("/")


def test_a_page_is_light_and_has_no_inline_script_nor_style(reader):
    content = reader.get("/").content
    html = content.decode()
    assert len(gzip.compress(content)) < 12_000
    assert not re.search(r"\sstyle=|\son\w+=|<style", html)
    scripts = re.findall(r"<script(?![^>]*(?:src=|application/json))", html)
    assert scripts == []
