"""What every endpoint inherits: pages, filters, states, keys, limits, problems."""

import json
import threading
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from portal.api import idempotency
from portal.api.models import KeptAnswer
from portal.people import actions
from portal.people.models import Scope, Team
from tests.factories import TeamFactory
from tests.portal.api import shelf

ADDRESS = "/api/v1/teams"


@pytest.fixture(autouse=True)
def address(settings) -> str:
    settings.ROOT_URLCONF = "tests.portal.api.shelf"
    return ADDRESS


@pytest.fixture
def token(data):
    return actions.create_token(by=data, name="t", scopes=[Scope.WRITE], days=1)


@pytest.fixture
def api(token) -> Client:
    return Client(headers={"Authorization": f"Bearer {token[1]}"}, raise_request_exception=False)


def post(api, body, key="k1", address=ADDRESS, **headers):
    headers = {**({"Idempotency-Key": key} if key is not None else {}), **headers}
    return api.post(address, json.dumps(body), content_type="application/json", headers=headers)


def problem(answer, status, *fields):
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    body = answer.json()
    assert body["status"] == status
    assert [error["field"] for error in body.get("errors", [])] == list(fields)
    return body["detail"]


# --- pages and filters ---------------------------------------------------------------------------------------------
def names(api, url):
    """Every name of the list from this address on."""
    while url:
        page = api.get(url).json()
        yield [team["name"] for team in page["results"]]
        url = page["next"]


def test_a_list_is_read_page_by_page_in_the_order_asked_for(api, team):
    for name in ("Ant", "Bee", "Cow", "Dog"):
        TeamFactory(name=name)
    assert list(names(api, f"{ADDRESS}?limit=2")) == [["Ant", "Bee"], ["Cow", "Dog"], ["Harbour marketing"]]
    assert next(names(api, f"{ADDRESS}?ordering=-name&limit=1")) == ["Harbour marketing"]
    assert 'rel="next"' in api.get(f"{ADDRESS}?limit=1")["Link"]


def test_what_is_inserted_and_deleted_meanwhile_moves_nothing(api, team):
    teams = [TeamFactory(name=name) for name in ("Bee", "Cow", "Dog")]
    pages = names(api, f"{ADDRESS}?limit=2")
    assert next(pages) == ["Bee", "Cow"]
    TeamFactory(name="Ant")
    TeamFactory(name="Cat")
    teams[0].delete()
    assert next(pages) == ["Dog", "Harbour marketing"]


def test_a_page_costs_the_same_for_few_and_for_many(api, team, django_assert_num_queries):
    api.get(ADDRESS)
    with django_assert_num_queries(2):
        api.get(ADDRESS)
    TeamFactory.create_batch(20)
    with django_assert_num_queries(2):
        api.get(ADDRESS)


@pytest.mark.parametrize("cursor", ["", "x", "WyJuYW1lIiwiYSIsMV0", "é", "%00", "a:b:c"])
def test_a_cursor_of_ones_own_making_is_refused(api, cursor):
    problem(api.get(f"{ADDRESS}?cursor={cursor}"), 400, "cursor")


def test_a_cursor_belongs_to_its_order(api, team):
    TeamFactory()
    following = api.get(f"{ADDRESS}?limit=1").json()["next"]
    problem(api.get(f"{following}&ordering=-name"), 400, "cursor")


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x", "1.5", "", "9" * 50, "٣"])
def test_a_limit_out_of_bounds_is_refused(api, limit):
    problem(api.get(f"{ADDRESS}?limit={limit}"), 400, "limit")


@pytest.mark.parametrize("query", ["memberships__user__password__startswith=a", "name__contains=a", "page=2", "=1"])
def test_a_parameter_that_is_not_declared_is_refused_by_name(api, query):
    problem(api.get(f"{ADDRESS}?{query}"), 400, query.partition("=")[0])


@pytest.mark.parametrize("ordering", ["password", "memberships__user__password", "slug", "?", ""])
def test_an_order_that_is_not_declared_is_refused(api, ordering):
    problem(api.get(f"{ADDRESS}?ordering={ordering}"), 400, "ordering")


def test_a_parameter_given_twice_is_refused(api):
    problem(api.get(f"{ADDRESS}?limit=1&limit=2"), 400, "limit")


def test_a_parameter_on_one_thing_or_a_change_is_refused(api, team):
    problem(api.get(f"{ADDRESS}/{team.slug}?limit=1"), 400, "limit")
    problem(post(api, {}, address=f"{ADDRESS}?name=a"), 400, "name")


def test_filters_choose_and_refuse_what_is_none(api, team):
    TeamFactory(name="Ant")
    assert next(names(api, f"{ADDRESS}?name=Ant")) == ["Ant"]
    problem(api.get(f"{ADDRESS}?name=%00"), 400, "name")


@pytest.mark.parametrize("query", ["since=yesterday", "since=05/04/2026", "since=2026-5-4", "since=", "demo=perhaps"])
def test_a_value_that_a_filter_would_pass_over_is_refused(api, query):
    problem(api.get(f"{ADDRESS}?{query}"), 400, query.partition("=")[0])


# --- states --------------------------------------------------------------------------------------------------------
def patch(api, team, body, etag):
    headers = {"If-Match": etag} if etag is not None else {}
    return api.patch(f"{ADDRESS}/{team.slug}", json.dumps(body), content_type="application/json", headers=headers)


def test_a_thing_that_is_known_is_not_sent_again(api, team):
    etag = api.get(f"{ADDRESS}/{team.slug}")["ETag"]
    again = api.get(f"{ADDRESS}/{team.slug}", headers={"If-None-Match": etag})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)
    Team.objects.update(name="Other")
    assert api.get(f"{ADDRESS}/{team.slug}", headers={"If-None-Match": etag}).status_code == 200


def test_a_change_needs_the_state_it_was_decided_on(api, team):
    problem(patch(api, team, {"name": "New"}, None), 428)
    problem(patch(api, team, {"name": "New"}, '"0"'), 412)
    problem(patch(api, team, {"name": "New"}, "0"), 400, "If-Match")
    assert Team.objects.get().name == "Harbour marketing"
    etag = api.get(f"{ADDRESS}/{team.slug}")["ETag"]
    answer = patch(api, team, {"name": "New"}, f'"0", {etag}')
    assert (answer.status_code, answer.json()["name"]) == (200, "New")
    problem(patch(api, team, {"name": "Newer"}, etag), 412)
    assert patch(api, team, {"name": "Newer"}, answer["ETag"]).status_code == 200
    assert patch(api, team, {"name": "Newest"}, "*").status_code == 200


def test_an_etag_weakened_by_compression_still_names_its_state(api, team):
    Team.objects.update(name="x" * 120, slug="y" * 60)
    team = Team.objects.get()
    etag = api.get(f"{ADDRESS}/{team.slug}", headers={"Accept-Encoding": "gzip"})["ETag"]
    assert etag.startswith('W/"')
    assert patch(api, team, {"name": "New"}, etag).status_code == 200


def test_verbs_and_removals_need_the_state_too(api, team):
    problem(post(api, {}, key=None, address=f"{ADDRESS}/{team.slug}/rename"), 428)
    problem(api.delete(f"{ADDRESS}/{team.slug}"), 428)
    etag = api.get(f"{ADDRESS}/{team.slug}")["ETag"]
    done = post(api, {}, key=None, address=f"{ADDRESS}/{team.slug}/rename", **{"If-Match": etag})
    assert (done.status_code, done.json()["name"]) == (200, "Harbour marketing!")
    problem(api.delete(f"{ADDRESS}/{team.slug}", headers={"If-Match": etag}), 412)


def test_two_changes_of_one_state_at_once_are_one_change(committed_db, api, team):
    """The second waits for the row, then finds that it is no longer the one that was read."""
    etag = api.get(f"{ADDRESS}/{team.slug}")["ETag"]
    answers = _together(lambda name: patch(api, team, {"name": name}, etag).status_code, "One", "Two")
    assert sorted(answers) == [200, 412]


def _together(do, *arguments):
    barrier, answers = threading.Barrier(len(arguments)), []

    def run(argument):
        barrier.wait()
        answers.append(do(argument))
        connection.close()

    threads = [threading.Thread(target=run, args=(argument,)) for argument in arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


# --- keys ----------------------------------------------------------------------------------------------------------
ANT = {"name": "Ant", "slug": "ant"}


def test_creating_needs_a_key(api, team):
    problem(post(api, ANT, key=None), 400, "Idempotency-Key")
    assert not Team.objects.filter(slug="ant").exists()


@pytest.mark.parametrize("key", ["", "a b", "x" * 101, "é"])
def test_a_key_that_is_none_is_refused(api, key):
    problem(post(api, ANT, key=key), 400, "Idempotency-Key")


def test_sent_again_it_is_answered_again_and_done_once(api, team):
    first, second = post(api, ANT), post(api, ANT)
    assert (first.status_code, second.status_code) == (201, 201)
    assert (first.json(), first["ETag"]) == (second.json(), second["ETag"])
    assert (first.get("Idempotent-Replayed"), second["Idempotent-Replayed"]) == (None, "true")
    assert Team.objects.filter(slug="ant").count() == 1
    assert first["ETag"] == api.get(f"{ADDRESS}/ant")["ETag"]


def test_a_key_belongs_to_one_request_and_one_token(api, team, data):
    post(api, ANT)
    problem(post(api, {**ANT, "name": "Bee"}), 422)
    _row, secret = actions.create_token(by=data, name="other", scopes=[Scope.WRITE], days=1)
    other = Client(headers={"Authorization": f"Bearer {secret}"})
    assert post(other, {"name": "Bee", "slug": "bee"}).status_code == 201


def test_a_refusal_is_not_kept_and_the_key_may_be_sent_with_a_mended_body(api, team):
    problem(post(api, {"name": "refused", "slug": "ant"}), 409)
    assert not KeptAnswer.objects.exists()
    assert post(api, ANT).status_code == 201


def test_a_key_is_forgotten_after_a_day(api, team):
    post(api, ANT)
    KeptAnswer.objects.update(recorded_at=timezone.now() - timedelta(hours=25))
    assert post(api, {"name": "Bee", "slug": "bee"}).status_code == 201
    KeptAnswer.objects.update(recorded_at=timezone.now() - timedelta(hours=25))
    assert idempotency.forget() == 1


def test_while_the_first_runs_the_second_is_told_so(committed_db, api, team):
    inside, go = threading.Event(), threading.Event()

    def wait():
        inside.set()
        assert go.wait(20)

    def send():
        post(api, ANT)
        connection.close()

    shelf.MEANWHILE.append(wait)
    try:
        first = threading.Thread(target=send)
        first.start()
        assert inside.wait(20)
        shelf.MEANWHILE.clear()
        problem(post(api, ANT), 409)
    finally:
        shelf.MEANWHILE.clear()
        go.set()
        first.join()
    assert post(api, ANT)["Idempotent-Replayed"] == "true"
    assert Team.objects.filter(slug="ant").count() == 1


def test_the_same_key_many_times_at_once_has_one_effect(committed_db, api, team):
    answers = _together(lambda _n: post(api, ANT).status_code, *range(6))
    assert set(answers) <= {201, 409}
    assert 201 in answers
    assert Team.objects.filter(slug="ant").count() == 1


def test_what_dies_before_its_end_leaves_nothing_and_is_done_when_sent_again(api, team):
    def die():
        Team.objects.create(name="Half", slug="half")
        raise SystemError("killed")

    shelf.MEANWHILE.append(die)
    try:
        problem(post(api, ANT), 500)
    finally:
        shelf.MEANWHILE.clear()
    assert not Team.objects.filter(slug__in=("ant", "half")).exists()
    assert post(api, ANT).status_code == 201


# --- bodies --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", 5),
        ("name", True),
        ("name", " "),
        ("number", "5"),
        ("number", True),
        ("number", 1.5),
        ("rate", "1.5"),
        ("open", "true"),
        ("open", 1),
        ("words", [1]),
        ("is_demo", True),
        ("id", 7),
    ],
)
def test_a_field_of_another_type_or_that_is_not_declared_is_refused(api, field, value):
    problem(post(api, {**ANT, field: value}), 400, field)


# --- limits --------------------------------------------------------------------------------------------------------
def test_beyond_the_limit_the_answer_says_when_to_come_back(api, team, settings):
    settings.API_LIMITS = {**settings.API_LIMITS, "read": 2}
    # Of four requests, at most two are in either of the two windows they can fall into.
    answers = [api.get(ADDRESS) for _n in range(5)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    problem(refused[0], 429)
    assert 0 < int(refused[0]["Retry-After"]) <= 60
    assert refused[0]["RateLimit"].startswith('"read";r=0;t=')
    assert answers[0]["RateLimit-Policy"] == '"read";q=2;w=60'
    assert post(api, ANT).status_code == 201


def test_another_token_is_not_held_back(api, team, settings, it):
    settings.API_LIMITS = {**settings.API_LIMITS, "read": 1}
    for _n in range(3):
        api.get(ADDRESS)
    _row, secret = actions.create_token(by=it, name="t", scopes=[Scope.READ], days=1)
    assert Client(headers={"Authorization": f"Bearer {secret}"}).get(ADDRESS).status_code == 200


def test_without_the_cache_everybody_is_served(api, team, settings, caplog):
    settings.API_LIMITS = {**settings.API_LIMITS, "read": 0}
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:9/1"}}
    answer = api.get(ADDRESS)
    assert answer.status_code == 200
    assert "RateLimit" not in answer
    assert "rate_limit_off" in caplog.text


# --- problems ------------------------------------------------------------------------------------------------------
def test_an_error_nobody_foresaw_is_a_problem_too(api):
    assert "on purpose" not in problem(api.get("/api/v1/broken"), 500)


def test_without_the_database_the_answer_says_when_to_come_back(api, monkeypatch):
    monkeypatch.setattr(shelf.Broken, "raises", OperationalError)
    answer = api.get("/api/v1/broken")
    problem(answer, 503)
    assert answer["Retry-After"] == "5"


def test_when_the_database_is_gone_pages_and_api_say_so(committed_db, api, data, sign_in, settings, monkeypatch):
    browser = sign_in(data)
    browser.raise_request_exception = False
    settings.ROOT_URLCONF = "portal.urls"
    connection.close()
    with monkeypatch.context() as gone:
        gone.setitem(connection.settings_dict, "PORT", "9")
        told, page = api.get("/api/v1/me"), browser.get("/")
        connection.close()
    problem(told, 503)
    assert (page.status_code, page["Retry-After"]) == (503, "5")
    assert "The database does not answer" in page.content.decode()
    assert api.get("/api/v1/me").status_code == 200


@pytest.mark.parametrize("accept", ["text/html", "application/xml"])
def test_another_form_of_answer_is_refused(api, accept):
    problem(api.get(ADDRESS, headers={"Accept": accept}), 406)


def test_other_methods_are_refused_and_the_offered_ones_named(api, team):
    answer = api.put(ADDRESS, "{}", content_type="application/json")
    problem(answer, 405)
    assert set(answer["Allow"].split(", ")) == {"GET", "POST", "HEAD", "OPTIONS"}
    told = api.options(ADDRESS)
    assert (told.status_code, told.content) == (204, b"")
    assert "POST" in told["Allow"]
    head = api.head(ADDRESS)
    assert (head.status_code, head.content) == (200, b"")


def test_what_may_not_be_seen_is_not_found_whatever_is_asked_of_it(api, team):
    TeamFactory(slug="hidden")
    for answer in (api.get(f"{ADDRESS}/hidden"), api.delete(f"{ADDRESS}/hidden", headers={"If-Match": "*"})):
        problem(answer, 404)


def test_answers_are_for_this_token_alone(api, team):
    answer = api.get(ADDRESS)
    assert answer["Cache-Control"] == "private, no-cache"
    assert "Authorization" in answer["Vary"]
