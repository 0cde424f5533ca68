"""Bad input, by its number, B1 to B15: what goes through every door. Four have places of their own.

B1 is `tests/test_contract.py`, B6 `tests/portal/outgoing/`, B8 `tests/test_doors.py`, B12 in `tests/portal/signin/`.
"""

import csv
import gzip
import io
import json
import logging
import sys
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import got_request_exception
from django.db import Error, models, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal import plain
from portal.accounts.doors import doors
from portal.logs import formatter
from portal.talk import markdown
from portal.ui.sheets import RUNS, as_written, harmless
from tests.world import World, world
from usecases.catalog.models import UseCase
from usecases.kpis.models import Measurement

__all__ = ["world"]  # the fixture

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("doors")]

HERE = "/use-cases/spring"
UPLOAD = f"{HERE}/kpis/1/measurements/upload/"
READING = [door for door in doors() if "GET" in door.methods]
PAGES = [door for door in READING if not door.is_api and door.on not in ("demo", "nothing")]
LISTS = [door for door in READING if door.is_api and door.on != "nothing"]


def _browser(world: World, name: str = "business") -> Any:
    world.client.cookies.clear()
    world.client.cookies["sessionid"] = world.sessions[name]
    return world.client


# --- B2 ------------------------------------------------------------------------------------------------------------
# What people and machines write into a name: refused, or kept and shown as it is; never a crash.
NAMES = [
    "a\0b",
    "\ufeffBOM",
    "\u202eevil\u202c",
    "zero\u200bwidth",
    "\uffff",
    "\x1b[31m red",
    "x" * 5000,
    "'; DROP TABLE portal_user; --",
    "%s%n%(x)s{0}",
    "\r\nSet-Cookie: a=b",
    "🏴\u200d☠\ufe0f",
    "e" + "\u0301" * 60,
    " ",
]


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_b02_a_name_is_kept_or_refused_with_a_sentence(world: World, name):
    with transaction.atomic():
        browser = _browser(world)
        answer = browser.post(f"{HERE}/edit/", {"name": name, "currency": "EUR"})
        assert answer.status_code in (302, 400)
        if answer.status_code == 302:
            assert browser.get(f"{HERE}/").status_code == 200
        headers = {"Authorization": f"Bearer {world.secrets['business']}", "If-Match": "*"}
        body = json.dumps({"name": name})
        told = browser.patch("/api/v1/use-cases/spring", body, content_type="application/json", headers=headers)
        assert told.status_code in (200, 400)
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    "value", ["NaN", "Infinity", "-Infinity", "1e309", "-1e400", "9" * 400, "1e-400x", "١٢", "0x10", "1_000", "", "--1"]
)
def test_b02_a_number_that_is_none_is_refused_in_a_form_and_in_a_file(world: World, value):
    browser = _browser(world, "data")
    row = {"period_start": "2026-03-16", "value": value}
    typed = browser.post(f"{HERE}/kpis/1/measurements/new/", row)
    assert (typed.status_code, Measurement.objects.count()) == (400, 1)
    content = f"period_start,value\n2026-03-16,{value}\n".encode()
    sent = browser.post(UPLOAD, {"file": SimpleUploadedFile("a.csv", content)})
    assert (sent.status_code, Measurement.objects.count()) == (400, 1)


# --- B3 ------------------------------------------------------------------------------------------------------------
@given(st.text(max_size=30))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_b03_no_cell_runs_and_each_comes_back_as_it_was(cell):
    shown = harmless(cell)
    assert not shown.startswith(RUNS)
    # A cell that began with our own sign and a formula is the one that cannot be told apart.
    if not (cell.startswith("'") and cell[1:].startswith(RUNS)):
        assert as_written(shown) == cell
    written = io.StringIO(newline="")
    csv.writer(written).writerow([shown, "end"])
    written.seek(0)
    assert "\0" in cell or next(csv.reader(written, strict=True)) == [shown, "end"]


# --- B4 ------------------------------------------------------------------------------------------------------------
def _zipped(name: str, content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return made.getvalue()


ZEROS = bytes(8 * 1024 * 1024)
FILES = {
    "bomb.csv.gz": gzip.compress(ZEROS),
    "bomb.zip": _zipped("a.csv", ZEROS),
    "slip.zip": _zipped("../../../etc/cron.d/x", b"* * * * *"),
    "nested.zip": _zipped("a.zip", _zipped("b.zip", ZEROS)),
    "book.xlsx": _zipped("xl/workbook.xml", ZEROS),
    "picture.png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x7f\xff\xff\xff\x7f\xff\xff\xff\x08\x06\x00\x00\x00",
    "picture.svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "utf16.csv": "period_start,value\n2026-03-16,1\n".encode("utf-16"),
    "nothing.csv": b"",
}


@pytest.mark.parametrize("name", FILES)
def test_b04_a_file_that_is_no_list_is_refused_and_never_unpacked(world: World, name):
    answer = _browser(world, "data").post(UPLOAD, {"file": SimpleUploadedFile(name, FILES[name])})
    assert (answer.status_code, Measurement.objects.count()) == (400, 1)
    headers = {"Authorization": f"Bearer {world.secrets['data']}", "Idempotency-Key": name}
    for kind in ("text/csv", "application/json", "application/vnd.apache.arrow.stream"):
        told = world.client.post(
            "/api/v1/use-cases/spring/points",
            FILES[name],
            content_type=kind,
            headers={**headers, "Content-Encoding": "gzip"},
        )
        assert told.status_code in (400, 413, 415), kind


# --- B5 ------------------------------------------------------------------------------------------------------------
CANARY = '"><img src=x onerror=alert(1)>'
# What says where something is, who somebody is, or which of ours it is: nobody types it.
OURS = (
    "slug",
    "use_case",
    "mlflow_id",
    "type",
    "code",
    "status",
    "stage",
    "digest",
    "kind",
    "key",
    "uid",
    "password",
    "username",
    "path",
    "query",
)


def _typed(model: type[models.Model]) -> list[str]:
    return [
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField)
        and not field.choices
        and not field.primary_key
        and not any(word in field.name for word in OURS)
    ]


@pytest.fixture
def raised() -> Iterator[list[BaseException | None]]:
    """What a request raised, the last at the end."""
    found: list[BaseException | None] = []

    def note(**_sent: object) -> None:
        found.append(sys.exc_info()[1])

    got_request_exception.connect(note)
    yield found
    got_request_exception.disconnect(note)


def test_b05_what_is_typed_anywhere_is_text_on_every_page(world: World, raised: list[BaseException | None]):
    """The canary in every text of every row of the world, then every page, as who reads most."""
    written = 0
    with transaction.atomic():
        for thing in world.things.values():
            for name in _typed(type(thing)) if isinstance(thing, models.Model) else ():
                length = thing._meta.get_field(name).max_length or len(CANARY)
                try:
                    with transaction.atomic():
                        type(thing)._base_manager.filter(pk=thing.pk).update(**{name: CANARY[:length]})
                    written += 1
                except Error:
                    pass  # held by a constraint or sealed by a trigger: nobody types it either
        wrong = []
        for door in PAGES:
            raised.clear()
            heard = world.ask("data", door, "GET")
            if heard.status in (403, 404):
                heard = world.ask("admin", door, "GET")
            # A file or JSON is not read as a page: every answer says nosniff.
            is_page = heard.content.lstrip().startswith(b"<")
            if (is_page and b"<img src=x" in heard.content) or heard.status >= 500:
                wrong.append(f"{door.route} {heard.status} {raised[-1:]}")
        transaction.set_rollback(True)
    assert written > 60
    assert not wrong, "\n".join(wrong)


# --- B7 ------------------------------------------------------------------------------------------------------------
UP = ["../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%5c", "....//", "..%252f", "%c0%ae%c0%ae/", "..%00/", "..;/"]
BEFORE = ["/static/", "/static/css/", "/use-cases/", "/api/v1/use-cases/"]


@pytest.mark.parametrize("up", UP)
def test_b07_no_address_leads_to_a_file_of_the_machine(world: World, up):
    browser = _browser(world, "admin")
    for before in BEFORE:
        for file in ("etc/passwd", "portal/settings.py"):
            answer = browser.get(before + up * 6 + file)
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert answer.status_code in (301, 302, 400, 404)
            assert b"root:" not in content
            assert b"SECRET_KEY" not in content


# --- B9 ------------------------------------------------------------------------------------------------------------
def test_b09_fields_that_nobody_types_stay_as_they_are(world: World):
    use_case, stranger = world.things["use_case"], world.people["stranger"]
    elsewhere = stranger.memberships.get().team
    more = {
        "team": elsewhere.pk,
        "stage": "production",
        "health": "healthy",
        "slug": "taken",
        "created_by": stranger.pk,
    }
    more |= {"funding": "funded", "is_demo": "on", "occurred_at": "2020-01-01", "uid": str(elsewhere.uid)}
    before = UseCase.objects.filter(pk=use_case.pk).values(*(name for name in more)).get()
    with transaction.atomic():
        browser = _browser(world)
        assert browser.post(f"{HERE}/edit/", {"name": "Letters", "currency": "EUR", **more}).status_code == 302
        assert UseCase.objects.filter(pk=use_case.pk).values(*(name for name in more)).get() == before
        headers = {"Authorization": f"Bearer {world.secrets['business']}", "If-Match": "*"}
        for name, value in more.items():
            body = json.dumps({"name": "Cards", name: value})
            told = browser.patch("/api/v1/use-cases/spring", body, content_type="application/json", headers=headers)
            assert (told.status_code, name in told.content.decode()) == (400, True)
        assert UseCase.objects.get(pk=use_case.pk).name == "Letters"
        transaction.set_rollback(True)


# --- B10 -----------------------------------------------------------------------------------------------------------
LOOKUPS = [
    "owner__password__startswith=p",
    "team__members__username=a",
    "pk__in=1",
    "id=1",
    "created_by__email__regex=.*",
]


def test_b10_no_address_takes_a_lookup_or_an_order_that_nobody_declared(world: World):
    wrong = []
    for door in LISTS:
        if world.ask("admin", door, "GET").status != 200:
            continue
        address = world.address(door.route)
        for query, named in (("&".join(LOOKUPS), len(LOOKUPS)), ("ordering=team__name", 1)):
            heard = world.ask("admin", door, "GET", f"{address}?{query}")
            if heard.status != 400 or len(json.loads(heard.content)["errors"]) != named:
                wrong.append((door.route, query, heard.status))
    assert wrong == []


def test_b10_a_page_is_not_sorted_or_filtered_by_what_it_does_not_show(world: World):
    browser = _browser(world, "admin")
    for page in ("/portfolio/", "/accounts/people/", "/jobs/", "/incidents/"):
        usual = browser.get(page)
        if usual.status_code != 200 or "table" not in (usual.context or {}):
            continue
        asked = browser.get(
            page, {"sort": "password", "owner__password__startswith": "p", "team__name__regex": "(a+)+$"}
        )
        assert [row.pk for row in asked.context["table"].items] == [row.pk for row in usual.context["table"].items]


# --- B11, B13: the rest is in tests/portal/signin/test_sessions.py and tests/portal/test_security_input.py ---------
@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost:80@evil.example", "[::1", ""])
def test_b11_another_host_is_neither_answered_nor_written_anywhere(world: World, host):
    answer = world.client.get("/accounts/sign-in/", headers={"Host": host})
    assert (answer.status_code, b"evil" in answer.content) == (400, False)
    kept = world.client.get(
        "/accounts/sign-in/", headers={"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    )
    assert b"evil" not in kept.content


def test_b13_too_many_fields_and_too_long_an_address_are_refused(world: World):
    browser = _browser(world)
    many = browser.post(f"{HERE}/edit/", {f"f{number}": "x" for number in range(1100)})
    assert many.status_code == 400
    assert browser.get("/portfolio/", {"q": "x" * 100_000}).status_code in (200, 400, 414)
    assert browser.get("/portfolio/", {"tag": ["x"] * 900}).status_code in (200, 400)


# --- B14 -----------------------------------------------------------------------------------------------------------
# Each is what a careless pattern goes back over again and again: with one, this test does not end.
LONG = 50_000
HEAVY = [
    "@" + "a." * LONG,
    "@a" * LONG,
    "http://" + "." * LONG,
    "http://" * LONG,
    "[" * LONG,
    "*" * LONG,
    "`" * LONG + "a",
]
HEAVY += ["> " * LONG, "a" * LONG + "!", "- " * LONG, "<" * LONG, "[a](" * LONG, "\\" * LONG, "_a" * LONG, "&" * LONG]


@pytest.mark.parametrize("text", HEAVY, ids=range(len(HEAVY)))
def test_b14_no_text_makes_a_pattern_go_back_forever(text):
    assert "<script" not in markdown.render(text[:20_000], {})
    markdown.mentioned(text[:20_000])
    plain.ask(text)


# --- B15 -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "text", ['a\n{"event": "forged"}', "a\r\nforged", "\x1b[2J\x1b[31mred", "a\u2028b\u2029c\x85d"]
)
def test_b15_what_is_sent_stays_on_the_one_line_of_its_record(text):
    record = logging.makeLogRecord({"name": "portal", "levelname": "WARNING", "msg": "Refused: %s", "args": (text,)})
    line = formatter().format(record)
    assert len(line.splitlines()) == 1
    assert "\x1b" not in line
    assert json.loads(line)["event"] == f"Refused: {text}"
