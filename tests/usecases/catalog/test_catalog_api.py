"""The API of use cases, of the sites they serve and of the organisation's sites."""

import pytest

from tests.factories import SiteFactory, UseCaseFactory
from usecases.catalog.models import Health, Site, Stage, UseCase


def names(answer):
    return [row["slug"] for row in answer.json()["results"]]


def test_use_cases_are_listed_as_one_may_see_them(use_case, site, data, stranger, call):
    UseCaseFactory(slug="elsewhere")
    found = call(data, "get", "use-cases").json()["results"]
    assert [(row["slug"], row["team"]["slug"], row["sites"]) for row in found] == [("spring", "harbour", ["rural"])]
    assert found[0]["headline"]["note"] == "No KPI yet: say what the business measures."
    assert names(call(stranger, "get", "use-cases")) == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("stage=open", ["calm", "spring"]),
        ("stage=stopped", ["over"]),
        ("health=error", ["calm"]),
        ("site=country", ["spring"]),
        ("site=nowhere", []),
        ("is_shared=true", ["over"]),
        ("q=E-MAIL", ["spring"]),
        ("team=harbour&stage=poc", []),
    ],
)
def test_the_filters_of_the_portfolio(query, expected, use_case, site, team, data, call):
    site.parent = SiteFactory(name="Country", slug="country")
    site.save()
    UseCaseFactory(team=team, slug="calm", health=Health.ERROR)
    UseCaseFactory(team=team, slug="over", stage=Stage.STOPPED, is_shared=True)
    assert names(call(data, "get", f"use-cases?{query}")) == expected


@pytest.mark.parametrize("query", ["colour=red", "health=fine", "is_shared=perhaps", "ordering=colour"])
def test_what_the_list_does_not_know_is_a_400(query, use_case, data, call):
    assert call(data, "get", f"use-cases?{query}").status_code == 400


@pytest.mark.parametrize("ordering", ["health_rank", "-health_rank", "team_name", "-stage_since", "is_shared", "name"])
def test_each_order_is_walked_page_by_page_without_a_gap(ordering, use_case, team, data, call):
    for number, health in enumerate([Health.HEALTHY, Health.ERROR, Health.ERROR, Health.WARNING]):
        UseCaseFactory(team=team, slug=f"case-{number}", health=health, is_shared=number % 2)
    whole = names(call(data, "get", f"use-cases?ordering={ordering}"))
    path, walked = f"use-cases?ordering={ordering}&limit=2", []
    while path:
        page = call(data, "get", path)
        walked += names(page)
        path = (page.json()["next"] or "").partition("/api/v1/")[2]
    assert walked == whole
    assert len(set(walked)) == 5
    if ordering == "health_rank":
        assert set(whole[:2]) == {"case-1", "case-2"}


def test_the_list_costs_the_same_for_ten_and_for_sixty(team, site, data, call, count_queries):
    call(data, "get", "me")
    counted = []
    for more in (10, 50):
        for one in UseCaseFactory.create_batch(more, team=team):
            one.sites.add(site)
        counted.append(count_queries(lambda: call(data, "get", "use-cases")))
    assert counted[0] == counted[1]


def test_a_use_case_is_opened_once_and_found_where_it_says(team, data, call):
    sent = {"team": "harbour", "name": "Autumn letters", "currency": "XAF"}
    made = call(data, "post", "use-cases", sent, **{"Idempotency-Key": "once"})
    assert (made.status_code, made["Location"]) == (201, "/api/v1/use-cases/autumn-letters")
    assert made.json()["stage"] == "exploration"
    call(data, "post", "use-cases", sent, **{"Idempotency-Key": "once"})
    assert UseCase.objects.count() == 1
    assert call(data, "get", "use-cases/autumn-letters").json()["currency"] == "XAF"


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"name": "x"}, "team"),
        ({"team": "nowhere", "name": "x"}, "team"),
        ({"team": "harbour", "name": "  "}, "name"),
        ({"team": "harbour", "name": "x", "slug": "spring"}, "slug"),
        ({"team": "harbour", "name": "x", "currency": "euro"}, "currency"),
        ({"team": "harbour", "name": "x", "stage": "production"}, "stage"),
    ],
)
def test_what_is_wrong_with_a_use_case_is_named(sent, field, use_case, data, call):
    answer = call(data, "post", "use-cases", sent)
    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (400, [field])
    assert UseCase.objects.count() == 1


def test_who_may_open_and_edit_one(use_case, viewer, stranger, call):
    assert call(viewer, "post", "use-cases", {"team": "harbour", "name": "x"}).status_code == 403
    # A team that one does not see is none.
    assert call(stranger, "post", "use-cases", {"team": "harbour", "name": "x"}).status_code == 400
    assert call(viewer, "patch", "use-cases/spring", {"name": "x"}, match="*").status_code == 403
    assert call(stranger, "patch", "use-cases/spring", {"name": "x"}, match="*").status_code == 404


def test_a_use_case_is_changed_and_shared_when_it_is_the_one_that_was_read(use_case, data, call):
    tag = call(data, "get", "use-cases/spring")["ETag"]
    assert call(data, "patch", "use-cases/spring", {"is_shared": True}).status_code == 428
    changed = call(data, "patch", "use-cases/spring", {"is_shared": True}, match=tag)
    assert (changed.status_code, changed.json()["is_shared"]) == (200, True)
    assert call(data, "patch", "use-cases/spring", {"problem": "x"}, match=tag).status_code == 412


def test_a_site_is_served_described_and_left(use_case, data, viewer, call):
    SiteFactory(slug="town", name="Town")
    path = "use-cases/spring/sites"
    made = call(data, "post", path, {"site": "town", "specifics": "Two stops."})
    assert (made.status_code, made["Location"]) == (201, "/api/v1/use-cases/spring/sites/town")
    assert call(data, "patch", f"{path}/town", {"specifics": "Three."}, match="*").json()["specifics"] == "Three."
    assert [row["site"] for row in call(data, "get", path).json()["results"]] == ["town"]
    assert call(viewer, "delete", f"{path}/town", match="*").status_code == 403
    assert call(data, "delete", f"{path}/town", match="*").status_code == 204
    assert call(data, "get", f"{path}/town").status_code == 404


def test_the_tree_of_sites_and_who_adds_to_it(use_case, site, admin, data, call):
    made = call(admin, "post", "sites", {"name": "Norway", "kind": "country"})
    assert (made.status_code, made["Location"]) == (201, "/api/v1/sites/norway")
    call(admin, "post", "sites", {"name": "Oslo", "parent": "norway"})
    use_case.sites.add(Site.objects.get(slug="oslo"))
    told = call(data, "get", "sites?under=norway").json()["results"]
    assert [(row["slug"], row["parent"], row["use_cases"]) for row in told] == [
        ("norway", None, 1),
        ("oslo", "norway", 1),
    ]
    again = call(admin, "post", "sites", {"name": "oslo", "parent": "norway"})
    assert (again.status_code, again.json()["errors"][0]["field"]) == (400, "name")
    assert call(data, "post", "sites", {"name": "x"}).status_code == 403


def test_the_list_of_sites_costs_the_same_for_ten_and_for_sixty(use_case, data, call, count_queries):
    call(data, "get", "me")
    counted = []
    for more in (10, 50):
        for one in SiteFactory.create_batch(more):
            use_case.sites.add(one)
        counted.append(count_queries(lambda: call(data, "get", "sites")))
    assert counted[0] == counted[1]


def test_what_the_data_the_algorithm_and_the_risk_are(team, business, call):
    told = {
        "data_availability": "there",
        "data_frequency": "Each night",
        "annotation_capacity": "Two experts",
        "algorithm": "Linear regression",
        "algorithm_reason": "It is as good as the rest.",
        "risk_tier": "minimal",
    }
    call(business, "post", "use-cases", {"team": team.slug, "name": "Autumn letters", **told})
    made = call(business, "get", "use-cases/autumn-letters").json()
    assert {name: made[name] for name in told} == told
    assert names(call(business, "get", "use-cases?risk_tier=minimal")) == ["autumn-letters"]
    assert names(call(business, "get", "use-cases?risk_tier=high")) == []
