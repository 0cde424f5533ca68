"""The API of the search: what the palette finds, and nothing more."""


def test_what_one_may_see_is_found(use_case, data, stranger, call):
    found = call(data, "get", "search?q=spring").json()
    assert ("Spring e-mail campaign", "/use-cases/spring/") in [(one["title"], one["url"]) for one in found["results"]]
    assert b"Spring" not in call(stranger, "get", "search?q=spring+campaign").content


def test_pages_are_offered_when_nothing_is_asked_without_buttons(viewer, call):
    offered = [one["url"] for one in call(viewer, "get", "search").json()["results"]]
    assert "/portfolio/" in offered
    assert not any(url.startswith("#") for url in offered)


def test_what_is_not_understood_is_said(viewer, call):
    assert call(viewer, "get", "search?query=x").status_code == 400
    assert call(viewer, "get", "search?q=x&limit=0").json()["errors"][0]["field"] == "limit"
    assert call(viewer, "get", f"search?q={'x' * 201}").json()["errors"][0]["field"] == "q"
