"""The journal cannot be altered, not even from Python, not even by the table's owner."""

import pytest
from django.db import InternalError, connection, transaction
from django.db.utils import ProgrammingError

from portal.audit.models import Event
from portal.audit.record import record


@pytest.fixture
def event(team, admin) -> Event:
    return record("team.created", team, by=admin, team=team)


def test_an_event_cannot_be_updated(event):
    with pytest.raises(InternalError, match="Cannot update or delete"), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(verb="nothing.happened")
    assert Event.objects.get(pk=event.pk).verb == "team.created"


def test_an_event_cannot_be_deleted(event):
    with pytest.raises(InternalError, match="Cannot update or delete"), transaction.atomic():
        Event.objects.filter(pk=event.pk).delete()
    assert Event.objects.filter(pk=event.pk).exists()


def test_the_journal_cannot_be_truncated(event):
    connection.check_constraints()
    with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE portal_event CASCADE")
    assert Event.objects.filter(pk=event.pk).exists()


def test_recording_outside_a_transaction_is_refused(committed_db, team, admin):
    with pytest.raises(RuntimeError, match="transaction of the change"):
        record("team.created", team, by=admin)
    assert not Event.objects.exists()


def test_an_event_tells_who_did_what_to_what(team, admin):
    event = record("team.created", team, by=admin, team=team, after={"name": team.name})
    assert (event.who, event.machine) == (str(admin), "")
    assert (event.target_type, event.target_uid, event.target_label) == ("portal.team", team.uid, team.name)
    assert event.data == {"after": {"name": team.name}}


def test_a_machine_is_named_by_its_part(team):
    assert record("team.created", team, by=None, machine="runs.sync").who == "The machine"


def test_a_change_undone_takes_its_event_with_it(committed_db, team, admin):
    with transaction.atomic():
        record("team.created", team, by=admin)
        transaction.set_rollback(True)
    assert not Event.objects.exists()
