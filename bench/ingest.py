"""P1: points through HTTP against the bare upsert of the same points. `python -m bench.ingest [--points N]`."""

import argparse
import io
import json
import os
import statistics
import time
from datetime import timedelta

import numpy as np
import requests

from bench import parts

PEER_TABLE = """
CREATE TABLE peer_point (
    series_id bigint NOT NULL, ts timestamptz NOT NULL, value double precision NOT NULL, PRIMARY KEY (series_id, ts)
)"""
PEER_TEMPORARY = "CREATE TEMPORARY TABLE incoming (series_id bigint, ts timestamptz, value float8) ON COMMIT DROP"
PEER_COPY = "COPY incoming FROM STDIN WITH (FORMAT binary)"
PEER_UPSERT = """
INSERT INTO peer_point AS known SELECT series_id, ts, value FROM incoming
ON CONFLICT (series_id, ts) DO UPDATE SET value = EXCLUDED.value WHERE known.value IS DISTINCT FROM EXCLUDED.value"""

SERIES = 10_000
BATCH = 100_000
_ROW = [
    ("fields", ">i2"),
    *(("n1", ">i4"), ("series", ">i8"), ("n2", ">i4"), ("ts", ">i8"), ("n3", ">i4"), ("value", ">f8")),
]


def batches(points: int, random: np.random.Generator, start_ms: int):
    """Columns (index, ts in ms, value) of each batch: every series moves on by a few minutes, in no order."""
    series = min(SERIES, points)
    per_batch = min(BATCH, points)
    for first in range(0, points, per_batch):
        place = np.arange(first, first + per_batch)
        index, minute = place % series, place // series
        order = random.permutation(per_batch)
        yield index[order], start_ms + minute[order] * 60_000, random.normal(size=per_batch)


def bare(connection, columns) -> float:
    """Seconds of the peer for one batch."""
    index, ts, value = columns
    began = time.perf_counter()
    order = np.lexsort((ts, index))
    rows = np.empty(len(order), dtype=_ROW)
    rows["fields"], rows["n1"], rows["n2"], rows["n3"] = 3, 8, 8, 8
    rows["series"], rows["ts"], rows["value"] = index[order], ts[order] * 1000 - 946_684_800_000_000, value[order]
    buffer = b"PGCOPY\n\xff\r\n\0" + bytes(8) + rows.tobytes() + b"\xff\xff"
    with connection, connection.cursor() as cursor:
        cursor.execute(PEER_TEMPORARY)
        cursor.copy_expert(PEER_COPY, io.BytesIO(buffer), size=1 << 20)
        cursor.execute(PEER_UPSERT)
    return time.perf_counter() - began


def sent(session: requests.Session, url: str, body: bytes, key: str) -> float:
    """Seconds of one request, from the first byte sent to the answer."""
    began = time.perf_counter()
    answer = session.post(url, data=body, headers={"Content-Type": "application/json", "Idempotency-Key": key})
    seconds = time.perf_counter() - began
    if answer.status_code != 200:
        raise RuntimeError(f"{answer.status_code}: {answer.text[:2000]}")
    return seconds


def body_of(columns, names: list[dict[str, str]]) -> bytes:
    """Columnar JSON of one batch."""
    index, ts, value = columns
    told = {"series": names, "index": index.tolist(), "ts": ts.tolist(), "value": value.tolist()}
    return json.dumps(told, separators=(",", ":")).encode()


def seed() -> tuple[str, str]:
    """A use case, a data scientist of its team and a token; returns the slug and the secret."""
    from django.utils import timezone

    from portal.people import keys
    from portal.people.models import AccessToken, Membership, Role, Scope, Team, User
    from usecases.catalog.models import UseCase

    team = Team.objects.create(name="Bench", slug="bench")
    person = User.objects.create_user("bench")
    Membership.objects.create(team=team, user=person, role=Role.DATA)
    UseCase.objects.create(name="Bench", slug="bench", team=team, created_by=person, stage_since=timezone.now())
    secret = keys.new_token()
    AccessToken.objects.create(
        owner=person,
        name="bench",
        prefix=secret[:12],
        digest=keys.digest(secret),
        scopes=[Scope.POINTS],
        expires_at=timezone.now() + timedelta(days=1),
    )
    return "bench", secret


def main() -> None:
    """Run fresh (b) then rewritten (c), ours and the bare upsert in turn, and print the ratios."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--points", type=int, default=1_000_000)
    points = arguments.parse_args().points
    with parts.started() as home:
        import django

        django.setup()
        import psycopg2
        from django.db import connection

        slug, secret = seed()
        peer = psycopg2.connect(os.environ["DATABASE_URL"])
        with peer, peer.cursor() as cursor:
            cursor.execute(PEER_TABLE)
        print("The bare upsert:", PEER_TEMPORARY, PEER_COPY, PEER_UPSERT, sep="\n")
        with parts.served(home, "ingestion") as address, requests.Session() as session:
            session.headers["Authorization"] = f"Bearer {secret}"
            url = f"{address}/api/v1/use-cases/{slug}/points"
            names = [{"name": f"series {n}", "kind": "model"} for n in range(min(SERIES, points))]
            start_ms = int(time.time() // 86_400 * 86_400_000) - 3 * 86_400_000
            # One small batch first: imports and connections are not what is measured.
            sent(
                session,
                url,
                body_of((np.array([0]), np.array([start_ms - 60_000]), np.array([0.0])), names[:1]),
                "warm",
            )
            result: dict[str, object] = {}
            for letter, seed_number in (("b", 1), ("c", 2)):
                ours, theirs = [], []
                for number, columns in enumerate(batches(points, np.random.default_rng(seed_number), start_ms)):
                    body = body_of(columns, names)
                    ours.append(sent(session, url, body, f"{letter}-{number}"))
                    theirs.append(bare(peer, columns))
                size = points / len(ours)
                a, b = statistics.median(ours), statistics.median(theirs)
                result |= {
                    letter: round(b / a, 3),
                    f"{letter}_points_per_s": round(size / a),
                    f"{letter}_bare_points_per_s": round(size / b),
                }
                print(letter, "ours", [round(s, 3) for s in ours], "bare", [round(s, 3) for s in theirs])
            with connection.cursor() as cursor:
                cursor.execute("SELECT (SELECT count(*) FROM monitoring_point), (SELECT count(*) FROM peer_point)")
                stored, expected = cursor.fetchone()
                cursor.execute(
                    "SELECT count(*) FROM peer_point p JOIN monitoring_series s ON s.name = 'series ' || p.series_id"
                    " JOIN monitoring_point m ON (m.series_id, m.ts, m.value) = (s.id, p.ts, p.value)"
                )
                same = cursor.fetchone()[0]
            connection.close()
            if not (stored - 1 == expected == same == points):
                raise RuntimeError(f"{stored} points stored, {same} of {points} right")
        peer.close()
    result["points_per_s"] = result["b_points_per_s"]
    print(json.dumps(result))


if __name__ == "__main__":
    main()
