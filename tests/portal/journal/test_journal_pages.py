"""The organisation's journal: who reads what, the exceptions, the seals."""

from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.audit import sealing
from portal.audit.models import Event, Seal, Verification
from portal.audit.record import record
from portal.jobs.models import Job


@pytest.fixture
def event(use_case, data, team) -> Event:
    return record(
        "usecase.edited",
        use_case,
        by=data,
        team=team,
        use_case="spring",
        before={"name": "Old"},
        after={"name": "New"},
        fields="name",
    )


def found(browser, query: str = "", address: str = "/journal/") -> list[int]:
    return [event.pk for event in browser.get(f"{address}?{query}").context["page"].events]


def test_an_auditor_reads_all_a_member_the_team_a_stranger_nothing(event, auditor, viewer, stranger, admin, sign_in):
    other = record("site.created", admin, by=admin)
    assert found(sign_in(auditor)) == [other.pk, event.pk]
    assert found(sign_in(viewer)) == [event.pk]
    assert found(sign_in(stranger)) == []
    assert sign_in(stranger).get(f"/journal/{event.uid}/").status_code == 404


def test_it_is_filtered_by_what_the_address_says(event, auditor, data, team, sign_in):
    browser = sign_in(auditor)
    some = ["family=usecase", "use_case=spring", "person=data", f"team={team.slug}", f"target={event.target_uid}"]
    none = ["family=kpi", "use_case=other", "person=machine", "team=nowhere", "origin=demo"]
    assert [found(browser, query) for query in some] == [[event.pk]] * len(some)
    assert [found(browser, query) for query in none] == [[]] * len(none)


def test_an_event_shows_what_it_changed_and_its_seal(event, viewer, sign_in):
    browser = sign_in(viewer)
    assert "Not sealed yet" in browser.get(f"/journal/{event.uid}/").text
    sealing.seal()
    page = browser.get(f"/journal/{event.uid}/")
    assert page.context["changes"] == [("name", "Old", "New")]
    assert Seal.objects.get(event=event).hexadecimal in page.text
    assert "Sealed, not verified yet" in page.text
    Verification.objects.create(sequence=1, heads=1, wrong=0)
    assert "Verified" in browser.get(f"/journal/{event.uid}/").text


def test_the_exceptions_leave_out_what_is_usual(event, team, admin, data, auditor, sign_in):
    change = {"team": team, "use_case": "spring", "version": 1}
    record("gate.passed.poc", team, by=data, unmet=[], **change)
    unmet = record("gate.passed.poc", team, by=data, unmet=["kpi.baseline"], warned=["kpi.baseline"], **change)
    record("role.granted.auditor", data, by=admin)
    granted = record("role.granted.auditor", admin, by=admin)
    browser = sign_in(auditor)
    assert found(browser, address="/journal/exceptions/") == [granted.pk, unmet.pk]
    assert found(browser, "kind=gate.unmet", "/journal/exceptions/") == [unmet.pk]
    lines = b"".join(browser.get("/journal/exceptions/?as=csv&kind=gate.unmet")).decode().splitlines()
    assert len(lines) == 8


@pytest.mark.parametrize("address", ["/journal/exceptions/", "/journal/seals/"])
def test_a_member_of_a_team_may_not_inspect(address, data, sign_in):
    assert sign_in(data).get(address).status_code == 403


def test_the_seals_are_grey_until_somebody_asks_and_a_job_verifies(auditor, sign_in):
    browser = sign_in(auditor)
    assert "Never verified" in browser.get("/journal/seals/").text
    assert browser.post("/journal/seals/verify/").status_code == 302
    assert Job.objects.filter(kind="audit.verify").count() == 1


def test_steering_may_look_but_not_ask(steering, sign_in):
    assert sign_in(steering).get("/journal/seals/").status_code == 200
    assert sign_in(steering).post("/journal/seals/verify/").status_code == 403


def test_the_queries_do_not_depend_on_the_length(event, auditor, data, team, sign_in):
    browser = sign_in(auditor)
    with CaptureQueriesContext(connection) as few:
        browser.get("/journal/")
    for _ in range(60):
        record("usecase.edited", team, by=data, team=team, use_case="spring")
    with CaptureQueriesContext(connection) as many:
        assert len(browser.get("/journal/").context["page"].events) == 50
    assert len(many) == len(few) <= 8


def test_the_journal_is_a_workbook_as_it_was_known(auditor, team, admin, use_case, sign_in):
    record("usecase.edited", use_case, by=admin, team=team, use_case="spring", fields="=1+1")
    browser = sign_in(auditor)
    today = timezone.localdate()

    def rows(address: str) -> list[tuple[object, ...]]:
        answer = browser.get(address)
        return list(openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content))).active.values)

    (*_about, headings, event) = rows(f"/journal/?as=xlsx&verb=usecase.edited&as_of={today}")
    assert headings[:4] == ("When (UTC)", "Recorded (UTC)", "Who", "Verb")
    assert (event[2], event[3], event[7]) == (str(admin), "usecase.edited", "spring")
    known = {row[0]: row[1] for row in rows(f"/journal/?as=xlsx&as_of={today}")}["Known on"]
    assert str(known).startswith(today.isoformat())
    before = rows(f"/journal/?as=xlsx&verb=usecase.edited&as_of={today - timedelta(days=1)}")
    assert before[-1][:2] == ("When (UTC)", "Recorded (UTC)")
