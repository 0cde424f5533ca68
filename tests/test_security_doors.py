"""Every address again: asked by those who only read, and with one's own slug around somebody else's thing."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.audit.models import Event
from portal.people import actions as people
from portal.people.models import Scope
from tests.factories import UseCaseFactory
from tests.test_doors import ADMINISTRATION, ANYBODY, API, POSTED, USE_CASE, _address, _api, _other, world

__all__ = ["world"]  # the fixture

# What a form of each address could hold: enough to pass most forms.
FILLED = {
    "name": "Taken over",
    "title": "Taken over",
    "comment": "Taken over by a reader",
    "reason": "Taken over by a reader",
    "cause": "Taken over by a reader",
    "statement": "Taken over by a reader",
    "code": "lifecycle.business_case",
    "specifics": "Taken over",
    "currency": "EUR",
    "value": "1",
    "number": "1",
    "mark": "baseline",
    "on": "0",
    "role": "it",
    "bound": "1",
    "k": "1",
    "window": "1",
    "comparator": "above",
    "severity": "error",
    "period_start": "2026-03-16",
    "unit": "%",
    "direction": "up",
    "cadence": "week",
    "proof": "ab",
    "slug": "taken-over",
    "url": "http://taken.example",
}
# One's own second factor and sessions.
MINE = ("mfa_reauthenticate", "second_factor_codes", "second_factor_remove", "sessions_end_others")
# One's own choices; and what has no slug in its address, so that no other can be put there.
OWN = {"accounts:token_revoke", "talk_follow"}
WITHOUT_SLUG = {name for name, parts in USE_CASE.items() if "type" in parts}


def _filled(world, person) -> dict[str, object]:
    of = {"user": person.pk, "owner": person.pk, "site": world["site"].slug, "series": world["series"].pk}
    return {**FILLED, **of, "release": world["release"].pk, "environment": world["deployment"].target.environment_id}


@pytest.mark.parametrize("reader", ["stranger", "auditor", "steering", "viewer", "decision_user"])
@pytest.mark.parametrize("name", sorted(set(USE_CASE) - OWN))
def test_who_only_reads_changes_nothing(name, reader, world, use_case, request, sign_in):
    use_case.is_shared = True
    use_case.save()
    person = request.getfixturevalue(reader)
    before = Event.objects.count()
    answer = sign_in(person).post(_address(name, world), _filled(world, person))
    assert answer.status_code in (400, 403, 404, 405, 409)
    assert Event.objects.count() == before


@pytest.mark.parametrize("reader", ["auditor", "steering", "viewer"])
@pytest.mark.parametrize("name", sorted((ANYBODY | ADMINISTRATION) - {"accounts:sign_out", "accounts:switch"}))
def test_who_only_reads_does_not_administer(name, reader, world, business, request, sign_in):
    if name in ("accounts:token_new", "accounts:password", "following", *MINE):
        pytest.skip("one's own")
    person = request.getfixturevalue(reader)
    before = Event.objects.count()
    answer = sign_in(person).post(_other(name, business), _filled(world, person))
    assert answer.status_code in (200, 400, 403, 404, 405)
    assert Event.objects.count() == before


@pytest.mark.parametrize("name", sorted(API))
def test_a_shared_use_case_is_read_only_for_tokens_too(name, world, use_case, stranger, client):
    use_case.is_shared = True
    use_case.save()
    _token, secret = people.create_token(by=stranger, name="t", scopes=list(Scope), days=1)
    before = Event.objects.count()
    points = b'{"series": [{"name": "x", "kind": "model"}], "index": [0], "ts": [1700000000000], "value": [1]}'
    rows = b'{"measurements": [{"period_start": "2026-03-16", "value": 1}]}'
    bearer = {"Authorization": f"Bearer {secret}", "Idempotency-Key": "taken-over"}
    answers = [
        client.post(_api(name, world), body, content_type="application/json", headers=bearer).status_code
        for body in (points, rows)
    ]
    assert set(answers) <= {400, 403, 405}
    assert set(answers) & {403, 405}
    assert Event.objects.count() == before


NESTED = sorted(name for name, parts in USE_CASE.items() if set(parts) & {"number", "uid", "mlflow_id", "membership"})


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", sorted(set(NESTED) - OWN - WITHOUT_SLUG))
def test_a_thing_of_another_use_case_is_not_found_under_mine(name, method, world, stranger, sign_in):
    mine = UseCaseFactory(team=stranger.memberships.get().team, slug="mine", created_by=stranger)
    there = _address(name, world)
    here = there.replace("/spring/", f"/{mine.slug}/").replace(f"/{world['team'].slug}/", f"/{mine.team.slug}/")
    assert here != there
    answer = getattr(sign_in(stranger), method)(here, _filled(world, stranger) if method == "post" else {})
    assert answer.status_code == (405 if method == "get" and name in POSTED else answer.status_code)
    assert answer.status_code in (404, 405)


WRITES = ("INSERT", "UPDATE", "DELETE")


@pytest.mark.parametrize("name", sorted((set(USE_CASE) | ANYBODY) - POSTED - {"accounts:switch", "accounts:sign_out"}))
def test_reading_writes_nothing(name, world, business, admin, data, sign_in):
    address = _address(name, world) if name in USE_CASE else _other(name, business)
    for person in (data, admin):
        browser = sign_in(person)
        with CaptureQueriesContext(connection) as asked:
            answer = browser.get(address)
            if answer.streaming:
                list(answer.streaming_content)
        # What a browser's own session remembers is no change.
        written = [one["sql"] for one in asked if one["sql"].lstrip().startswith(WRITES)]
        assert [sql for sql in written if '"portal_session"' not in sql] == []


@pytest.mark.parametrize("name", sorted({"home", "portfolio", "runs", "deployments", "monitoring", "use_case_new"}))
def test_no_choice_of_a_form_names_another_team(name, world, stranger, sign_in):
    content = sign_in(stranger).get(reverse(name)).content
    for secret in (b"Harbour", b"Spring", b"Rural", b"Business Martin"):
        assert secret not in content


def test_posts_ask_for_the_token_of_the_form(world, data):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(data)
    open_doors = [name for name in sorted(set(USE_CASE)) if browser.post(_address(name, world)).status_code != 403]
    assert open_doors == []
    for name in ("accounts:switch", "accounts:demo_sign_in", "set_language", "accounts:sign_out", "accounts:sign_in"):
        assert browser.post(reverse(name)).status_code == 403
