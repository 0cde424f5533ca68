"""The search: finds what one may see by parts of names, with or without accents, in spite of a typing error."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.module_loading import import_string

from monitoring.checks.models import Check
from monitoring.incidents.models import Incident
from monitoring.series.models import Series
from portal import plain
from portal.search.find import find
from tests.factories import UseCaseFactory, UserFactory
from usecases.deployments.models import Deployment, Environment, Release, Target
from usecases.kpis.models import KPI
from usecases.runs.models import Run, TrackingServer

DIGEST = "5eed" + "0" * 60


@pytest.fixture
def things(use_case, site, business, data, it) -> None:
    """One of everything that is searched, on the use case of the cast."""
    use_case.problem = "La pompe immergée est ouverte trop tôt."
    use_case.save()
    KPI.objects.create(use_case=use_case, number=12, name="Détections utiles", unit="%", owner=business)
    server = TrackingServer.objects.create(name="MLflow", url="http://127.0.0.1:5000")
    Run.objects.create(
        use_case=use_case,
        server=server,
        mlflow_id="c0ffee" + "0" * 26,
        experiment_id="1",
        name="Gradient boosting",
        status="FINISHED",
        seen_at=timezone.now(),
    )
    release = Release.objects.create(
        use_case=use_case,
        number=3,
        kind="in_place",
        title="Zebra",
        notes="Reviewed by the vendors.",
        status="ready",
        digest=DIGEST,
        created_by=it,
    )
    environment = Environment.objects.create(name="Production", slug="production", is_production=True)
    Deployment.objects.create(
        use_case=use_case,
        number=4,
        target=Target.objects.create(use_case=use_case, environment=environment, site=site),
        release=release,
        status_since=timezone.now(),
        requested_by=data,
        digest=release.digest,
        change_ticket="CHG-77421",
    )
    series = Series.objects.create(use_case=use_case, kind="model", name="Vibration level")
    check = Check.objects.create(
        use_case=use_case, number=1, name="Quiet enough", series=series, comparator="above", bound=1, created_by=data
    )
    Incident.objects.create(
        use_case=use_case,
        number=9,
        check_that_failed=check,
        severity="warning",
        began_at=timezone.now(),
        value=2,
        cause="A bearing was misaligned.",
    )


def titles(person, query: str) -> list[str]:
    return [str(hit.title) for group in find(person, query, 50).groups for hit in group.hits]


FOUND = [
    ("Spring e-mail campaign", "Spring e-mail campaign"),
    ("spr", "Spring e-mail campaign"),
    ("campaign spring", "Spring e-mail campaign"),
    ("Sprign", "Spring e-mail campaign"),
    ("pompes", "Spring e-mail campaign"),
    ("POMPE IMMERGEE", "Spring e-mail campaign"),
    ("detections", "Détections utiles"),
    ("détéctions", "Détections utiles"),
    ("#12", "Détections utiles"),
    ("gradient", "Gradient boosting"),
    ("c0ffee00", "Gradient boosting"),
    ("zebra", "Release 3 · Zebra"),
    ("5eed00", "Release 3 · Zebra"),
    ("vendor", "Release 3 · Zebra"),
    ("chg-77421", "Deployment 4: Release 3 · Zebra to Rural, Production"),
    ("#4", "Deployment 4: Release 3 · Zebra to Rural, Production"),
    ("vibrat", "Vibration level"),
    ("quiet", "Quiet enough"),
    ("misaligned", "Incident 9: Quiet enough"),
    ("rur", "Rural"),
    ("harbour", "Harbour marketing"),
    ("busines", "Business Martin"),
    ("portf", "Portfolio"),
]


def test_a_member_finds_it(things, data):
    assert [(query, title) for query, title in FOUND if title not in titles(data, query)] == []


def test_a_stranger_finds_nothing_of_a_team_by_any_term(things, stranger, sign_in):
    browser = sign_in(stranger)
    for query, _title in FOUND:
        # Sites and pages are for everybody.
        assert {str(group.kind) for group in find(stranger, query, 50).groups} <= {"Sites", "Go to", "Do"}
        page = browser.get("/search/", {"q": query}).text
        assert "/use-cases/spring/" not in page
        assert "/teams/" not in page


def test_the_name_itself_comes_first(things, team, business, data):
    UseCaseFactory(team=team, created_by=business, name="Spring", slug="spring-itself")
    UseCaseFactory(team=team, created_by=business, name="Offspring counts", slug="offspring")
    found = titles(data, "spring")
    assert found[:2] == ["Spring", "Spring e-mail campaign"]
    assert "Offspring counts" in found


def test_a_shared_use_case_is_found_by_everybody(use_case, stranger):
    use_case.is_shared = True
    use_case.save()
    assert titles(stranger, "spring e-mail") == ["Spring e-mail campaign"]


def test_colleagues_are_found_by_members_and_everybody_by_an_administrator(team, business, data, admin, stranger):
    UserFactory(username="gone", first_name="Zacharie", is_active=False)
    assert "Business Martin" in titles(data, "business")
    assert "Stranger Martin" not in titles(data, "stranger")
    assert "Stranger Martin" in titles(admin, "stranger")
    assert "Zacharie Martin" in titles(admin, "zacharie")


def test_nothing_is_offered_that_one_may_not_do(admin, viewer):
    assert "Create a use case" in titles(admin, "create")
    assert titles(viewer, "create") == []


def test_a_deed_is_found_in_the_readers_language_and_in_english(data, sign_in):
    browser = sign_in(data)
    browser.cookies["django_language"] = "fr"
    for query in ("déploiem", "deploym"):
        assert 'href="/deployments/"' in browser.get("/search/", {"q": query}).text


HOSTILE = [
    "'",
    "%",
    "\\",
    "_",
    "<->",
    ":*",
    "' & !",
    "''':*",
    "ŉ ŉ'",
    "½ ⅓",
    "a:*b & (",
    "\x00",
    "\x00spring",
    "مضخة",
    "\u202egnirps",
    "日本",
    "spring" * 2000,
    "9" * 400,
    "#" + "9" * 30,
    "a " * 500,
    "<script>alert(1)</script>",
    "\ud800",
]


def test_whatever_is_typed_gets_an_answer(things, data, sign_in):
    browser = sign_in(data)
    for query in HOSTILE:
        find(data, query, 10)
        sent = {"q": query.encode("utf-8", "replace").decode()}
        for headers in ({}, {"HX-Request": "true"}):
            answer = browser.get("/search/", sent, headers=headers)
            assert answer.status_code == 200
            assert "<script>alert" not in answer.text


def test_a_sign_of_patterns_finds_only_itself(things, data):
    assert titles(data, "%") == titles(data, "_") == []


def test_the_palette_gets_options_and_says_how_many(things, data, sign_in):
    answer = sign_in(data).get("/search/", {"q": "zebra"}, headers={"HX-Request": "true"}).text
    assert answer.count('role="option"') == 2
    assert "2 results" in answer
    assert "<html" not in answer


def test_nobody_is_asked_to_sign_in_first(client, db):
    assert client.get("/search/?q=spring").status_code == 302


def test_the_queries_do_not_depend_on_how_much_there_is(things, use_case, data, django_assert_max_num_queries):
    Series.objects.bulk_create(Series(use_case=use_case, kind="data", name=f"Zebra {n}") for n in range(60))
    with django_assert_max_num_queries(19):  # one per source, the likeness, the roles, and the transaction
        find(data, "zebra", 50)


MANY = 3000
INDEXES = [
    ("monitoring.series.search.series", "vibration 17", "series_name_parts"),
    ("monitoring.series.search.series", "vibr", "series_name_parts"),
    ("usecases.runs.search.runs", "boosting", "run_name_parts"),
    ("usecases.runs.search.runs", "c0ffee00", "run_identifier_start"),
    ("usecases.deployments.search.releases", "5eed00", "release_digest_start"),
]


def test_a_source_uses_its_index(things, use_case, business):
    _fill(use_case, business)
    for source, query, index in INDEXES:
        with CaptureQueriesContext(connection) as asked:
            assert import_string(source)(business, query, 10)
        statement = next(one["sql"] for one in asked if "score" in one["sql"])
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN " + statement)
            plan = "\n".join(row[0] for row in cursor.fetchall())
        assert index in plan, plan


def _fill(use_case, business) -> None:
    server = TrackingServer.objects.get()
    Series.objects.bulk_create(
        Series(use_case=use_case, kind="data", name=f"Temperature of pump {n} at the head") for n in range(MANY)
    )
    Run.objects.bulk_create(
        Run(
            use_case=use_case,
            server=server,
            mlflow_id=f"{n:032x}",
            experiment_id="1",
            name=f"linear {n}",
            status="FINISHED",
            seen_at=timezone.now(),
        )
        for n in range(MANY)
    )
    Release.objects.bulk_create(
        Release(
            use_case=use_case,
            number=100 + n,
            kind="in_place",
            title=f"Retraining {n}",
            status="preparing",
            digest=f"{n:064x}",
            created_by=business,
        )
        for n in range(MANY)
    )
    with connection.cursor() as cursor:
        for table in ("monitoring_series", "usecases_run", "usecases_release", "usecases_usecase"):
            cursor.execute(f"ANALYZE {table}")
        for index in {index for _source, _query, index in INDEXES if index.endswith("parts")}:
            # What a vacuum does: the rows that wait outside the tree go into it.
            cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [index])


def test_a_query_is_read():
    assert plain.ask("  #12 ").number == 12
    assert plain.ask("sha256:5EED00").digest == "5eed00"
    assert plain.ask("pump").digest == ""
