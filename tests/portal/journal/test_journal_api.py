"""The API of the journal: what one may read of it, filtered as on its page."""

import pytest

from portal.audit import sealing
from portal.audit.record import record
from portal.jobs.models import Job


@pytest.fixture
def event(use_case, team, business):
    return record(
        "usecase.edited",
        use_case,
        by=business,
        team=team,
        use_case="spring",
        before={"name": "Winter"},
        after={"name": "Spring"},
        fields="name",
    )


def test_the_journal_is_filtered_as_on_its_page(event, auditor, stranger, call):
    one = call(auditor, "get", "journal?verb=usecase.edited&use_case=spring&person=business").json()["results"]
    assert [(each["uid"], each["actor"], each["use_case"]) for each in one] == [(str(event.uid), "business", "spring")]
    assert call(auditor, "get", "journal?verb=usecase.edited&until=2001-01-01").json()["results"] == []
    assert call(auditor, "get", "journal?until=01/01/2001").status_code == 400
    assert call(stranger, "get", "journal?use_case=spring").json()["results"] == []


def test_an_event_says_what_it_changed_and_its_seal(event, data, decision_user, stranger, call):
    told = call(data, "get", f"journal/{event.uid}").json()
    assert (told["before"], told["after"], told["seal"]) == ({"name": "Winter"}, {"name": "Spring"}, None)
    sealing.seal()
    assert len(call(data, "get", f"journal/{event.uid}").json()["seal"]["hash"]) == 64
    assert call(decision_user, "get", f"journal/{event.uid}").status_code == 404
    assert call(stranger, "get", f"journal/{event.uid}").status_code == 404


def test_exceptions_are_for_who_inspects(admin, auditor, data, call):
    record("second_factor.reset", data, by=admin)
    told = call(auditor, "get", "journal/exceptions?kind=second_factor.reset").json()["results"]
    assert [(one["kind"], one["person"]) for one in told] == [("second_factor.reset", "data")]
    assert call(auditor, "get", "journal/exceptions?kind=break_glass").json()["results"] == []
    assert call(auditor, "get", "journal/exceptions?kind=no.such").json()["results"] == []
    assert call(data, "get", "journal/exceptions").status_code == 403


def test_seals_are_told_and_a_verification_asked_for(event, admin, auditor, steering, data, call):
    assert call(auditor, "get", "journal/seals").json() == {"last": None, "head": None, "verification": None}
    sealing.seal()
    assert call(auditor, "get", "journal/seals").json()["last"]["sequence"] >= 1
    assert call(auditor, "get", "journal/heads").json()["results"] == []
    assert call(data, "get", "journal/heads").status_code == 403
    assert call(steering, "post", "journal/verify").status_code == 403
    assert call(auditor, "post", "journal/verify").status_code == 403  # a token of theirs only reads
    assert call(admin, "post", "journal/verify").json() == {"asked": True}
    assert Job.objects.filter(kind="audit.verify").count() == 1


def test_the_journal_costs_the_same_however_long(event, use_case, team, data, auditor, call, count_queries):
    call(auditor, "get", "journal")
    few = count_queries(lambda: call(auditor, "get", "journal"))
    for _time in range(20):
        record("usecase.edited", use_case, by=data, team=team, use_case="spring", fields="name")
    assert count_queries(lambda: call(auditor, "get", "journal")) == few
