from datetime import timedelta

import pytest
from django.utils import timezone

from portal import registry
from portal.registry import InboxItem
from tests.factories import TeamFactory, UseCaseFactory
from usecases.catalog.models import Health, Stage
from usecases.overview.home import chips, greeting


def item(kind: str, **changes) -> InboxItem:
    told = {"icon": "rocket", "title": f"A {kind}", "detail": "Why", "url": "/portfolio/", "action": "Review"}
    return InboxItem(kind=kind, since=timezone.now() - timedelta(days=2), **{**told, **changes})


@pytest.fixture
def waiting(monkeypatch):
    """Two features that have something waiting for everybody."""
    items = [item("approval"), item("approval", title="Another"), item("incident", urgent=True)]
    monkeypatch.setattr(registry, "_entries", lambda kind: [lambda user: items] if kind == "inbox" else ())


@pytest.mark.parametrize(("hour", "said"), [(0, "Good morning, Claire"), (12, "Good afternoon"), (18, "Good evening")])
def test_one_is_greeted_by_the_hour(hour, said):
    assert greeting(hour, "Claire").startswith(said)


def test_a_chip_per_kind_that_waits():
    told = [(chip.label, chip.number) for chip in chips([item("gate"), item("kpi"), item("gate"), item("odd")])]
    assert told == [("All", 4), ("KPIs", 1), ("Gates", 2), ("odd", 1)]


def test_what_needs_me_comes_first_urgent_before_all(waiting, business, sign_in):
    page = sign_in(business).get("/")
    assert [one.kind for one in page.context["items"]] == ["incident", "approval", "approval"]
    assert "3 things need you. 1 is urgent." in page.text


def test_one_kind_at_a_time_by_the_address(waiting, business, sign_in):
    browser = sign_in(business)
    assert len(browser.get("/?kind=approval").context["items"]) == 2
    assert "Nothing of this kind waits for you." in browser.get("/?kind=gate").text


def test_the_worst_of_what_i_see_is_listed_with_its_reason(use_case, team, business, sign_in):
    use_case.health_code = "health.unwatched"
    use_case.save()
    UseCaseFactory(team=team, name="Broken", health=Health.ERROR)
    UseCaseFactory(team=team, name="Fine", health=Health.HEALTHY)
    UseCaseFactory(team=team, name="Gone", health=Health.ERROR, stage=Stage.RETIRED)
    page = sign_in(business).get("/")
    assert [one.name for one in page.context["not_well"]] == ["Broken", "Spring e-mail campaign"]
    assert "Nothing watches it yet." in page.text
    assert page.context["counts"]["healthy"] == 1


def test_nothing_of_others_is_listed_or_counted(use_case, stranger, sign_in):
    page = sign_in(stranger).get("/")
    assert "Spring" not in page.text
    assert page.context["counts"]["open"] == 0


def test_a_new_installation_offers_to_begin(team, business, sign_in):
    page = sign_in(business).get("/").text
    assert "First there must be a use case." in page
    assert "/use-cases/new/" in page


def test_who_may_open_nothing_is_shown_the_portfolio(viewer, sign_in):
    page = sign_in(viewer).get("/").text
    assert "/use-cases/new/" not in page


def test_the_queries_do_not_depend_on_how_much_there_is(use_case, team, business, sign_in, queries_of):
    browser = sign_in(business)
    few = queries_of(browser, "/")
    UseCaseFactory.create_batch(40, team=team, health=Health.ERROR)
    UseCaseFactory.create_batch(10, team=TeamFactory())
    assert queries_of(browser, "/") == few < 30
