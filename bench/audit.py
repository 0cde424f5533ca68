"""The journal's chain: events sealed and verified a second. `python -m bench.audit [--events N]`."""

import argparse
import json
import time

from bench import parts

FILL = """
INSERT INTO portal_event (uid, occurred_at, recorded_at, is_demo, actor_id, machine, verb, target_type, target_uid,
    target_label, team_id, use_case, data)
SELECT gen_random_uuid(), now(), now(), false, %s, '', 'usecase.edited', 'usecases.usecase', gen_random_uuid(),
    'Spring e-mail campaign', %s, 'spring', jsonb_build_object('before', jsonb_build_object('name', 'before ' || n),
    'after', jsonb_build_object('name', 'after ' || n), 'params', jsonb_build_object('fields', 'name'))
FROM generate_series(1, %s) n"""


def main() -> None:
    """Fill, seal, verify; prints the figures as JSON. Raises RuntimeError when the chain does not stand."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--events", type=int, default=50_000)
    events = arguments.parse_args().events
    with parts.started():
        import django

        django.setup()
        from django.db import connection

        from portal.audit import sealing
        from portal.audit.verify import verify
        from portal.people.models import Team, User

        team = Team.objects.create(name="Bench", slug="bench")
        person = User.objects.create_user("bench")
        with connection.cursor() as cursor:
            cursor.execute(FILL, [person.pk, team.pk, events])
            cursor.execute("ANALYZE")
        connection.close()  # what was planned on empty tables is planned again
        began = time.perf_counter()
        sealed = sealing.seal()
        sealing_seconds = time.perf_counter() - began
        began = time.perf_counter()
        report = verify()
        seconds = time.perf_counter() - began
        connection.close()
    if report.wrong or not sealed == report.checked == events:
        raise RuntimeError(f"{sealed} sealed, {report.checked} verified of {events}, {report.wrong} wrong")
    figures = {"sealed_per_s": sealed / sealing_seconds, "verified_per_s": events / seconds}
    print(json.dumps({"events": events} | {name: round(value) for name, value in figures.items()}))


if __name__ == "__main__":
    main()
