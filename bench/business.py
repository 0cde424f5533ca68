"""The business side of the data set, labelled generated: what a portfolio of that size has gathered after a year.

A use case has four problems or debts, a year of costs and of a business case, two closed iterations, two closed
reviews, five comments, three followers and the history of its stages; the busy one has more of each. Set-based SQL:
every statement writes all rows of its kind. `%(busy)s` is the key of the busy use case, `%(now)s` and `%(today)s` are
one moment. `STATEMENTS` follow each other: what names a row comes after it.
"""

from datetime import datetime
from typing import Any

from django.db import connection

_RECORD = "uid, occurred_at, is_demo"
_NEW = "gen_random_uuid(), %(now)s - {age}, false"


def _insert(table: str, columns: str, values: str, source: str, age: str = "interval '30 days'") -> str:
    """One INSERT of records `age` old; `columns` and `values` are those beside what every record has."""
    return f"INSERT INTO {table} ({_RECORD}, {columns}) SELECT {_NEW.format(age=age)}, {values} FROM {source}"  # noqa: S608


_CASES = "usecases_usecase c"
# Numbers 1, 2, 3… of a use case: so many, and so many of the busy one.
_SOME = _CASES + ", generate_series(1, CASE WHEN c.id = %(busy)s THEN {busy} ELSE {each} END) n"
_NTH_MEMBER = ", LATERAL (SELECT user_id FROM portal_membership WHERE team_id = c.team_id OFFSET n % 3 LIMIT 1) m"
_MEMBERS = _CASES + " JOIN portal_membership m ON m.team_id = c.team_id"

_PROBLEMS = [
    _insert(
        "usecases_problem",
        "use_case_id, number, kind, face, title, description, owner_id, due, cost_per_month, tracker_url, rank, status,"
        " status_since, raised_by_id",
        "c.id, n, CASE WHEN n % 3 = 0 THEN 'debt' ELSE 'problem' END,"
        " (ARRAY['business', 'science', 'data', 'integration', 'operations', 'organisation'])[1 + (c.id + n) % 6],"
        " 'Generated problem ' || n, 'Generated: keys of the source arrive a day late.',"
        " CASE WHEN n % 4 > 1 THEN c.created_by_id END, %(today)s + n * 7 - 10,"
        " CASE WHEN n % 2 = 0 THEN 400 * n END, '', CASE WHEN n % 4 > 0 THEN n - n / 4 END,"
        " CASE WHEN n % 4 > 0 THEN 'open' ELSE 'solved' END, %(now)s, c.created_by_id",
        _SOME.format(busy=60, each=4),
    ),
    _insert(
        "usecases_problemchange",
        "problem_id, from_status, to_status, comment, by_id",
        "p.id, '', 'open', '', p.raised_by_id",
        "usecases_problem p",
    ),
]
_MONEY = [
    _insert(
        "usecases_dayrate",
        "team_id, currency, amount, valid_from, set_by_id",
        "t.id, 'EUR', 600 + coalesce(t.id, 0) % 5 * 20, %(today)s - 400, %(person)s",
        "(SELECT id FROM portal_team WHERE id % 10 = 1 UNION SELECT NULL) t",
    ),
    _insert(
        "usecases_cost",
        "use_case_id, number, kind, period_start, period_end, person_days, amount, currency, note, recorded_by_id,"
        " struck_reason",
        "c.id, n, (ARRAY['ml', 'integration', 'run', 'debt'])[1 + n % 4],"
        " date_trunc('month', %(today)s - n * interval '1 month')::date,"
        " date_trunc('month', %(today)s - (n - 1) * interval '1 month')::date,"
        " CASE WHEN n % 3 > 0 THEN 5 + n % 7 END, CASE WHEN n % 3 = 0 THEN 900 * (1 + n % 5) END, c.currency,"
        " 'Generated', c.created_by_id, ''",
        _SOME.format(busy=60, each=12),
    ),
    _insert(
        "usecases_businesscase",
        "use_case_id, number, currency, assumptions, status, written_by_id, validated_by_id, validated_at",
        "c.id, 1, c.currency, 'Generated: every operator follows the list.', 'validated', c.created_by_id,"
        " c.created_by_id, %(now)s",
        _CASES,
    ),
    "INSERT INTO usecases_expectedmonth (business_case_id, month, value, cost)"
    " SELECT b.id, date_trunc('month', %(today)s + n * interval '1 month')::date, 2000 + 100 * n, 900"
    " FROM usecases_businesscase b, generate_series(-6, 5) n",
]
# Of the KPI as it stands: what iterations name.
_KPIS = [
    _insert(
        "usecases_kpiversion",
        "kpi_id, number, facts, by_id",
        "k.id, 1, jsonb_build_object('name', k.name, 'unit', k.unit, 'direction', k.direction, 'baseline', k.baseline,"
        " 'target', k.target, 'cadence', k.cadence, 'proof', k.proof), k.owner_id",
        "usecases_kpi k",
    ),
    _insert(
        "monitoring_kpifeed",
        "series_id, kpi_id, statistic, since, created_by_id, trouble, trouble_params",
        "s.id, k.id, 'mean', %(today)s - 90, k.owner_id, '', '{}'",
        "usecases_kpi k JOIN (SELECT use_case_id, min(id) AS id FROM monitoring_series GROUP BY use_case_id) s"
        " ON s.use_case_id = k.use_case_id",
    ),
    "INSERT INTO usecases_arrival (use_case_id, site_id, day, first_at, last_at)"
    " SELECT s.use_case_id, s.site_id, %(today)s - n, %(now)s - n * interval '1 day', %(now)s - n * interval '1 day'"
    " FROM usecases_usecasesite s, generate_series(0, 4) n",
]
# What the KPI was when an iteration was concluded, as `usecases.iterations.result` keeps it.
_RESULT = (
    "jsonb_build_object('measured', 6, 'validated', 5, 'value', 11.4, 'difference', 0.8, 'low', 0.4, 'high', 1.2,"
    " 'proven', true, 'grade', 'C', 'unit', k.unit,"
    " 'sentence', jsonb_build_object('en', 'Generated', 'fr', 'Generated'))"
)
_ITERATIONS = [
    statement
    for number, plugs in ((0, "baseline"), (1, "model"))
    for statement in (
        _insert(
            "usecases_iteration",
            "use_case_id, number, title, hypothesis, plugs, kpi_version_id, starts_on, ends_on, opened_by_id, status,"
            " status_since, round, decision, reason, findings, result, concluded_by_id",
            f"k.use_case_id, {number}, 'Generated {plugs}', 'Generated: operators act on what they read.', '{plugs}',"
            f" v.id, %(today)s - {200 - 90 * number}, %(today)s - {130 - 90 * number}, k.owner_id, 'concluded',"
            f" %(now)s, 1, 'go', 'Generated', 'Generated: the list came late twice.', {_RESULT}, k.owner_id",
            "usecases_kpiversion v JOIN usecases_kpi k ON k.id = v.kpi_id",
        ),
        _insert(
            "usecases_iterationsignature",
            "iteration_id, round, role, by_id, comment",
            "i.id, 1, m.role, m.user_id, ''",
            "usecases_iteration i JOIN usecases_usecase c ON c.id = i.use_case_id"
            f" JOIN portal_membership m ON m.team_id = c.team_id WHERE i.number = {number}",
        ),
        f"UPDATE usecases_iteration SET status = 'closed' WHERE number = {number}",  # noqa: S608
    )
] + [
    "INSERT INTO usecases_iteration_sites (iteration_id, site_id)"
    " SELECT i.id, s.site_id FROM usecases_iteration i JOIN usecases_usecasesite s ON s.use_case_id = i.use_case_id",
    "INSERT INTO usecases_iterationstep (iteration_id, status, at, by_id, comment)"
    " SELECT i.id, step, i.occurred_at, i.opened_by_id, ''"
    " FROM usecases_iteration i, unnest(ARRAY['open', 'concluded', 'closed']) AS step",
]
# What a section of a page of a review says: a table of a dozen rows.
_PAGE = (
    "(SELECT jsonb_build_object('title', 'Generated', 'line', 'Generated', 'verdict', 'Generated', 'sections',"
    " jsonb_build_array(jsonb_build_object('key', 'kpis', 'title', 'KPIs', 'parts', jsonb_build_array("
    "jsonb_build_object('lines', jsonb_agg('Generated line ' || line)))))) FROM generate_series(1, 12) line)"
)
_SAID = f"jsonb_build_object('en', {_PAGE}, 'fr', {_PAGE})"
# Of each use case and of the portfolio: all but the busy one's and the portfolio's third are closed.
_HELD = (
    "(SELECT id, created_by_id, id = %(busy)s AS is_more FROM usecases_usecase UNION ALL SELECT NULL, %(person)s, true)"
)
_REVIEWS = [
    statement
    for number in (1, 2, 3)
    for statement in (
        _insert(
            "usecases_review",
            "use_case_id, number, meets_at, as_of, since, next_at, status, content, digest, opened_by_id",
            f"c.id, {number}, %(now)s - interval '{90 - 30 * number} days',"
            f" %(now)s - interval '{91 - 30 * number} days', NULL, NULL, 'open', {_SAID}, '', c.created_by_id",
            f"{_HELD} c WHERE is_more OR {number} < 3",
        ),
        "INSERT INTO usecases_attendance (review_id, person_id) SELECT id, opened_by_id"  # noqa: S608
        f" FROM usecases_review WHERE number = {number}",
        _insert(
            "usecases_decision",
            "review_id, about_id, text, by_id",
            "r.id, NULL, 'Generated decision', r.opened_by_id",
            f"usecases_review r WHERE r.number = {number}",
        ),
        _insert(
            "usecases_reviewaction",
            "review_id, about_id, text, owner_id, due, written_by_id, done_at, done_by_id",
            "r.id, NULL, 'Generated action ' || n, r.opened_by_id, %(today)s + n * 7, r.opened_by_id,"
            " CASE WHEN n = 2 THEN %(now)s END, CASE WHEN n = 2 THEN r.opened_by_id END",
            f"usecases_review r, generate_series(1, 2) n WHERE r.number = {number}",
        ),
        "UPDATE usecases_review SET status = 'closed', digest = repeat('a', 64), closed_at = %(now)s,"  # noqa: S608
        f" closed_by_id = opened_by_id WHERE number = {number} AND {number} < 3",
    )
]
_ROAD = [
    # Each gate behind a use case, passed in its turn; what is stopped came from the POC.
    _insert(
        "usecases_stagechange",
        "use_case_id, move, from_stage, to_stage, gate, round, criteria_set_id, evidence, reason, by_id",
        "c.id, 'passed', road[n], road[n + 1], road[n + 1], 1, s.id, '[]', '', c.created_by_id",
        "(SELECT *, ARRAY['exploration', 'poc', 'industrialisation', 'production'] AS road FROM usecases_usecase) c,"
        " LATERAL generate_series(1, CASE c.stage WHEN 'stopped' THEN 1 ELSE array_position(road, c.stage) - 1 END) n"
        " JOIN usecases_criteriaset s ON s.is_current WHERE s.gate = road[n + 1]",
        "(4 - n) * interval '100 days'",
    ),
    _insert(
        "usecases_stagechange",
        "use_case_id, move, from_stage, to_stage, gate, round, evidence, reason, by_id",
        "c.id, 'stopped', 'poc', 'stopped', '', 1, '[]', 'Generated: no operator would use it.', c.created_by_id",
        f"{_CASES} WHERE c.stage = 'stopped'",
    ),
    _insert(
        "usecases_signoff",
        "use_case_id, gate, round, role, by_id, comment, unmet",
        "g.use_case_id, g.gate, 1, m.role, m.user_id, '', '[]'",
        "usecases_stagechange g JOIN usecases_usecase c ON c.id = g.use_case_id"
        " JOIN portal_membership m ON m.team_id = c.team_id WHERE g.gate <> ''",
    ),
    _insert(
        "usecases_attestation",
        "use_case_id, gate, code, statement, happened_on, by_id",
        "c.id, 'industrialisation', 'lifecycle.' || met, 'Generated: seen with the operators.', %(today)s - 20,"
        " c.created_by_id",
        f"{_CASES}, unnest(ARRAY['business_case', 'users_briefed', 'data_available']) met",
    ),
    _insert(
        "usecases_usecasescore",
        "use_case_id, value, feasibility, reason, by_id",
        "c.id, c.value_score, c.feasibility_score, '', c.created_by_id",
        _CASES,
    ),
    _insert(
        "usecases_raised",
        "use_case_id, code, reason, params, url, since",
        "c.id, 'stayed', 'curse.stayed.' || c.stage, jsonb_build_object('days', 200, 'limit', 120),"
        " '/use-cases/' || c.slug || '/gates/', %(now)s - c.id % 80 * interval '1 day'",
        f"{_CASES} WHERE c.stage IN ('exploration', 'poc', 'industrialisation')",
    ),
    _insert(
        "usecases_steeringdecision",
        "use_case_id, kind, reason, amount, currency, by_id",
        "c.id, 'fund', 'Generated', 20000, c.currency, %(person)s",
        f"{_CASES} WHERE c.stage <> 'exploration'",
    ),
    "UPDATE usecases_usecase SET funding = 'funded', funding_since = %(now)s"
    " WHERE stage NOT IN ('exploration', 'stopped')",
    # The gate ahead of the busy one was broken open, and waits for a second person.
    _insert(
        "usecases_breakglass",
        "use_case_id, gate, round, reason, by_id, unmet, unsigned, at_once, due_at, status, comment",
        "c.id, 'industrialisation', 1, 'Generated', c.created_by_id, '[]', '[\"it\"]', true,"
        " %(now)s + interval '1 day', 'waiting', ''",
        f"{_CASES} WHERE c.id = %(busy)s",
    ),
    _insert(
        "usecases_lesson",
        "use_case_id, text, by_id",
        "c.id, 'Generated: ask the operators first.', c.created_by_id",
        f"{_CASES} WHERE c.stage = 'stopped'",
    ),
    _insert(
        "usecases_template",
        "name, slug, about, content, made_from_id, created_by_id",
        "'Generated ' || n, 'generated-' || n, 'Generated', '{\"description\": {}, \"kpis\": []}', NULL, %(person)s",
        "generate_series(1, 30) n",
    ),
]
_TALK = [
    _insert(
        "portal_comment",
        "subject_type, subject_uid, subject_title, use_case, team_id, author_id, body",
        "'use_case', c.uid, c.name, c.slug, c.team_id, m.user_id,"
        " 'Generated comment ' || n || ': the *list* of Monday came at noon.'",
        _SOME.format(busy=100, each=5) + _NTH_MEMBER,
        "(n - 1) * interval '1 day'",
    ),
    "INSERT INTO portal_mention (comment_id, user_id)"
    " SELECT o.id, m.user_id FROM portal_comment o JOIN portal_membership m ON m.team_id = o.team_id"
    " WHERE o.id % 10 = 0 AND m.role = 'it'",
    _insert(
        "portal_follow",
        "user_id, subject_type, subject_uid, subject_title, use_case, is_on",
        "m.user_id, 'use_case', c.uid, c.name, c.slug, true",
        _MEMBERS,
    ),
    _insert(
        "portal_message",
        "kind, params, url, team_id, use_case, data, cause",
        "'notice.gate_passed', jsonb_build_object('use_case_name', c.name, 'who', 'Person 1 Martin'),"
        " '/use-cases/' || c.slug || '/gates/', c.team_id, c.slug, '{}', ''",
        _SOME.format(busy=40, each=3),
        "n * interval '1 day'",
    ),
    "INSERT INTO portal_notification (uid, message_id, person_id, read_at)"
    " SELECT gen_random_uuid(), o.id, m.user_id, CASE WHEN o.id % 4 > 0 THEN %(now)s END"
    " FROM portal_message o JOIN portal_membership m ON m.team_id = o.team_id",
    "INSERT INTO portal_delivery"
    " (uid, message_id, channel, endpoint_id, status, attempts, reason_code, reason_params, sent_at)"
    " SELECT gen_random_uuid(), o.id, 'webhook', e.id, 'sent', 1, '', '{}', %(now)s"
    " FROM portal_message o JOIN portal_endpoint e ON e.team_id = o.team_id",
    "INSERT INTO portal_attempt (delivery_id, status, milliseconds, excerpt)"
    " SELECT id, 204, 40, '' FROM portal_delivery WHERE channel = 'webhook'",
]
_PEOPLE = [
    # The next member of a team stands in for each of its business people.
    _insert(
        "portal_deputy",
        "team_id, role, member_id, deputy_id, since, until, named_by_id",
        "m.team_id, m.role, m.user_id, d.user_id, %(now)s - interval '1 day', %(now)s + interval '30 days', m.user_id",
        "portal_membership m JOIN portal_membership d ON d.team_id = m.team_id AND d.role = 'data'"
        " WHERE m.role = 'business'",
    ),
    _insert(
        "portal_savedview",
        "code, owner_id, name, path, list_key, list_title, query, audience",
        "'v' || lpad(u.id || '', 7, '0'), u.id, 'Generated', '/portfolio/', 'portfolio', 'Portfolio', 'health=error',"
        " CASE WHEN u.id % 50 = 0 THEN 'organisation' ELSE 'private' END",
        "portal_user u",
    ),
]
STATEMENTS = [*_PROBLEMS, *_MONEY, *_KPIS, *_ITERATIONS, *_REVIEWS, *_ROAD, *_TALK, *_PEOPLE]


def fill(busy: int, person: int, now: datetime) -> None:
    """Write it all; `busy` is the key of the use case that has more, `person` that of who acts for the organisation."""
    given: dict[str, Any] = {"busy": busy, "person": person, "now": now, "today": now.date()}
    with connection.cursor() as cursor:
        for statement in STATEMENTS:
            # % is the remainder in these statements, and begins the name of what is given.
            cursor.execute(statement.replace("% ", "%% "), given)
