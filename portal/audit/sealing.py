"""Chaining events: outside the transactions that write them, in the order in which they are seen, each exactly once.

An event waits in `Unsealed` from the moment its own transaction commits. One that commits late, with a lower id than
what was sealed meanwhile, simply waits there for the next round. An advisory lock lets one sealer work at a time.
"""

import hashlib

from django.db import connection, transaction

from portal.audit.models import Seal

GENESIS = bytes(32)
BATCH = 5_000
LOCK = 0x7EA1  # the sealer's number among advisory locks

# What is hashed, as PostgreSQL writes jsonb: keys sorted by length then by bytes, exact decimals, one space after
# colon and comma. People are their uid; no name is in it. What came later is there only where it says
# something, so that older seals hold.
CANONICAL = """(jsonb_build_object(
    'number', e.id, 'uid', e.uid, 'demo', e.is_demo, 'machine', e.machine, 'verb', e.verb,
    'occurred_at', to_char(e.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'recorded_at', to_char(e.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'actor', actor.uid, 'person', person.uid, 'target_type', e.target_type, 'target_uid', e.target_uid,
    'target', e.target_label, 'team', team.uid, 'use_case', e.use_case, 'data', e.data
) || CASE WHEN e.on_behalf_of_id IS NULL THEN '{}'::jsonb
    ELSE jsonb_build_object('on_behalf_of', principal.uid) END)::text"""
NAMED = """
    LEFT JOIN portal_user actor ON actor.id = e.actor_id
    LEFT JOIN portal_user principal ON principal.id = e.on_behalf_of_id
    LEFT JOIN portal_user person ON person.id = e.person_id
    LEFT JOIN portal_team team ON team.id = e.team_id"""
_WAITING = " ".join(
    (
        f"SELECT e.id, {CANONICAL}",
        f"FROM portal_unsealed w JOIN portal_event e ON e.id = w.event_id {NAMED}",
        "ORDER BY e.id LIMIT %s",
    )
)
_APPEND = (
    "INSERT INTO portal_seal (sequence, event_id, hash) SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[])"
)


def link(previous: bytes, canonical: str) -> bytes:
    """The hash (32 bytes) of an event that follows `previous`."""
    return hashlib.sha256(previous + canonical.encode()).digest()


def seal() -> int:
    """Seal all that waits and returns how many; 0 when another sealer is at work (it, or the next round, does it)."""
    total = 0
    while number := _seal_some():
        total += number
        if number < BATCH:
            break
    return total


@transaction.atomic
def _seal_some() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        # A statement of its own: it sees what the holder of the lock before us has committed.
        last = Seal.objects.order_by("-sequence").first()
        sequence, previous = (last.sequence, bytes(last.hash)) if last else (0, GENESIS)
        cursor.execute(_WAITING, [BATCH])
        waiting = cursor.fetchall()
        hashes = []
        for _event, canonical in waiting:
            previous = link(previous, canonical)
            hashes.append(previous)
        events = [event for event, _canonical in waiting]
        numbers = list(range(sequence + 1, sequence + 1 + len(events)))
        cursor.execute(_APPEND, [numbers, events, hashes])
        cursor.execute("DELETE FROM portal_unsealed WHERE event_id = ANY(%s)", [events])
    return len(events)
