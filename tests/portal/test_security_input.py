"""Hostile input through every kind of door: an answer, never a crash, never a formula, never a secret in a log."""

import json
import logging
import time

import pytest
from django.test import Client

from monitoring.series.models import Series
from portal.logs import without_secrets
from portal.people import actions as people
from portal.people.models import Scope
from portal.ui.sheets import as_written, harmless
from usecases.deployments.forms import ReleaseForm


@pytest.fixture
def machine(data) -> Client:
    _token, secret = people.create_token(by=data, name="job", scopes=list(Scope), days=1)
    return Client(headers={"Authorization": f"Bearer {secret}"})


@pytest.mark.parametrize(
    "address",
    [
        "/portfolio/?team=%00",
        "/portfolio/?site=%00",
        "/use-cases/spring/checks/new/?series=" + "9" * 5000,
        "/use-cases/spring/checks/new/?series=" + "9" * 30,
    ],
)
def test_an_impossible_filter_is_as_if_it_were_not_there(address, use_case, data, sign_in):
    assert sign_in(data).get(address).status_code == 200


def test_a_code_that_is_a_format_does_not_break_the_gate(use_case, data, sign_in):
    answer = sign_in(data).post("/use-cases/spring/gates/poc/attest/", {"code": "%(x)s%", "statement": "x" * 20})
    assert answer.status_code in (400, 409)


@pytest.mark.parametrize(
    "text", ['{"a": NaN}', '{"a": 1e400}', '{"a": "\\ud800"}', '{"a": "\\u0000"}', "9" * 5000, "[" * 100_000, "{"]
)
def test_a_configuration_that_cannot_be_kept_is_said(use_case, text):
    form = ReleaseForm(use_case, {"title": "One", "configuration": text})
    assert "configuration" in form.errors
    assert form.as_p()


def test_a_hundred_thousand_wrong_series_are_refused_at_once(machine, use_case):
    lines = b"".join(b"s%d,1700000000000,1,bad\n" % number for number in range(50_000))
    started = time.monotonic()
    answer = machine.post("/api/v1/use-cases/spring/points", b"series,ts,value,kind\n" + lines, content_type="text/csv")
    assert answer.status_code == 400
    assert len(answer.json()["errors"]) == 50
    assert time.monotonic() - started < 10  # 50 s before the search stopped at the fiftieth


LENGTH = str(400 * 2**20)


@pytest.mark.parametrize("address", ["/api/v1/use-cases/spring/points", "/api/v1/use-cases/spring/kpis/1/measurements"])
def test_the_api_refuses_a_body_by_its_length(address, machine, use_case):
    answer = machine.generic("POST", address, b"{}", content_type="application/json", CONTENT_LENGTH=LENGTH)
    assert (answer.status_code, answer["Content-Type"]) == (413, "application/problem+json")


def test_a_stranger_cannot_fill_the_disk_through_the_sign_in_form(db, client: Client):
    form = "multipart/form-data; boundary=x"
    answer = client.generic("POST", "/accounts/sign-in/", b"--x--", content_type=form, CONTENT_LENGTH=LENGTH)
    assert answer.status_code == 413
    assert "16 MiB" in answer.content.decode()


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "\tx"])
def test_a_series_with_the_name_of_a_formula_is_shown_and_comes_back(name, use_case, data, sign_in, machine):
    series = [{"name": name, "kind": "model"}]
    body = {"series": series, "index": [0], "ts": [1_700_000_000_000], "value": [-1]}
    sent = machine.post("/api/v1/use-cases/spring/points", json.dumps(body), content_type="application/json")
    assert sent.status_code == 200
    address = f"/use-cases/spring/series/{Series.objects.get().uid}/points.csv"
    file = b"".join(sign_in(data).get(address).streaming_content)
    assert file.splitlines()[1].startswith(b"'" + name.encode())
    assert as_written(harmless(name)) == name
    assert machine.post("/api/v1/use-cases/spring/points", file, content_type="text/csv").json()["changed"] == 0


def test_the_secret_of_a_one_time_link_is_in_no_log():
    event = {"event": "Conflict: /accounts/welcome/s3cret-Key/", "request": "GET /accounts/welcome/s3cret-Key/?a=1"}
    told = without_secrets(logging.getLogger(), "info", event)
    assert told == {"event": "Conflict: /accounts/welcome/…/", "request": "GET /accounts/welcome/…/?a=1"}


def test_a_cookie_that_cannot_be_a_session_is_nobodys(db, client: Client):
    client.cookies["sessionid"] = "abcdefgh\0ijkl"
    assert client.get("/").status_code == 302


@pytest.mark.parametrize("address", ["/", "/nothing", "/accounts/sign-in/", "/api/v1/nothing", "/healthz"])
def test_every_answer_says_what_may_run_and_who_may_frame_it(address, db, client: Client):
    told = client.get(address).headers
    policy = told["Content-Security-Policy"].split("; ")
    assert {"script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"} <= set(policy)
    assert (told["X-Frame-Options"], told["X-Content-Type-Options"]) == ("DENY", "nosniff")


CANARY = '"><img src=x onerror=alert(1)>'


@pytest.mark.parametrize("page", ["", "series", "monitoring/"])
def test_a_name_is_text_on_every_page_and_in_the_json_of_a_figure(page, use_case, data, sign_in):
    use_case.name = use_case.decision = use_case.problem = CANARY
    use_case.save()
    series = Series.objects.create(use_case=use_case, kind="model", name=CANARY, unit=CANARY[:40])
    address = f"/use-cases/spring/{f'series/{series.uid}/' if page == 'series' else page}"
    content = sign_in(data).get(address).content.decode()
    assert "<img src=x" not in content
    assert "img src=x" in content
