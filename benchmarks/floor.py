"""The floor: bare Flask, psycopg and orjson return the same bytes without access checks.

A film is sent by Flask's `send_file`.

gunicorn runs it in its own process, like the product. It sends three selects
for a plan, two for a list, and only the writes for a check-in.
"""

import os
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
from flask import Flask, Response, request, send_file
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

app = Flask(__name__, static_folder=None)
pool = ConnectionPool(
    os.environ["FLOOR_DATABASE_URL"],
    min_size=8,
    max_size=8,
    kwargs={"options": "-c timezone=UTC"},
    open=True,
)

HEAD = """
SELECT p.id, p.version, p.status, p.regime, p.opened_on, p.template_id, p.created_at, p.updated_at,
       p.student_id, coalesce(n.preferred_given_name, n.given_name) || ' '
           || coalesce(n.preferred_family_name, n.family_name) AS display_name,
       n.pronouns, s.grade, s.plan_home_school_id,
       v.id AS version_id, v.number, v.in_force_on, v.snapshot_sha256,
       r.id AS review_id, r.version AS review_version, r.status AS review_status,
       r.due_on, r.held_on
FROM plans p JOIN students s ON s.id = p.student_id JOIN people n ON n.id = p.student_id
LEFT JOIN plan_versions v ON v.plan_id = p.id AND v.status = 'in_force'
LEFT JOIN reviews r ON r.student_id = p.student_id
"""
ONE = HEAD + " WHERE p.id = %s"
MANY = HEAD + " WHERE p.id = ANY(%s)"
GOALS = """
SELECT g.id, g.version, g.status, g.domain, g.title, g.specific, g.measurable, g.achievable,
       g.relevant, g.due_on, g.proposed_outcome, g.ended_on, g.progress_percent, g.progress_on,
       t.id AS step_id, t.version AS step_version, t.position, t.title AS step_title,
       t.due_on AS step_due_on, t.done_on
FROM goals g LEFT JOIN goal_steps t ON t.goal_id = g.id
WHERE g.plan_id = %s ORDER BY g.created_at, g.id, t.position
"""
ITEMS = """
SELECT l.subject_id, i.id, i.code, i.statement, i.abbreviated_statement,
       i.retired_on IS NOT NULL AS is_retired,
       i.framework_id, l.id AS link_id
FROM item_links l JOIN framework_items i ON i.id = l.framework_item_id
JOIN goals g ON g.id = l.subject_id
WHERE g.plan_id = %s ORDER BY g.created_at, g.id, l.id
"""
SIGNATURES = """
SELECT x.id, x.plan_version_id, x.role, x.person_id,
       s.given_name || ' ' || s.family_name AS person_name,
       x.signed_by_name, x.method, x.identity_check, x.snapshot_sha256, x.language, x.signed_at,
       x.witnessed_by, w.given_name || ' ' || w.family_name AS witnessed_by_name,
       x.recorded_by, r.given_name || ' ' || r.family_name AS recorded_by_name,
       x.issued_by, i.given_name || ' ' || i.family_name AS issued_by_name
FROM signatures x JOIN plan_versions v ON v.id = x.plan_version_id
LEFT JOIN people s ON s.id = x.person_id LEFT JOIN people w ON w.id = x.witnessed_by
LEFT JOIN people r ON r.id = x.recorded_by LEFT JOIN people i ON i.id = x.issued_by
WHERE v.plan_id = %s AND v.status = 'in_force' ORDER BY x.signed_at, x.id
"""
ADVISEES = """
SELECT p.id FROM plans p JOIN relationships t ON t.student_id = p.student_id
WHERE t.person_id = %s ORDER BY p.updated_at, p.id LIMIT 51
"""
ELO = """
SELECT e.id, e.version, e.type, e.status, e.title, e.school_id, e.partner_id,
       p.name AS partner_name, e.site_id, s.name AS site_name,
       c.id AS coordinator_id, c.given_name || ' ' || c.family_name AS coordinator_name,
       m.id AS mentor_id, m.name AS mentor_name, e.starts_on, e.ends_on,
       e.planned_minutes, e.waiting_on, e.waiting_since, e.started_on, e.suspended_on,
       e.complete_by, e.unagreed_until, e.ended_at, e.created_at, e.updated_at,
       n.id AS student_id, coalesce(n.preferred_given_name, n.given_name) || ' '
           || coalesce(n.preferred_family_name, n.family_name) AS display_name,
       t.grade, t.plan_home_school_id,
       (SELECT min(b.due_on) FROM elo_benchmarks b
        WHERE b.elo_id = e.id AND b.reviewed_on IS NULL) AS next_benchmark_on,
       coalesce((SELECT sum(l.verified_minutes) FROM log_entries l
                 WHERE l.elo_id = e.id AND l.status = 'verified'), 0) AS verified_minutes,
       coalesce((SELECT sum(l.minutes) FROM log_entries l
                 WHERE l.elo_id = e.id AND l.status = 'pending'), 0) AS pending_minutes
FROM elos e JOIN students t ON t.id = e.student_id JOIN people n ON n.id = e.student_id
LEFT JOIN partners p ON p.id = e.partner_id LEFT JOIN partner_sites s ON s.id = e.site_id
LEFT JOIN assignments ca ON ca.subject_id = e.id AND ca.role = 'coordinator'
LEFT JOIN people c ON c.id = ca.person_id
LEFT JOIN assignments ma ON ma.subject_id = e.id AND ma.role = 'mentor'
LEFT JOIN mentors m ON m.id = ma.mentor_id
"""
OF_SCHOOL = " WHERE e.school_id = %s ORDER BY e.updated_at, e.id LIMIT 101"
TEAM = """
SELECT a.id AS assignment_id, a.role, a.person_id,
       n.given_name || ' ' || n.family_name AS person_name,
       a.mentor_id, m.name AS mentor_name, a.delegate_of_id
FROM assignments a LEFT JOIN people n ON n.id = a.person_id
LEFT JOIN mentors m ON m.id = a.mentor_id
WHERE a.subject_id = %s ORDER BY a.starts_on, a.id
"""
ENTRIES = """
SELECT l.id, l.version, l."on", l.minutes, l.activity, l.framework_item_id, l.status,
       l.verified_minutes, l.verified_by AS decided_by,
       n.given_name || ' ' || n.family_name AS decided_by_name, l.verified_at AS decided_at,
       l.words, CASE WHEN m.id IS NOT NULL
           THEN json_build_object('id', m.id, 'name', m.name) END AS mentor
FROM log_entries l LEFT JOIN people n ON n.id = l.verified_by
LEFT JOIN mentors m ON m.id = l.verified_by_mentor_id
WHERE l.elo_id = %s ORDER BY l."on", l.id
"""
ELO_ITEMS = """
SELECT i.id, i.code, i.statement, i.abbreviated_statement, i.retired_on IS NOT NULL AS is_retired,
       i.framework_id, l.id AS link_id
FROM item_links l JOIN framework_items i ON i.id = l.framework_item_id
WHERE l.subject_id = %s ORDER BY l.id
"""
AGREEMENT = """
SELECT g.id AS agreement_id, g.edition, g.status, g.sha256, g.signers, x.id, x.role, x.person_id,
       n.given_name || ' ' || n.family_name AS person_name,
       x.mentor_id, m.name AS mentor_name, x.is_declined, x.signed_at
FROM agreements g LEFT JOIN agreement_signatures x ON x.agreement_id = g.id
LEFT JOIN people n ON n.id = x.person_id LEFT JOIN mentors m ON m.id = x.mentor_id
WHERE g.elo_id = %s ORDER BY x.signed_at, x.id
"""
CREDIT = """
SELECT c.id, c.version, c.area, c.amount, c.status, c.is_elective, c.teacher_of_record_id,
       n.given_name || ' ' || n.family_name AS teacher_of_record_name, c.decided_at
FROM credit_lines c LEFT JOIN people n ON n.id = c.teacher_of_record_id
WHERE c.elo_id = %s ORDER BY c.created_at, c.id
"""
ARTIFACTS = """
SELECT a.id, a.version, a.status, a.title, a.kind, a.made_on, a.number,
       (SELECT p.id FROM artifact_parts p JOIN artifact_versions v ON v.id = p.version_id
        JOIN files f ON f.id = p.file_id
        WHERE p.artifact_id = a.id AND v.number = a.number AND f.thumbnail IS NOT NULL
        ORDER BY p.position LIMIT 1) AS cover_part_id,
       (SELECT count(*) FROM reflections r WHERE r.artifact_id = a.id) AS reflection_count,
       a.created_at, a.updated_at,
       n.id AS student_id, coalesce(n.preferred_given_name, n.given_name) || ' '
           || coalesce(n.preferred_family_name, n.family_name) AS display_name,
       t.grade, t.plan_home_school_id
FROM artifacts a JOIN students t ON t.id = a.student_id JOIN people n ON n.id = a.student_id
WHERE a.student_id = %s ORDER BY a.updated_at, a.id LIMIT 51
"""
ARTIFACT_ITEMS = """
SELECT l.subject_id, i.id, i.code, i.statement, i.abbreviated_statement,
       i.retired_on IS NOT NULL AS is_retired, i.framework_id, l.id AS link_id
FROM item_links l JOIN framework_items i ON i.id = l.framework_item_id
WHERE l.subject_id = ANY(%s) ORDER BY l.subject_id, l.id
"""
ARTIFACT_LINKS = """
SELECT l.id, l.artifact_id, l.goal_id, l.elo_id, l.pathway_element_id, l.annual_review_id
FROM artifact_links l WHERE l.artifact_id = ANY(%s) ORDER BY l.artifact_id, l.id
"""
SIGNED = (
    *("id", "role", "person_id", "person_name", "mentor_id", "mentor_name"),
    *("is_declined", "signed_at"),
)
STATUSES = ("pending", "verified", "declined")
ELO_COLUMNS = (
    *("id", "version", "type", "status", "title", "school_id"),
    *("partner_id", "partner_name", "site_id", "site_name"),
    *("coordinator_id", "coordinator_name", "mentor_id", "mentor_name"),
    *("starts_on", "ends_on", "planned_minutes"),
    *("waiting_on", "waiting_since", "started_on", "suspended_on", "complete_by"),
    *("unagreed_until", "ended_at", "created_at", "updated_at"),
    *("next_benchmark_on", "verified_minutes", "pending_minutes"),
)
STEP_COLUMNS = {
    "id": "step_id",
    "version": "step_version",
    "position": "position",
    "title": "step_title",
    "due_on": "step_due_on",
    "done_on": "done_on",
}
GOAL_COLUMNS = (
    "id",
    "version",
    "status",
    "domain",
    "title",
    "specific",
    "measurable",
    "achievable",
    "relevant",
    "due_on",
    "proposed_outcome",
    "ended_on",
    "progress_percent",
    "progress_on",
)


def answer(document: Any, status: int = 200) -> Response:
    body = orjson.dumps(document, option=orjson.OPT_UTC_Z)
    return Response(body, status=status, mimetype="application/json")


def summary(row: dict[str, Any]) -> dict[str, Any]:
    signed = [{"role": role, "status": "signed"} for role in ("student", "school", "parent")]
    return {
        "id": row["id"],
        "version": row["version"],
        "status": row["status"],
        "regime": row["regime"],
        "opened_on": row["opened_on"],
        "template_id": row["template_id"],
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        "student": {
            "id": row["student_id"],
            "display_name": row["display_name"],
            "grade": row["grade"],
            "school_id": row["plan_home_school_id"],
            "pronouns": row["pronouns"],
        },
        "in_force": {
            "id": row["version_id"],
            "number": row["number"],
            "in_force_on": row["in_force_on"],
            "snapshot_sha256": row["snapshot_sha256"],
            "signature_state": "complete",
            "requirements": signed,
        },
        "open_version": None,
        "review": {
            "id": row["review_id"],
            "version": row["review_version"],
            "status": row["review_status"],
            "standing": "current",
            "due_on": row["due_on"],
            "held_on": row["held_on"],
        },
    }


def with_parts(rows: list[dict[str, Any]], items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    goals: dict[UUID, dict[str, Any]] = {}
    for row in rows:
        goal = goals.get(row["id"])
        if goal is None:
            goal = goals[row["id"]] = {name: row[name] for name in GOAL_COLUMNS}
            goal["steps"], goal["framework_items"] = [], []
        goal["steps"].append({name: row[column] for name, column in STEP_COLUMNS.items()})
    for item in items:
        goals[item.pop("subject_id")]["framework_items"].append(item)
    return list(goals.values())


@app.get("/api/v1/plans/<uuid:plan_id>")
def plan(plan_id: UUID) -> Response:
    with pool.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
        head = cursor.execute(ONE, [plan_id]).fetchone()
        goals = cursor.execute(GOALS, [plan_id]).fetchall()
        items = cursor.execute(ITEMS, [plan_id]).fetchall()
        signatures = cursor.execute(SIGNATURES, [plan_id]).fetchall()
    assert head is not None
    return answer({**summary(head), "goals": with_parts(goals, items), "signatures": signatures})


@app.get("/api/v1/plans")
def plans() -> Response:
    advisor = request.headers["X-Advisor"]
    with pool.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
        ids = [row["id"] for row in cursor.execute(ADVISEES, [advisor]).fetchall()]
        by_id = {row["id"]: row for row in cursor.execute(MANY, [ids]).fetchall()}
    return answer({"items": [summary(by_id[one]) for one in ids], "next_cursor": None})


@app.get("/api/v1/elos/<uuid:elo_id>/overview")
def elo(elo_id: UUID) -> Response:
    with pool.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
        head = cursor.execute(ELO + " WHERE e.id = %s", [elo_id]).fetchone()
        members = cursor.execute(TEAM, [elo_id]).fetchall()
        entries = cursor.execute(ENTRIES, [elo_id]).fetchall()
        items = cursor.execute(ELO_ITEMS, [elo_id]).fetchall()
        signed = cursor.execute(AGREEMENT, [elo_id]).fetchall()
        lines = cursor.execute(CREDIT, [elo_id]).fetchall()
    assert head is not None
    agreement = {"id": signed[0]["agreement_id"]}
    agreement |= {name: signed[0][name] for name in ("edition", "status", "sha256", "signers")}
    agreement["waiting_for"] = []
    agreement["signatures"] = [{name: row[name] for name in SIGNED} for row in signed]
    for line in lines:
        line["amount"] = float(line["amount"])
    shown = elo_summary(head)
    parts = {"team": members, "framework_items": items, "agreement": agreement}
    weeks = by_week(entries)
    log = {"log_entries": entries, "hours_by_week": weeks, "credit_lines": lines}
    return answer({**shown, **parts, **log})


@app.get("/api/v1/elos/overview")
def elos() -> Response:
    school = request.headers["X-School"]
    with pool.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(ELO + OF_SCHOOL, [school]).fetchall()
    return answer({"items": [elo_summary(row) for row in rows[:100]], "next_cursor": None})


@app.get("/api/v1/artifact-parts/film/content")
def film() -> Response:
    return send_file(os.environ["FLOOR_FILM"], mimetype="video/mp4", conditional=True)


@app.get("/api/v1/artifacts/overview")
def artifacts() -> Response:
    student = request.headers["X-Student"]
    with pool.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(ARTIFACTS, [student]).fetchall()[:50]
        ids = [row["id"] for row in rows]
        items = cursor.execute(ARTIFACT_ITEMS, [ids]).fetchall()
        links = cursor.execute(ARTIFACT_LINKS, [ids]).fetchall()
    parts: dict[Any, tuple[list[Any], list[Any]]] = {key: ([], []) for key in ids}
    for item in items:
        parts[item.pop("subject_id")][0].append(item)
    for link in links:
        parts[link.pop("artifact_id")][1].append(link)
    return answer(
        {"items": [artifact(row, *parts[row["id"]]) for row in rows], "next_cursor": None}
    )


def artifact(row: dict[str, Any], items: list[Any], links: list[Any]) -> dict[str, Any]:
    student = {
        "id": row.pop("student_id"),
        "display_name": row.pop("display_name"),
        "grade": row.pop("grade"),
        "school_id": row.pop("plan_home_school_id"),
    }
    return {**row, "framework_items": items, "links": links, "student": student}


def elo_summary(row: dict[str, Any]) -> dict[str, Any]:
    student = {
        "id": row["student_id"],
        "display_name": row["display_name"],
        "grade": row["grade"],
        "school_id": row["plan_home_school_id"],
    }
    shown = {name: row[name] for name in ELO_COLUMNS}
    return {**shown, "student": student}


def by_week(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    weeks: dict[date, dict[str, Any]] = {}
    for entry in entries:
        monday = entry["on"] - timedelta(days=entry["on"].weekday())
        week = weeks.get(monday)
        if week is None:
            counts = {status: {"minutes": 0, "entries": 0} for status in STATUSES}
            week = weeks[monday] = {"begins_on": monday, **counts}
        counted = week[entry["status"]]
        counted["minutes"] += entry["verified_minutes"]
        counted["entries"] += 1
    return list(weeks.values())


@app.post("/api/v1/goals/<uuid:goal_id>/check-ins")
def check_in(goal_id: UUID) -> Response:
    sent = request.get_json()
    with pool.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
        goal = cursor.execute("SELECT * FROM goals WHERE id = %s FOR UPDATE", [goal_id]).fetchone()
        assert goal is not None
        row = cursor.execute(
            "INSERT INTO check_ins (id, district_id, student_id, goal_id, checked_on, percent,"
            " body, author_id, version, created_at, updated_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 1, now(), now()) RETURNING *",
            [
                uuid4(),
                goal["district_id"],
                goal["student_id"],
                goal_id,
                date.fromisoformat(sent["checked_on"]),
                sent["percent"],
                sent["body"],
                goal["student_id"],
            ],
        ).fetchone()
        cursor.execute(
            "UPDATE goals SET progress_percent = %s WHERE id = %s", [sent["percent"], goal_id]
        )
    assert row is not None
    del row["district_id"]
    return answer(row, 201)
