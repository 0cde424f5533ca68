"""Reading the chain from end to end: what was edited, taken out, put in, moved, cut off, rewritten or never sealed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple

from django.db import connection

from portal.audit.heads import Exported, Wrong
from portal.audit.sealing import CANONICAL, GENESIS, NAMED, link

SEALED_WITHIN = timedelta(minutes=5)
CHUNK = 20_000
KEPT = 200  # findings told one by one; all are counted

# Row by row from the primary keys: a chunk costs the same wherever it is in the chain.
_CHUNK = " ".join(
    (
        f"SELECT s.sequence, s.hash, s.sealed_at - e.recorded_at > make_interval(secs => %s), e.uid, {CANONICAL}",
        f"FROM portal_seal s LEFT JOIN portal_event e ON e.id = s.event_id {NAMED}",
        "WHERE s.sequence > %s ORDER BY s.sequence LIMIT %s",
    )
)
_UNSEALED = """
    SELECT count(*) OVER (), e.uid, e.verb FROM portal_event e
    WHERE NOT EXISTS (SELECT FROM portal_seal s WHERE s.event_id = e.id)
    AND e.recorded_at < now() - make_interval(secs => %s)
    ORDER BY e.id LIMIT 1"""


@dataclass(slots=True)
class Report:
    """What was found. `findings`: code and params worded by portal.journal.words; `late` is a remark, not a fault."""

    sequence: int = 0
    checked: int = 0
    heads: int = 0
    late: int = 0
    wrong: int = 0
    findings: list[dict[str, Any]] = field(default_factory=list)

    def add(self, code: str, **params: Any) -> None:
        """Count something wrong, and keep it while there are few."""
        self.wrong += 1
        if len(self.findings) < KEPT:
            self.findings.append({"code": code, "params": params})


class _Link(NamedTuple):
    """A seal that does not follow from the one before it."""

    sequence: int
    event: str
    hash: bytes
    previous: bytes
    canonical: str


Told = Callable[[int], None]


def verify(
    heads: Sequence[Exported] = (),
    strange: Sequence[Wrong] = (),
    *,
    within: timedelta = SEALED_WITHIN,
    told: Told = lambda rows: None,
) -> Report:
    """Recompute every seal, and compare the chain with heads that were exported from it.

    Memory does not grow with the chain. `strange`: lines of the heads' files that are no head of ours. `within`: how
    long an event may wait for its seal. `told(rows)` is called after each 20,000 rows, outside any transaction.
    """
    report = Report(heads=len(heads))
    for line in strange:
        report.add(line.code, file=line.file, line=line.line)
    at_heads = _walk(report, {head.sequence for head in heads}, within, told)
    for head in heads:
        if head.sequence > report.sequence:
            report.add("chain.cut", sequence=head.sequence, last=report.sequence, at=head.at, file=head.file)
        elif at_heads.get(head.sequence) != head.hash:
            report.add("chain.rewritten", sequence=head.sequence, at=head.at, file=head.file, line=head.line)
    with connection.cursor() as cursor:
        cursor.execute(_UNSEALED, [within.total_seconds()])
        if row := cursor.fetchone():
            report.add("chain.unsealed", number=row[0], event=str(row[1]), verb=row[2])
    return report


def _walk(report: Report, wanted: set[int], within: timedelta, told: Told) -> dict[int, bytes]:
    """Follow the chain into the report; returns the hashes at the sequences that heads name."""
    at_heads: dict[int, bytes] = {}
    broken: list[_Link] = []
    known: bytes | None = GENESIS
    while rows := _read(report.sequence, within):
        for sequence, stored, late, event, canonical in rows:
            hash_, report.late = bytes(stored), report.late + bool(late)
            if sequence != report.sequence + 1:
                report.add("chain.gap", first=report.sequence + 1, last=sequence - 1)
                known = None
            if canonical is None or event is None:
                report.add("chain.deleted", sequence=sequence)
            elif known is not None and link(known, canonical) != hash_:
                broken.append(_Link(sequence, str(event), hash_, known, canonical))
            if sequence in wanted:
                at_heads[sequence] = hash_
            # What is stored is followed, so that one edited event is one finding.
            known, report.sequence = hash_, sequence
        report.checked += len(rows)
        told(report.checked)
        if len(broken) > KEPT:
            report.wrong += len(broken) - KEPT
            del broken[KEPT:]
    _explain(report, broken)
    return at_heads


def _read(after: int, within: timedelta) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_CHUNK, [within.total_seconds(), after, CHUNK])
        return list(cursor.fetchall())


def _explain(report: Report, broken: Sequence[_Link]) -> None:
    """Tell an event that was altered from one that is whole but stands elsewhere than where it was sealed."""
    predecessors = {hash_ for one in broken for hash_ in (one.previous, one.hash)}
    places = {(one.previous, one.hash) for one in broken}
    for one in broken:
        elsewhere = any(link(before, one.canonical) == one.hash for before in predecessors)
        exchanged = any(link(before, one.canonical) == hash_ for before, hash_ in places)
        report.add("chain.moved" if elsewhere or exchanged else "chain.edited", sequence=one.sequence, event=one.event)
