"""Every event is sealed once, whatever order transactions end in."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import InternalError, connection, transaction
from django.db.utils import ProgrammingError

from portal.audit.models import Event, Seal, Unsealed
from portal.audit.record import record
from portal.audit.sealing import seal
from portal.audit.verify import verify


def _tell(team, admin, number: int) -> None:
    for count in range(number):
        with transaction.atomic():
            record("team.created", team, by=admin, team=team, after={"count": count})


def _in_a_thread(function, *arguments):
    try:
        return function(*arguments)
    finally:
        connection.close()


def test_what_waits_is_chained_in_order_and_only_once(team, admin):
    _tell(team, admin, 3)
    assert (seal(), seal()) == (3, 0)
    assert list(Seal.objects.order_by("sequence").values_list("event_id", flat=True)) == list(
        Event.objects.order_by("id").values_list("pk", flat=True)
    )
    assert not Unsealed.objects.exists()


def test_a_transaction_that_commits_late_is_sealed_in_the_next_round(committed_db, team, admin):
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            late = record("team.created", team, by=admin)
            pool.submit(_in_a_thread, _tell, team, admin, 2).result()
            assert pool.submit(_in_a_thread, seal).result() == 2
        assert pool.submit(_in_a_thread, seal).result() == 1
    assert late.pk < Seal.objects.get(sequence=1).event_id
    assert Seal.objects.get(event=late).sequence == 3
    assert verify().wrong == 0


def test_two_sealers_at_once_make_no_fork(committed_db, team, admin):
    with ThreadPoolExecutor(8) as pool:
        writers = [pool.submit(_in_a_thread, _tell, team, admin, 250) for _ in range(6)]
        sealers = [pool.submit(_in_a_thread, lambda: [seal() for _ in range(10)]) for _ in range(2)]
        for task in (*writers, *sealers):
            task.result()
    seal()
    report = verify()
    assert (report.checked, report.wrong) == (1500, 0)
    assert Seal.objects.values("event").distinct().count() == Event.objects.count() == 1500


@pytest.mark.parametrize("order", ["UPDATE portal_seal SET sequence = 9", "DELETE FROM portal_seal"])
def test_a_seal_cannot_be_altered(team, admin, order):
    _tell(team, admin, 1)
    seal()
    with pytest.raises(InternalError, match="Cannot update or delete"), transaction.atomic():
        connection.cursor().execute(order)


def test_seals_cannot_be_truncated(team, admin):
    _tell(team, admin, 1)
    seal()
    connection.check_constraints()
    with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
        connection.cursor().execute("TRUNCATE portal_seal")


def test_the_name_of_a_person_may_change_under_the_seals(team, admin, data):
    record("person.created", data, by=admin)
    seal()
    type(data).objects.filter(pk=data.pk).update(first_name="Somebody", last_name="Else")
    assert verify().wrong == 0
    assert Event.objects.get().sentence == "Somebody Else was added."
