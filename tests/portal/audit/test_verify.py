"""A superuser without triggers can do anything, but not unseen."""

import json
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from portal.audit import heads
from portal.audit.models import Event, Seal
from portal.audit.record import record
from portal.audit.sealing import seal
from portal.audit.verify import verify

FREE = "ALTER TABLE portal_event DISABLE TRIGGER ALL; ALTER TABLE portal_seal DISABLE TRIGGER ALL;"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "AUDIT_HEADS_FOLDERS", [tmp_path / "heads", tmp_path / "elsewhere"])
    monkeypatch.setattr(settings, "HOME", tmp_path)
    return tmp_path / "heads"


@pytest.fixture
def chain(committed_db, folder, team, admin) -> list[Event]:
    """Ten sealed events, a head after the tenth, one more event after it."""
    with transaction.atomic():
        events = [record("team.created", team, by=admin, team=team, after={"n": n}) for n in range(10)]
    seal()
    heads.export()
    with transaction.atomic():
        record("team.created", team, by=admin, team=team)
    seal()
    return events


def tamper(order: str, *arguments: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(FREE)
        cursor.execute(order, arguments)


def rehash() -> None:
    """What somebody with the database would do to hide: seal everything that is there again."""
    tamper(
        "DELETE FROM portal_seal; DELETE FROM portal_unsealed; INSERT INTO portal_unsealed SELECT id FROM portal_event"
    )
    seal()


def codes(folder) -> list[str]:
    return [finding["code"] for finding in verify(*heads.read(folder, heads.public_key())).findings]


def test_an_untouched_chain_stands(chain, folder):
    report = verify(*heads.read(folder, heads.public_key()))
    assert (report.sequence, report.heads, report.wrong) == (11, 1, 0)


def test_an_edited_event_is_named(chain, folder):
    tamper("UPDATE portal_event SET verb = 'nothing.happened' WHERE id = %s", chain[4].pk)
    report = verify(*heads.read(folder, heads.public_key()))
    assert report.findings == [{"code": "chain.edited", "params": {"sequence": 5, "event": str(chain[4].uid)}}]


@pytest.mark.parametrize("change", ['data = \'{"after": {"n": 9}}\'', "actor_id = NULL", "occurred_at = now()"])
def test_whatever_is_edited_is_seen(chain, folder, change):
    tamper(f"UPDATE portal_event SET {change} WHERE id = %s", chain[4].pk)  # noqa: S608
    assert codes(folder) == ["chain.edited"]


def test_an_event_deleted_in_the_middle_is_seen(chain, folder):
    tamper("DELETE FROM portal_event WHERE id = %s", chain[4].pk)
    assert codes(folder) == ["chain.deleted"]


def test_an_event_deleted_with_its_seal_leaves_a_gap(chain, folder):
    tamper("DELETE FROM portal_seal WHERE sequence = 5; DELETE FROM portal_event WHERE id = %s", chain[4].pk)
    assert codes(folder) == ["chain.gap"]


def test_a_deleted_tail_is_seen_by_the_head(chain, folder):
    tamper("DELETE FROM portal_seal WHERE sequence > 8; DELETE FROM portal_event WHERE id > %s", chain[7].pk)
    assert verify().wrong == 0
    assert codes(folder) == ["chain.cut"]


def test_an_event_put_in_unsealed_is_seen(chain, folder):
    tamper(
        "INSERT INTO portal_event (uid, occurred_at, recorded_at, is_demo, machine, verb, target_type, target_label,"
        " use_case, data) VALUES (gen_random_uuid(), now() - interval '1 day', now() - interval '1 day', false, 'x',"
        " 'team.created', 'portal.team', 'forged', '', '{}')"
    )
    assert codes(folder) == ["chain.unsealed"]


def test_an_event_put_in_with_a_seal_is_seen(chain, folder):
    tamper(
        "UPDATE portal_seal SET sequence = sequence + 1000 WHERE sequence > 4;"
        "UPDATE portal_seal SET sequence = sequence - 999 WHERE sequence > 1000;"
        "WITH forged AS (INSERT INTO portal_event (uid, occurred_at, recorded_at, is_demo, machine, verb, target_type,"
        " target_label, use_case, data) VALUES (gen_random_uuid(), now(), now(), false, 'x', 'team.created',"
        " 'portal.team', 'forged', '', '{}') RETURNING id)"
        "INSERT INTO portal_seal (sequence, event_id, hash) SELECT 5, id, sha256('x') FROM forged"
    )
    assert codes(folder) == ["chain.edited", "chain.moved", "chain.rewritten"]


def test_events_that_changed_places_are_seen(chain, folder):
    tamper(
        "UPDATE portal_seal SET sequence = 1000 WHERE sequence = 4; UPDATE portal_seal SET sequence = 4"
        " WHERE sequence = 7; UPDATE portal_seal SET sequence = 7 WHERE sequence = 1000"
    )
    assert set(codes(folder)) == {"chain.moved"}


def test_an_exchange_of_events_under_the_same_seals_is_seen(chain, folder):
    tamper(
        "UPDATE portal_seal SET event_id = -1 WHERE sequence = 4; UPDATE portal_seal SET event_id = %s"
        " WHERE sequence = 7; UPDATE portal_seal SET event_id = %s WHERE sequence = 4",
        chain[3].pk,
        chain[6].pk,
    )
    assert codes(folder) == ["chain.moved", "chain.moved"]


def test_a_past_written_anew_is_seen_by_the_head_alone(chain, folder):
    tamper("UPDATE portal_event SET verb = 'nothing.happened' WHERE id = %s", chain[4].pk)
    rehash()
    assert verify().wrong == 0
    assert codes(folder) == ["chain.rewritten"]


def test_a_head_that_was_altered_or_is_of_another_key_is_said(chain, folder):
    file = next(folder.glob("*.jsonl"))
    head = json.loads(file.read_text())
    file.write_text("\n".join(["{", json.dumps(head | {"sequence": 3}), json.dumps(head | {"key": "00" * 32})]))
    assert codes(folder) == ["head.unreadable", "head.forged", "head.stranger"]


def test_each_folder_gets_the_head_and_only_its_owner_reads_the_key(chain, folder, tmp_path):
    one, other = (next((tmp_path / name).glob("*.jsonl")).read_text() for name in ("heads", "elsewhere"))
    assert one == other
    head = json.loads(one)
    assert (head["sequence"], head["count"], head["hash"]) == (10, 10, Seal.objects.get(sequence=10).hexadecimal)
    assert (tmp_path / "secret" / "audit.key").stat().st_mode & 0o077 == 0


def test_the_command_says_which_event_and_ends_with_an_error(chain, folder):
    out = StringIO()
    call_command("verify_audit", heads=folder, stdout=out)
    assert "11 seals read" in out.getvalue()
    tamper("UPDATE portal_event SET verb = 'nothing.happened' WHERE id = %s", chain[4].pk)
    with pytest.raises(CommandError, match="not what was sealed"):
        call_command("verify_audit", heads=folder, stdout=out)
    assert str(chain[4].uid) in out.getvalue()


def test_the_command_refuses_a_folder_that_is_not_there(chain, folder):
    with pytest.raises(CommandError, match="no folder"):
        call_command("verify_audit", heads=folder / "nowhere")
