"""F4: the database goes away and comes back: a page and the API say so with 503, nothing hangs, then all is well."""

import os
import secrets
import signal
import sys
import time
from pathlib import Path
from threading import Event

import pytest
import requests
from django.db import connection, connections
from django.test import Client

from portal.embedded import postgres, processes
from portal.people.actions import create_token
from portal.people.models import Scope
from tests.parts import ROOT


def _send_away(name: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])


def _let_in(name: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


@pytest.mark.filterwarnings("ignore")
def test_f4_while_the_database_is_away_doors_say_503_and_are_open_again_after(committed_db, use_case, data, sign_in):
    page = sign_in(data)
    page.raise_request_exception = False
    _token, secret = create_token(by=data, name="t", scopes=list(Scope), days=1)
    bearer = {"Authorization": f"Bearer {secret}"}
    name = str(connection.settings_dict["NAME"])

    def ask(path: str, **given):
        # A server looks at its connection before each request; the test client does not.
        connections.close_all()
        return given.pop("as_whom", page).get(path, **given)

    assert ask("/").status_code == 200
    _send_away(name)
    try:
        answer = ask("/")
        assert answer.status_code == 503
        assert answer["Content-Type"].startswith("text/html")
        answer = ask(f"/api/v1/use-cases/{use_case.slug}/series", headers=bearer)
        assert answer.status_code == 503
        assert answer["Content-Type"].startswith("application/problem+json")
        assert ask("/readyz", as_whom=Client(raise_request_exception=False)).status_code == 503
        assert ask("/healthz", as_whom=Client(raise_request_exception=False)).status_code == 200
        assert b"passerelle_database_up 0.0" in ask("/metrics", as_whom=Client(raise_request_exception=False)).content
    finally:
        _let_in(name)
        connections.close_all()
    assert ask("/").status_code == 200
    assert ask("/readyz", as_whom=Client(raise_request_exception=False)).status_code == 200


@pytest.mark.proof
def test_f4_a_server_stopped_at_once_and_started_again(tmp_path_factory, figure):
    """`pg_ctl -m immediate` under a real web server."""
    home = tmp_path_factory.mktemp("f4")
    home.chmod(0o711)
    for folder in (home.parent, home.parent.parent):
        folder.chmod(folder.stat().st_mode | 0o011)
    server = postgres.Postgres(home / "postgres", processes.free_port(), secrets.token_hex(16))
    database = _run(server, home)
    url = postgres.ensure_database(server.url("postgres"), "passerelle")
    environment = {**os.environ, "DATABASE_URL": url, "PASSERELLE_WEB_GROUP": "pages"}
    manage = [sys.executable, str(ROOT / "manage.py")]
    assert processes.run([*manage, "migrate", "--verbosity", "0"], env=environment, cwd=ROOT).returncode == 0
    port = processes.free_port()
    web = processes.spawn(
        [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--host", "127.0.0.1"),
            *("--port", str(port), "--workers", "1", "portal.wsgi:application"),
        ],
        log=home / "web.log",
        env=environment,
        cwd=ROOT,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        assert processes.wait_until(lambda: _status(f"{address}/readyz") == 200, web, within=60)
        processes.end(database, by=signal.SIGQUIT)
        began = time.monotonic()
        away = [_status(f"{address}{path}", cookies={"sessionid": "a" * 32}) for path in ("/readyz", "/", "/api/v1/me")]
        figure("slowest_answer_while_away_seconds", (time.monotonic() - began) / len(away))
        assert away[0] == 503
        assert away[1] in (302, 503)
        database = _run(server, home)
        began = time.monotonic()
        assert processes.wait_until(lambda: _status(f"{address}/readyz") == 200, web, within=60)
        figure("good_again_after_seconds", time.monotonic() - began)
    finally:
        processes.end(web)
        processes.end(database, by=postgres.STOP_SIGNAL)


def _run(server, home: Path):
    server.prepare()
    child = processes.spawn(
        server.command(), log=home / "postgres.log", identity=server.identity, farewell=postgres.STOP_SIGNAL
    )
    assert processes.wait_until(server.answers, child, within=30), (home / "postgres.log").read_text()
    return child


def _status(url: str, **given) -> int:
    try:
        return requests.get(url, timeout=10, allow_redirects=False, **given).status_code
    except requests.ConnectionError:
        Event().wait(0.05)
        return 0
